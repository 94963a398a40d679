"""Opening the database that an address names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from .sqlite import SqliteStorage
from .sqlite_file import Synchronous
from .storage import SqlStorage


def open_storage(
    url: str, *, wait: float = 5.0, statement: float = 30.0, pool: int = 16, synchronous: Synchronous = "FULL"
) -> SqlStorage:
    """
    Return the database at *url*: ``sqlite:////path/to/file`` or ``postgresql://user:password@host/name``.

    It is opened at first use.

    Args:
        url: where it is.
        wait: how many seconds to wait for others, be it for a lock or for a connection.
        statement: how many seconds one statement may take on PostgreSQL.
        pool: how many connections a process has at most on PostgreSQL.
        synchronous: whether SQLite waits for the disk whenever something is kept.
    """
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite" if address.database and address.database != ":memory:":
            return SqliteStorage(Path(address.database), wait=wait, synchronous=synchronous)
        case "postgresql" | "postgres":
            from .postgres import PostgresStorage  # noqa: PLC0415 - its driver is an extra of its own

            return PostgresStorage(url, wait=wait, statement=statement, pool=pool)
    raise ValueError(f"not a database that we know: {address.render_as_string()}")
