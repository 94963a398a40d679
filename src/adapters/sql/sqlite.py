"""
SQLite: one writer at a time, in turn, and readers who never wait for it.

The driver's own idea of a transaction begins only before something is changed, which
loses updates; it is switched off, and `BEGIN IMMEDIATE` is ours to say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy
from sqlalchemy.pool import StaticPool

from ...core.rules.refusals import OutOfReach
from ...ports.flow import Glance
from ..forks import PerProcess
from .connections import Connection
from .sqlite_file import DIALECT, SqliteFile, Synchronous, said
from .storage import SqlStorage

T = TypeVar("T")


class SqliteStorage(SqlStorage):
    """A database in a file."""

    dialect = DIALECT

    def __init__(self, path: Path, *, wait: float = 5.0, synchronous: Synchronous = "FULL") -> None:
        self._here = PerProcess(lambda: _open(path, wait, synchronous), SqliteFile.forget)

    def ping(self) -> None:
        with self._reading(lambda connection: connection) as connection:
            said(connection.driver, "PRAGMA schema_version")

    def dispose(self) -> None:
        if here := self._here.take():
            here.close()

    @contextmanager
    def migrating(self, wait: float = 60.0) -> Iterator[sqlalchemy.Connection]:
        here = self._here()
        here.acquire(wait)
        try:
            with closing(here.connect()) as driver:
                engine = sqlalchemy.create_engine("sqlite://", creator=lambda: driver, poolclass=StaticPool)
                with engine.begin() as connection:
                    # Tables are changed by building them anew, which references to them must live through.
                    said(driver, "PRAGMA foreign_keys = OFF")
                    # Only now: the engine has looked around on its first connection, and undone what was begun there.
                    said(driver, "BEGIN IMMEDIATE")
                    yield connection
                    if dangling := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                        raise sqlite3.IntegrityError(f"rows refer to what is not there: {dangling[:10]}")
        finally:
            here.release()

    @contextmanager
    def _writing(self, view: Callable[[Connection], T]) -> Iterator[T]:
        here = self._here()
        here.acquire()
        try:
            driver = _begun(here.writer, "BEGIN IMMEDIATE")
            try:
                yield view(Connection(driver, DIALECT))
            except BaseException:
                here.undo(driver)
                raise
            here.keep(driver)
        finally:
            here.release()

    def glance(self, view: Callable[[Connection], T]) -> Glance[T]:
        # One statement is a transaction of its own. Each further one lets other threads in between.
        return lambda: _Glance(self._here, view)

    def _reading(self, view: Callable[[Connection], T]) -> AbstractContextManager[T]:
        return _Reading(self._here, view)


class _Reading(AbstractContextManager[T]):
    """One moment that is read. A class, since a generator would take as long as the reading itself."""

    __slots__ = ("_driver", "_here", "_place", "_view")

    def __init__(self, place: Callable[[], SqliteFile], view: Callable[[Connection], T]) -> None:
        self._place = place
        self._view = view

    def __enter__(self) -> T:
        self._here = self._place()
        self._driver = _begun(self._here.reader, "BEGIN")
        return self._view(Connection(self._driver, DIALECT))

    def __exit__(self, *_: object) -> None:
        self._here.leave(self._driver)


class _Glance(_Reading[T]):
    """One look."""

    __slots__ = ()

    def __enter__(self) -> T:
        self._here = self._place()
        self._driver = _opened(self._here.reader)
        return self._view(Connection(self._driver, DIALECT))


def _begun(open_: Callable[[], sqlite3.Connection], begin: str) -> sqlite3.Connection:
    driver = _opened(open_)
    try:
        said(driver, begin)
    except BaseException:
        driver.close()
        raise
    return driver


def _opened(open_: Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
    try:
        return open_()
    except sqlite3.Error as error:
        raise OutOfReach from error


def _open(path: Path, wait: float, synchronous: Synchronous) -> SqliteFile:
    try:
        return SqliteFile(path, wait, synchronous)
    except (OSError, sqlite3.Error) as error:
        raise OutOfReach from error
