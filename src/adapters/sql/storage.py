"""What a database does for flows: transactions, snapshots, and the ground that migrations stand on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TypeVar

import sqlalchemy

from ...ports.flow import Glance, Snapshot, Transaction
from .connections import Connection, Dialect

T = TypeVar("T")


class SqlStorage(ABC):
    """A database. Opens itself at first use, and again in every process that is forked off."""

    dialect: Dialect

    def transaction(self, view: Callable[[Connection], T]) -> Transaction[T]:
        """
        Return what opens transactions, each seen through *view*.

        Opening or using one raises `Busy` when it had to wait too long, `OutOfReach` when the
        database does not answer, and `OutcomeUnknown` when it stopped to while keeping the
        change; `Clash` when another transaction was in the way and it may be run again.
        """
        return partial(self._writing, view)

    def snapshot(self, view: Callable[[Connection], T]) -> Snapshot[T]:
        """
        Return what opens views of one moment, that of the first look; to write through them raises `ReadOnly`.

        Raises what `transaction` does, but for `Clash` and `OutcomeUnknown`.
        """
        return partial(self._reading, view)

    def glance(self, view: Callable[[Connection], T]) -> Glance[T]:
        """
        Return what opens views for one look each, where a database can do with less for that than for a snapshot.

        Raises what `snapshot` does.
        """
        return self.snapshot(view)

    def ping(self) -> None:
        """
        Return if the database answers.

        Raises:
            OutOfReach: it does not.
        """
        with self._reading(_nothing):
            pass

    @abstractmethod
    def dispose(self) -> None:
        """Close what is open and not in use; the next use opens it again."""

    @abstractmethod
    def migrating(self, wait: float = 60.0) -> AbstractContextManager[sqlalchemy.Connection]:
        """
        Open a transaction in which the schema may be changed, alone.

        Raises:
            Busy: somebody else was at it for longer than *wait* seconds.
        """

    @abstractmethod
    def _writing(self, view: Callable[[Connection], T]) -> AbstractContextManager[T]: ...

    @abstractmethod
    def _reading(self, view: Callable[[Connection], T]) -> AbstractContextManager[T]: ...


def _nothing(connection: Connection) -> None:
    """View nothing of it."""
