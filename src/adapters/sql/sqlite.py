"""
SQLite: one writer at a time, fairly, and readers who never wait for it.

The driver's own idea of transactions begins one only before something is changed, which
loses updates; it is switched off, and we say `BEGIN IMMEDIATE` ourselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

import sqlalchemy
from sqlalchemy.dialects.sqlite.pysqlite import dialect as SqliteDialect  # noqa: N812 - it is a class
from sqlalchemy.pool import StaticPool

from ...core.rules.refusals import Busy, OutcomeUnknown, OutOfReach
from ...ports.flow import ReadOnly
from ..turns import Turns
from .connections import Connection, Dialect, Driver
from .filelock import FileLock
from .processes import PerProcess
from .storage import SqlStorage

T = TypeVar("T")

#: FULL loses nothing; NORMAL may lose what was acknowledged when the power is cut, and is much quicker.
Synchronous: TypeAlias = Literal["FULL", "NORMAL"]

#: Results whose low byte says that the disk or the file does not do its part.
_BROKEN: Final = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
)
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def _result(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF


def _meaning(_: Driver | None, error: Exception) -> Exception | None:
    result = _result(error)
    if result in _BUSY:
        return Busy()
    if result in _BROKEN:
        return OutOfReach()
    return ReadOnly(str(error)) if result == sqlite3.SQLITE_READONLY else None


def _broken_rule(error: Exception) -> str | None:
    if _result(error) != sqlite3.SQLITE_CONSTRAINT:
        return None
    # "UNIQUE constraint failed: users.email", or "... failed: index 'name'" for one on expressions
    _, _, rule = str(error).partition("constraint failed: ")
    return rule.removeprefix("index '").removesuffix("'")


DIALECT: Final = Dialect(
    name="sqlite",
    sqlalchemy=SqliteDialect(paramstyle="qmark"),
    error=sqlite3.Error,
    meaning=_meaning,
    broken_rule=_broken_rule,
    fails_whole=False,
)


class _Opened:
    """One process's connections to the file, and its place in the line of writers."""

    def __init__(self, path: Path, wait: float, synchronous: Synchronous) -> None:
        self._path = path
        self._wait = wait
        self._synchronous = synchronous
        self._turns = Turns()
        self._lock = FileLock(path)
        #: Connections that nobody uses; popping and appending are safe between threads.
        self.writers: list[sqlite3.Connection] = []
        self.readers: list[sqlite3.Connection] = []

    def acquire(self, wait: float | None = None) -> None:
        """Wait until nobody else writes, in this process and then in all."""
        wait = self._wait if wait is None else wait
        deadline = monotonic() + wait
        if not self._turns.acquire(wait):
            raise Busy
        entered = False
        try:
            entered = self._lock.acquire(deadline)
        finally:
            if not entered:
                self._turns.release()
        if not entered:
            raise Busy

    def release(self) -> None:
        self._lock.release()
        self._turns.release()

    def connect(self, *, read: bool) -> sqlite3.Connection:
        # Connections go from thread to thread, never in use by two at once.
        driver = sqlite3.connect(self._path, isolation_level=None, timeout=self._wait, check_same_thread=False)
        driver.execute(f"PRAGMA synchronous = {self._synchronous}")
        driver.execute("PRAGMA foreign_keys = ON")
        if driver.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            self._write_ahead(driver)
        if read:
            driver.execute("PRAGMA query_only = ON")
        return driver

    def leave(self) -> None:
        self._lock.close()

    def close(self) -> None:
        for idle in (self.writers, self.readers):
            while idle:
                idle.pop().close()

    def _write_ahead(self, driver: sqlite3.Connection) -> None:
        # Once in a file's life, without anybody's being in it: two first openers would refuse each other.
        with FirstLine(self._path, self._wait):
            driver.execute("PRAGMA journal_mode = WAL")
