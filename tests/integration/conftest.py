"""Storages to test with: in memory, on SQLite, on PostgreSQL; each empty, and migrated where there is something to."""

from __future__ import annotations

import shutil
from uuid import uuid4

import pytest
from sqlalchemy import inspect, make_url, text

from hexflows.adapters.memory.storage import MemoryStorage
from hexflows.adapters.sql.migrating import migrate
from hexflows.adapters.sql.opening import open_storage

from . import servers

#: Each of these is a promise kept on all of them.
SQL = ("sqlite", "postgresql")
ALL = ("memory", *SQL)

#: How long a transaction waits for others in tests: long enough for a slow machine.
WAIT = 20.0


@pytest.fixture(scope="session")
def postgres_server():
    """The address of a PostgreSQL server, for this process of the test run."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url():
    """The address of a server that speaks Redis. Others may use it too: put `redis_prefix` before every key."""
    with servers.valkey() as url:
        yield url


@pytest.fixture
def redis_prefix():
    """What this test's keys begin with."""
    return f"test:{uuid4().hex}:"


@pytest.fixture(scope="session")
def _postgres_template(postgres_server):
    with servers.database(postgres_server) as url:
        _migrated(url)
        yield make_url(url).database


@pytest.fixture(scope="session")
def _postgres_shared(postgres_server, _postgres_template):
    with servers.database(postgres_server, _postgres_template) as url:
        storage = open_storage(url, wait=WAIT)
        yield url, storage
        storage.dispose()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "hexflows.sqlite3"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(_sqlite_template, tmp_path):
    """The address of a new SQLite database, migrated and empty."""
    return f"sqlite:///{shutil.copy(_sqlite_template, tmp_path / 'hexflows.sqlite3')}"


@pytest.fixture
def postgres_url(postgres_server, _postgres_template):
    """The address of a new PostgreSQL database, migrated and empty; for what needs one of its own."""
    with servers.database(postgres_server, _postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_storage(sqlite_url):
    storage = open_storage(sqlite_url, wait=WAIT, synchronous="NORMAL")
    yield storage
    storage.dispose()


@pytest.fixture
def postgres_storage(_postgres_shared):
    """The PostgreSQL database that tests of this process use one after the other, emptied."""
    _, storage = _postgres_shared
    with storage.migrating() as connection:
        tables = ", ".join(f'"{each}"' for each in inspect(connection).get_table_names() if each != "alembic_version")
        connection.execute(text(f"TRUNCATE {tables} CASCADE"))
    return storage


@pytest.fixture
def memory_storage():
    return MemoryStorage(wait=WAIT)


@pytest.fixture(params=SQL)
def database_url(request):
    """The address of a new database, migrated and empty, for processes to use: once SQLite, once PostgreSQL."""
    return request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])


@pytest.fixture(params=SQL)
def sql_storage(request):
    """An empty database: once SQLite, once PostgreSQL."""
    return request.getfixturevalue({"sqlite": "sqlite_storage", "postgresql": "postgres_storage"}[request.param])


@pytest.fixture(params=ALL)
def storage(request):
    """An empty storage: in memory, on SQLite and on PostgreSQL."""
    kinds = {"memory": "memory_storage", "sqlite": "sqlite_storage", "postgresql": "postgres_storage"}
    return request.getfixturevalue(kinds[request.param])


def _migrated(url):
    storage = open_storage(url)
    migrate(storage)
    storage.dispose()
