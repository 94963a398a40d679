"""Limits in Redis: one script counts a request against all of its limits, in one step and one round trip."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from attrs import Factory, field, frozen

from ...core.rules.limits import Ask, Window, reached
from ...ports.limits import Limits
from .client import Redis, Script, at, moment, reaching, script

MILLISECOND: Final = timedelta(milliseconds=1)

#: How long a window is kept after its end: clocks of machines differ, and ours decides whether it has ended.
SLACK: Final = timedelta(minutes=1)


@frozen
class RedisLimits(Limits):
    """Counters in Redis, under keys that begin with `prefix`. It forgets them by itself."""

    _client: Redis
    _prefix: str = "hexflows:"
    _take: Script = field(
        init=False, repr=False, eq=False, default=Factory(lambda self: script(self._client, "limits"), takes_self=True)
    )

    def take(self, asks: tuple[Ask, ...], now: datetime) -> None:
        if not asks:
            return
        keys = [self._key(ask) for ask in asks]
        windows = [each for ask in asks for each in _window(ask, now)]
        with reaching():
            full = self._take(keys, [moment(now), *windows])
        if full:
            noes = [reached(asks[place - 1], Window(used, at(ends)), now) for place, used, ends in full]
            raise max(noes, key=lambda no: no.reset)

    def sweep(self, before: datetime, limit: int) -> int:  # noqa: ARG002 - Redis forgets by itself
        return 0

    def _key(self, ask: Ask) -> str:
        # One tag for all, so that in a cluster all lie together: a script sees the keys of one slot.
        # Hashed, as addresses are nobody's to read here.
        name = hashlib.sha256(f"{ask.limit.name}\0{ask.key}".encode()).hexdigest()
        return f"{self._prefix}{{limits}}:{name}"


def _window(ask: Ask, now: datetime) -> tuple[int, int, int]:
    """Return how many a window admits, when one that begins now ends, and in how many milliseconds to forget it."""
    return ask.limit.count, moment(now + ask.limit.per), (ask.limit.per + SLACK) // MILLISECOND
