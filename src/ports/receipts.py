"""What makes a repeated request have one effect."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias

from ..core.rules.receipts import Receipt


class Receipts(Protocol):
    """What was asked under which key, and what came of it."""

    @abstractmethod
    def claim(self, receipt: Receipt) -> Receipt | None:
        """
        Add the receipt and return None, or return the one that stands under its scope, flow and key.

        An expired one counts as none. Who claims the same key at once waits until this
        transaction has ended.

        Raises:
            RequestInProgress: it took longer than a lock may.
        """

    @abstractmethod
    def keep(self, receipt: Receipt) -> None:
        """Store the receipt with its answer, secrets left out."""

    @abstractmethod
    def remove_all(self, scope: str) -> None:
        """Forget every receipt of the scope."""

    @abstractmethod
    def sweep(self, before: datetime, limit: int) -> int:
        """Forget at most *limit* receipts that expired before then; return how many."""


#: Returns a MAC over a command's normalised form, without its secret fields and who asks.
Fingerprint: TypeAlias = Callable[[object], bytes]
