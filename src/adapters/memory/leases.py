"""Leases in memory: who may do what only one may, of the threads of one process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from attrs import define, evolve, field

from ...ports.leases import Lease, Leases

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@define
class MemoryLeases(Leases):
    """The last lease of each name, in force or not: numbers go on rising."""

    _last: dict[str, Lease] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def acquire(self, name: str, ttl: timedelta, now: datetime) -> Lease | None:
        with self._lock:
            last = self._last.get(name, Lease(name, 0, _LONG_AGO))
            if now < last.until:
                return None
            self._last[name] = Lease(name, last.number + 1, now + ttl)
            return self._last[name]

    def renew(self, lease: Lease, ttl: timedelta, now: datetime) -> Lease | None:
        with self._lock:
            if not self._is_last(lease):
                return None
            self._last[lease.name] = evolve(lease, until=now + ttl)
            return self._last[lease.name]

    def release(self, lease: Lease) -> None:
        with self._lock:
            if self._is_last(lease):
                # A number that nobody holds, so that it cannot be renewed.
                self._last[lease.name] = Lease(lease.name, lease.number + 1, _LONG_AGO)

    def _is_last(self, lease: Lease) -> bool:
        last = self._last.get(lease.name)
        return last is not None and last.number == lease.number
