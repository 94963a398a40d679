"""Limits in memory: for one process, and for what still has to be limited while the shared store is down."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from attrs import define, field

from ...core.rules.limits import Ask, Window, opened, reached
from ...ports.limits import Limits
from .sweeping import forget


@define
class MemoryLimits(Limits):
    """Counters by limit and key, one request at a time."""

    _windows: dict[tuple[str, str], Window] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def take(self, asks: tuple[Ask, ...], now: datetime) -> None:
        with self._lock:
            taken: dict[tuple[str, str], Window] = {}
            full = []
            for ask in asks:
                key = ask.limit.name, ask.key
                window = self._windows.get(key)
                after = window.take(ask.limit, now) if window else opened(ask.limit, now)
                if after:
                    taken[key] = after
                elif window:
                    full.append(reached(ask, window, now))
            if full:
                raise max(full, key=lambda no: no.reset)
            self._windows.update(taken)

    def sweep(self, before: datetime, limit: int) -> int:
        with self._lock:
            return forget(self._windows, lambda window: window.ends_at < before, limit)
