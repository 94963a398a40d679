"""What statements run on: a driver's connection inside a transaction, and how to speak to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import sqlalchemy
from attrs import frozen


class Cursor(Protocol):
    """What both drivers answer a statement with."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Driver(Protocol):
    """What both drivers' connections can do."""

    def execute(self, query: Any, params: Any = ..., /) -> Cursor: ...


@frozen
class Dialect:
    """How one kind of database is spoken to, and what its noes mean."""

    name: str
    #: What statements are compiled for.
    sqlalchemy: sqlalchemy.Dialect
    #: Base of all that the driver raises.
    error: type[Exception]
    #: Returns what an error means in the words of the ports; None for a mistake of ours, which stays loud.
    meaning: Callable[[Driver, Exception], Exception | None]
    #: Returns which rule a statement broke, as `constraints.rules` names it; None if it broke none.
    broken_rule: Callable[[Exception], str | None]
    #: Whether a statement that failed takes its whole transaction along, unless it ran after a savepoint.
    fails_whole: bool


@frozen
class Connection:
    """A driver's connection inside a transaction."""

    driver: Driver
    dialect: Dialect
