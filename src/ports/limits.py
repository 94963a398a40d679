"""What requests are counted in."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from ..core.rules.limits import Ask


class Limits(Protocol):
    """Counters of requests, shared by all who serve them."""

    @abstractmethod
    def take(self, asks: tuple[Ask, ...], now: datetime) -> None:
        """
        Count the request against every limit in *asks*, or against none of them.

        In one step: of several at once, no more get through than there is room for.

        Raises:
            LimitReached: one of them has no room; of several, the one that opens last.
        """

    @abstractmethod
    def sweep(self, before: datetime, limit: int) -> int:
        """Forget at most *limit* windows that ended before then; return how many."""
