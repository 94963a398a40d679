"""Which schema the code expects, and whether a database has it: asked at every start, so without what migrates."""

from __future__ import annotations

from typing import Final

from .connections import Connection
from .storage import SqlStorage

#: The newest migration.
HEAD: Final = "m0002"


def is_current(storage: SqlStorage) -> bool:
    """Say whether the database has the schema that the code expects."""
    with storage.snapshot(_itself)() as connection:
        try:
            found = connection.driver.execute("SELECT version_num FROM alembic_version").fetchall()
        except connection.dialect.error:
            # There is no such table: nobody has migrated it yet.
            return False
    return {revision for (revision,) in found} == {HEAD}


def _itself(connection: Connection) -> Connection:
    return connection
