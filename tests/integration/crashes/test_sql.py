"""Whatever fails at whatever line, nothing is half done in a database."""

from __future__ import annotations

import pytest

from hexflows.entrypoints.testing.crashes.contract import CrashesContract

from ..databases import as_accounts, empty


class OnSql(CrashesContract):
    @pytest.fixture
    def open_storage(self, storage):
        def open_storage(packing):
            empty(storage)
            return as_accounts(storage, packing)

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
