"""
PostgreSQL: rows are locked one by one, and a transaction is as many round trips as it has statements, and two.

The driver is in autocommit, so that nothing but what we say is sent; `BEGIN` is the first
thing that a connection from the pool is told, and so tells us whether it still lives. One
that does not is replaced before anybody notices. Deadlines and the time zone are given when
a connection is made, and cost nothing later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

import psycopg
import sqlalchemy
from psycopg import errors
from sqlalchemy import NullPool, PoolProxiedConnection, QueuePool, make_url
from sqlalchemy.dialects.postgresql.psycopg import dialect as dialect_of_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ...core.rules.refusals import Busy, OutcomeUnknown, OutOfReach
from ...ports.flow import Clash, ReadOnly
from ..forks import PerProcess
from .connections import Connection, Dialect, Driver
from .storage import SqlStorage

T = TypeVar("T")

#: Says `migrate` to everybody else who would.
_MIGRATING: Final = 0x68657866_6C6F7773

_BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_LOOK: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

#: What the server's noes mean. What is not here is a mistake of ours.
_MEANINGS: Final[tuple[tuple[tuple[type[psycopg.Error], ...], type[Exception]], ...]] = (
    ((errors.DeadlockDetected, errors.SerializationFailure), Clash),
    ((errors.LockNotAvailable, errors.QueryCanceled), Busy),
    ((errors.ReadOnlySqlTransaction,), ReadOnly),
    (
        (
            errors.AdminShutdown,
            errors.CannotConnectNow,
            errors.CrashShutdown,
            errors.DiskFull,
            errors.IdleInTransactionSessionTimeout,
            errors.OutOfMemory,
            errors.TooManyConnections,
        ),
        OutOfReach,
    ),
)


def _meaning(driver: Driver, error: Exception) -> Exception | None:
    for meant, meaning in _MEANINGS:
        if isinstance(error, meant):
            return meaning()
    return OutOfReach() if cast("psycopg.Connection[Any]", driver).closed else None


def _broken_rule(error: Exception) -> str | None:
    return error.diag.constraint_name if isinstance(error, errors.UniqueViolation) else None


DIALECT: Final = Dialect(
    name="postgresql",
    sqlalchemy=dialect_of_psycopg(),  # type: ignore[no-untyped-call]
    error=psycopg.Error,
    meaning=_meaning,
    broken_rule=_broken_rule,
    fails_whole=True,
)


class PostgresStorage(SqlStorage):
    """A database on a server."""

    dialect = DIALECT

    def __init__(self, url: str, *, wait: float = 5.0, statement: float = 30.0, pool: int = 16) -> None:
        """
        Open nothing yet.

        Args:
            url: where it is, as ``postgresql://user:password@host/name``.
            wait: how many seconds to wait for a lock, or for a connection when all are in use.
            statement: how many seconds one statement may take.
            pool: how many connections a process has at most.
        """
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._wait = wait
        self._pool = pool
        self._options = {
            "timezone": "UTC",
            "lock_timeout": f"{wait * 1000:.0f}",
            "statement_timeout": f"{statement * 1000:.0f}",
            # A process that hangs in the middle of a block must not hold its rows for ever.
            "idle_in_transaction_session_timeout": f"{statement * 2000:.0f}",
        }
        self._here = PerProcess(self._open)

    def dispose(self) -> None:
        if here := self._here.take():
            here.dispose()

    @contextmanager
    def migrating(self, wait: float = 60.0) -> Iterator[sqlalchemy.Connection]:
        engine = sqlalchemy.create_engine(self._url, poolclass=NullPool, use_native_hstore=False)
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait * 1000:.0f}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
                yield connection
        except DBAPIError as error:
            if isinstance(error.orig, errors.LockNotAvailable):
                raise Busy from error
            if error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError):
                raise OutOfReach from error
            raise

    @contextmanager
    def _writing(self, view: Callable[[Connection], T]) -> Iterator[T]:
        pooled, driver = self._begun(_BEGIN)
        try:
            yield view(Connection(driver, DIALECT))
        except BaseException:
            _undo(pooled, driver)
            raise
        _keep(pooled, driver)

    @contextmanager
    def _reading(self, view: Callable[[Connection], T]) -> Iterator[T]:
        pooled, driver = self._begun(_LOOK)
        try:
            yield view(Connection(driver, DIALECT))
        finally:
            _undo(pooled, driver)

    def _open(self) -> sqlalchemy.Engine:
        options = " ".join(f"-c {name}={value}" for name, value in self._options.items())
        return sqlalchemy.create_engine(
            # What the address says itself comes last and wins.
            self._url.set(query={"connect_timeout": "5", "application_name": "hexflows", **self._url.query}),
            connect_args={"autocommit": True, "options": f"{options} {self._url.query.get('options', '')}"},
            poolclass=QueuePool,
            pool_size=self._pool,
            max_overflow=0,
            pool_timeout=self._wait,
            pool_use_lifo=True,
            pool_reset_on_return=None,
            use_native_hstore=False,
        )

    def _begun(self, begin: str) -> tuple[PoolProxiedConnection, psycopg.Connection[Any]]:
        # All that lie in the pool may have been lost together; the one after them is new.
        for _ in range(self._pool):
            pooled, driver = self._connected()
            try:
                driver.execute(begin, prepare=False)
            except psycopg.OperationalError:
                pooled.invalidate()
            except BaseException:
                pooled.invalidate()
                raise
            else:
                return pooled, driver
        raise OutOfReach

    def _connected(self) -> tuple[PoolProxiedConnection, psycopg.Connection[Any]]:
        try:
            pooled = self._here().raw_connection()
        except PoolTimeout as error:
            raise Busy from error
        except (psycopg.OperationalError, DBAPIError) as error:
            raise OutOfReach from error
        return pooled, cast("psycopg.Connection[Any]", pooled.driver_connection)


def _keep(pooled: PoolProxiedConnection, driver: psycopg.Connection[Any]) -> None:
    try:
        said = driver.execute("COMMIT", prepare=False).statusmessage
    except psycopg.Error as error:
        meaning = _meaning(driver, error)
        pooled.invalidate()
        if isinstance(meaning, OutOfReach):
            raise OutcomeUnknown from error
        raise (meaning or error) from error
    pooled.close()
    if said != "COMMIT":
        raise RuntimeError("nothing was kept: a statement had failed, and somebody went on as if it had not")


def _undo(pooled: PoolProxiedConnection, driver: psycopg.Connection[Any]) -> None:
    try:
        driver.execute("ROLLBACK", prepare=False)
    except psycopg.Error:
        pooled.invalidate()
    else:
        pooled.close()
