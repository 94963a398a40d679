"""What is done meanwhile when a shared store cannot be reached."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from attrs import define, field

from ..core.rules.limits import Ask
from ..core.rules.refusals import Unavailable
from ..ports.limits import Limits

log = logging.getLogger(__name__)


@define
class FallbackLimits(Limits):
    """
    Counts in `shared`, and in `local` while that is out of reach: never wide open, never shut.

    Each process then counts for itself, so that together they let through more, but not
    everything. After a failure the shared store is left alone for `pause`, so that requests
    do not wait for it one by one.
    """

    shared: Limits
    local: Limits
    pause: timedelta = timedelta(seconds=5)
    _ask_again: datetime | None = field(default=None, init=False)

    def take(self, asks: tuple[Ask, ...], now: datetime) -> None:
        if self._ask_again is None or now >= self._ask_again:
            try:
                self.shared.take(asks, now)
            except Unavailable as error:
                log.warning("limits are counted in this process alone: %s", error)
                self._ask_again = now + self.pause
            else:
                self._ask_again = None
                return
        self.local.take(asks, now)

    def sweep(self, before: datetime, limit: int) -> int:
        here = self.local.sweep(before, limit)
        return here + (self.shared.sweep(before, limit - here) if here < limit else 0)
