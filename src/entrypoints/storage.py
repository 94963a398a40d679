"""The database that the settings name, and how it is brought to this release."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..adapters.sql.opening import open_storage
from ..adapters.sql.release import is_current
from ..adapters.sql.storage import SqlStorage
from .settings import Settings

#: Connections that a web process keeps beside those for its threads that wait on others.
POOL = 16


@contextmanager
def open_database(settings: Settings) -> Iterator[SqlStorage]:
    """Open the database; it is connected to at first use, and left at the end."""
    database = open_storage(settings.database, synchronous=settings.sqlite_synchronous.value, pool=POOL)
    try:
        yield database
    finally:
        database.dispose()


def migrate(settings: Settings) -> None:
    """
    Bring the database to this release. Of several who do it at once one does, and the others find it done.

    Raises:
        OutOfReach: the database does not answer.
        Busy: somebody else was at it for too long.
    """
    with open_database(settings) as database:
        if is_current(database):
            return
        # Imported only when there is something to do: it takes longer than most commands.
        from ..adapters.sql.migrating import migrate as migrate_

        migrate_(database)
