"""What the machine gives: the time, identifiers, secrets and dice."""

from __future__ import annotations

import random
import secrets
import time
from datetime import UTC, datetime
from threading import Lock
from typing import Final
from uuid import UUID

from ..core.rules.ids import uuid7
from .forks import PerProcess

#: Random bits in an identifier, and how far at most two of the same millisecond lie apart.
_TAIL: Final = 74
_STEP: Final = 48


def utc_now() -> datetime:
    """Return what time it is."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """Return an identifier that nobody has, and that sorts after all that this process made before."""
    return _ids().next(time.time_ns() // 1_000_000)


def new_secret() -> bytes:
    """Return 32 bytes that nobody can guess."""
    return secrets.token_bytes(32)


def draws() -> float:
    """Return a number from 0.0 to less than 1.0, by dice that are good enough for games and jitter."""
    return random.random()  # noqa: S311 - the port says that it is not for secrets


class Ids:
    """Identifiers that rise: within a millisecond the random part goes on from the last one (RFC 9562, 6.2)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = (0, 0)

    def next(self, milliseconds: int) -> UUID:
        """Return the next identifier; a clock that was set back does not make it sort before the last one."""
        with self._lock:
            before, tail = self._last
            if milliseconds > before:
                # The first bit stays free, so that there is room to go on for a hundred million more.
                self._last = (milliseconds, secrets.randbits(_TAIL - 1))
            else:
                self._last = (before, tail + 1 + secrets.randbits(_STEP))
            milliseconds, tail = self._last
        # Between its 12 and 62 bits an identifier has two of its variant.
        return uuid7(milliseconds, ((tail >> 62) << 64 | tail & (1 << 62) - 1).to_bytes(10, "big"))


_ids: Final = PerProcess(Ids)
