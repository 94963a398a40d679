"""Migrations bring a database to exactly what the tables say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from hexflows.adapters.sql import tables
from hexflows.adapters.sql.migrating import SCRIPTS, migrate
from hexflows.adapters.sql.opening import open_storage
from hexflows.adapters.sql.release import HEAD, is_current
from hexflows.adapters.sql.tables.metadata import metadata
from hexflows.core.rules.refusals import Busy

from ... import servers
from .. import counters

for each in Path(tables.__file__).parent.glob("*.py"):
    import_module(f"{tables.__name__}.{each.stem}")


@pytest.fixture(params=["sqlite", "postgresql"])
def new(request, tmp_path):
    """Make addresses of databases that have nothing in them."""
    if request.param == "sqlite":
        yield lambda name: f"sqlite:///{tmp_path}/{name}"
        return
    server = request.getfixturevalue("postgres_server")
    with servers.database(server) as one, servers.database(server) as two:
        yield lambda name: {"one": one, "two": two}[name]


def described(connection):
    """Return everything that the database says of its tables."""
    inspector = inspect(connection)
    return {
        name: (
            [{**column, "type": str(column["type"])} for column in inspector.get_columns(name)],
            inspector.get_pk_constraint(name),
            *(
                sorted(str(_spelled(each)) for each in ask(name))
                for ask in (
                    inspector.get_unique_constraints,
                    inspector.get_foreign_keys,
                    inspector.get_check_constraints,
                    inspector.get_indexes,
                )
            ),
        )
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def _spelled(described):
    """Return it with conditions as text: as objects they are never equal."""
    options = described.get("dialect_options", {})
    return {**described, "dialect_options": {name: str(option) for name, option in options.items()}}


def test_a_migrated_database_is_what_the_tables_say(new):
    migrated, created = open_storage(new("one")), open_storage(new("two"))

    migrate(migrated)
    with created.migrating() as connection:
        metadata.create_all(connection)
        wanted = described(connection)

    with migrated.migrating() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert described(connection) == wanted
    assert len(wanted) == len(metadata.tables) > 0
    created.dispose()
    migrated.dispose()


def test_a_database_is_current_once_it_was_migrated_and_stays_so(new):
    storage = open_storage(new("one"))
    assert not is_current(storage)

    migrate(storage)
    assert is_current(storage)
    migrate(storage)
    assert is_current(storage)
    storage.dispose()


def test_of_many_who_migrate_at_once_one_does(new):
    storages = [open_storage(new("one")) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, storages))

    assert is_current(storages[0])
    for each in storages:
        each.dispose()


def test_a_migration_that_fails_leaves_nothing(new):
    storage = open_storage(new("one"))

    with pytest.raises(ZeroDivisionError), storage.migrating() as connection:
        counters.metadata.create_all(connection)
        _ = 1 // 0

    with storage.migrating() as connection:
        assert inspect(connection).get_table_names() == []
    storage.dispose()


def test_who_waits_too_long_for_another_migrator_is_refused(new):
    one, two = open_storage(new("one")), open_storage(new("one"))

    with one.migrating() as connection, pytest.raises(Busy):
        connection.execute(text("SELECT 1"))
        migrate(two, wait=0.2)
    migrate(two)

    assert is_current(one)
    one.dispose()
    two.dispose()


def test_all_can_be_undone(new):
    from alembic import command

    from hexflows.adapters.sql.migrating import _config

    storage = open_storage(new("one"))
    migrate(storage)
    config = _config()
    with storage.migrating() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    with storage.migrating() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    storage.dispose()


def test_the_release_names_the_newest_migration():
    assert ScriptDirectory(str(SCRIPTS)).get_heads() == [HEAD]
