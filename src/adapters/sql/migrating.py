"""Bringing a database to the schema that the code expects."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

from .storage import SqlStorage

SCRIPTS: Final = Path(__file__).parent / "migrations"


def migrate(storage: SqlStorage, *, wait: float = 60.0) -> None:
    """
    Bring the database up to date: all that is missing in one transaction, or nothing.

    Of several who do it at once one does, and the others find it done.

    Raises:
        Busy: somebody else was at it for longer than *wait* seconds.
        OutOfReach: the database does not answer.
    """
    config = _config()
    with storage.migrating(wait) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
