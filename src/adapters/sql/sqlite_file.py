"""One process's part in a SQLite file: its connections, what they say, and its place in the line of writers."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import monotonic
from typing import Final, Literal, TypeAlias

from sqlalchemy.dialects.sqlite.pysqlite import dialect as dialect_of_sqlite

from ...core.rules.refusals import Busy, OutcomeUnknown, OutOfReach
from ...ports.flow import ReadOnly
from ..turns import Turns
from .connections import Dialect, Driver
from .filelock import FileLock

#: FULL loses nothing. NORMAL is much quicker, and may lose what was acknowledged when the power is cut.
Synchronous: TypeAlias = Literal["FULL", "NORMAL"]

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

#: The disk or the file does not do its part.
_BROKEN: Final = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
)


def _result(error: Exception) -> int:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return int(code) & 0xFF  # the rest says more than anybody asks


def _meaning(_: Driver, error: Exception) -> Exception | None:
    result = _result(error)
    if result in _BUSY:
        return Busy()
    if result in _BROKEN:
        return OutOfReach()
    return ReadOnly(str(error)) if result == sqlite3.SQLITE_READONLY else None


def _broken_rule(error: Exception) -> str | None:
    if _result(error) != sqlite3.SQLITE_CONSTRAINT:
        return None
    _, _, columns = str(error).partition("UNIQUE constraint failed: ")
    return columns


DIALECT: Final = Dialect(
    name="sqlite",
    sqlalchemy=dialect_of_sqlite(paramstyle="qmark"),
    error=sqlite3.Error,
    meaning=_meaning,
    broken_rule=_broken_rule,
    fails_whole=False,
)


class SqliteFile:
    """One process's connections to the file, and its place in the line of writers."""

    def __init__(self, path: Path, wait: float, synchronous: Synchronous) -> None:
        self._path = path
        self._wait = wait
        self._synchronous = synchronous
        self._turns = Turns()
        self._lock = FileLock(path)
        self._closed = False
        # Nobody uses these at the moment. Taking from a list and adding to it is safe between threads.
        self._writers: list[sqlite3.Connection] = []
        self._readers: list[sqlite3.Connection] = []
        try:
            self._write_ahead()
        except BaseException:
            self._lock.close()
            raise

    def acquire(self, wait: float | None = None) -> None:
        """
        Wait until nobody else writes, first in this process and then in any.

        Raises:
            Busy: somebody did for too long.
        """
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
        """Let the next one write."""
        self._lock.release()
        self._turns.release()

    def writer(self) -> sqlite3.Connection:
        """Return a connection to write on."""
        return self._writers.pop() if self._writers else self.connect()

    def reader(self) -> sqlite3.Connection:
        """Return a connection to read on."""
        try:
            return self._readers.pop()
        except IndexError:
            driver = self.connect()
            driver.execute("PRAGMA query_only = ON")
            return driver

    def connect(self) -> sqlite3.Connection:
        """Return a new connection. It may go from thread to thread, with one of them at a time."""
        driver = sqlite3.connect(self._path, timeout=self._wait, isolation_level=None, check_same_thread=False)
        driver.execute(f"PRAGMA synchronous = {self._synchronous}")
        driver.execute("PRAGMA foreign_keys = ON")
        return driver

    def keep(self, driver: sqlite3.Connection) -> None:
        """
        Keep what was written.

        Raises:
            OutOfReach: it could not be, for want of room.
            OutcomeUnknown: the disk failed in the middle.
        """
        try:
            driver.execute("COMMIT")
        except sqlite3.Error as error:
            driver.close()
            if _result(error) == sqlite3.SQLITE_IOERR:
                raise OutcomeUnknown from error
            raise (_meaning(driver, error) or error) from error
        self._put_back(driver, self._writers)

    def undo(self, driver: sqlite3.Connection) -> None:
        """Undo what was written."""
        self._end(driver, self._writers)

    def leave(self, driver: sqlite3.Connection) -> None:
        """Let go of the moment that was read."""
        self._end(driver, self._readers)

    def close(self) -> None:
        """Close what nobody uses, and what is used as soon as it is not."""
        self.acquire()
        self._closed = True
        for idle in (self._writers, self._readers):
            while idle:
                idle.pop().close()
        self._lock.close()
        self._turns.release()

    def forget(self) -> None:
        """Give up the place in line, in a process that was forked off and has its own."""
        self._lock.close()

    def _end(self, driver: sqlite3.Connection, idle: list[sqlite3.Connection]) -> None:
        try:
            if driver.in_transaction:  # A full disk has undone it already.
                driver.execute("ROLLBACK")
        except sqlite3.Error:
            # Closing undoes it as well.
            driver.close()
        else:
            self._put_back(driver, idle)

    def _put_back(self, driver: sqlite3.Connection, idle: list[sqlite3.Connection]) -> None:
        if self._closed:
            driver.close()
        else:
            idle.append(driver)

    def _write_ahead(self) -> None:
        driver = self.connect()
        try:
            if driver.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                # Once in the file's life, and alone: of two who do it together one is refused.
                self.acquire()
                try:
                    driver.execute("PRAGMA journal_mode = WAL")
                finally:
                    self.release()
        except BaseException:
            driver.close()
            raise
        self._writers.append(driver)


def said(driver: Driver, statement: str) -> None:
    """Say a statement that has no values and no answer."""
    try:
        driver.execute(statement)
    except sqlite3.Error as error:
        raise (_meaning(driver, error) or error) from error
