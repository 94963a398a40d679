"""The shapes that every flow is made of, and the small ports that are one call."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeAlias, TypeVar
from uuid import UUID

C = TypeVar("C")
R = TypeVar("R")
T = TypeVar("T")

#: A flow with its ports bound: one command in; one answer, or a refusal, out.
Flow: TypeAlias = Callable[[C], R]

#: Opens a transaction. Leaving the block keeps everything; an exception, nothing. Whoever holds, claims or adds what
#: another has waits, and is refused as `Busy` when that takes too long; `OutOfReach` says that the storage does not
#: answer, `OutcomeUnknown` that it stopped to while keeping. A `Clash` may be run again.
Transaction: TypeAlias = Callable[[], AbstractContextManager[T]]

#: Opens a view of one moment, only to read: writing through it raises `ReadOnly`. It waits for no writer and makes none
#: wait; `Busy` and `OutOfReach` are as above.
Snapshot: TypeAlias = Callable[[], AbstractContextManager[T]]

#: Opens a view for one look, only to read. Each look sees one moment; two looks may see two.
Glance: TypeAlias = Callable[[], AbstractContextManager[T]]

#: Says what time it is, always in UTC.
Clock: TypeAlias = Callable[[], datetime]

#: Makes an identifier that nobody else has: a UUID of version 7.
NewId: TypeAlias = Callable[[], UUID]

#: Makes 32 bytes that nobody can guess.
NewSecret: TypeAlias = Callable[[], bytes]

#: Rolls the dice: at least 0.0, less than 1.0. Not for secrets.
Draws: TypeAlias = Callable[[], float]


class Taken(Exception):
    """
    A thing that must be new is there already. The transaction goes on.

    `what` is the word for the rule that it breaks, such as ``email``.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Clash(Exception):
    """Two transactions stood in each other's way and this one lost. Nothing is kept; it may be run again."""


class ReadOnly(Exception):
    """A snapshot was asked to write: a mistake in the code that asked."""
