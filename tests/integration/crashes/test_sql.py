"""Whatever fails at whatever line, nothing is half done in a database."""

from __future__ import annotations

import pytest
from attrs import evolve
from sqlalchemy import select

from hexflows.entrypoints.testing.crashes.contract import CrashesContract
from hexflows.entrypoints.testing.stage import readable

from ..databases import TABLES, as_accounts

#: The order in which a database finds rows is its own.
READ = [select(table).order_by(*table.primary_key) for table in TABLES]


def itself(connection):
    return connection


class OnSql(CrashesContract):
    @pytest.fixture
    def open_storage(self, storage):
        # By the flows' own connections: SQLAlchemy's would take longer to open than all the rest.
        def everything():
            with storage.snapshot(itself)() as connection:
                return readable([connection.driver.execute(str(each)).fetchall() for each in READ])

        def open_storage(packing):
            with storage.transaction(itself)() as connection:
                for each in reversed(TABLES):
                    connection.driver.execute(str(each.delete()))
            return evolve(as_accounts(storage, packing), everything=everything)

        return open_storage


class TestSqlite(OnSql):
    @pytest.fixture
    def storage(self, sqlite_storage):
        return sqlite_storage


@pytest.mark.nightly
class TestPostgres(OnSql):
    @pytest.fixture
    def storage(self, postgres_storage):
        return postgres_storage
