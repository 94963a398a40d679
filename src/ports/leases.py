"""Turns at what only one process at a time may do, such as the schedule."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen


@frozen
class Lease:
    """
    The right to do something alone, for a while.

    Its `number` rises each time the lease has a new holder. Who may be overtaken, because a
    process can sleep longer than its lease, hands the number to what it changes, which
    refuses any number that is lower than one it has seen.
    """

    name: str
    number: int
    until: datetime


class Leases(Protocol):
    """Leases by name. Of many who want one at once, one gets it."""

    @abstractmethod
    def acquire(self, name: str, ttl: timedelta, now: datetime) -> Lease | None:
        """
        Return the lease, ours for *ttl* from now; None while somebody has it, be it ourselves.

        Raises:
            OutOfReach: it is not known who has it. Whoever does not know does not have it.
        """

    @abstractmethod
    def renew(self, lease: Lease, ttl: timedelta, now: datetime) -> Lease | None:
        """
        Return the same lease for *ttl* from now; None if it was released, or ended and somebody else got it.

        Raises:
            OutOfReach: as above.
        """

    @abstractmethod
    def release(self, lease: Lease) -> None:
        """
        Give the lease up, so that another can have it at once; nothing, if it is ours no longer.

        Raises:
            OutOfReach: it could not be said; the lease ends by itself.
        """
