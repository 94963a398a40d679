"""Leases in Redis. The callers' clocks decide when one ends; its number protects what is done under it."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import Factory, evolve, field, frozen

from ...ports.leases import Lease, Leases
from .client import Redis, Script, moment, reaching, script


@frozen
class RedisLeases(Leases):
    """Leases in Redis, under keys that begin with `prefix`."""

    _client: Redis
    _prefix: str = "hexflows:"
    _turn: Script = field(
        init=False, repr=False, eq=False, default=Factory(lambda self: script(self._client, "lease"), takes_self=True)
    )

    def acquire(self, name: str, ttl: timedelta, now: datetime) -> Lease | None:
        number = self._ask(name, 0, moment(now), moment(now + ttl))
        return None if number is None else Lease(name, number, now + ttl)

    def renew(self, lease: Lease, ttl: timedelta, now: datetime) -> Lease | None:
        number = self._ask(lease.name, lease.number, moment(now), moment(now + ttl))
        return None if number is None else evolve(lease, until=now + ttl)

    def release(self, lease: Lease) -> None:
        self._ask(lease.name, lease.number, 0, 0)

    def _ask(self, name: str, number: int, now: int, until: int) -> int | None:
        with reaching():
            answer = self._turn([f"{self._prefix}lease:{{{name}}}"], [number, now, until])
        return None if answer is None else int(answer)
