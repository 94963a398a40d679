"""The SQL adapters keep what the ports promise, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from hexflows.entrypoints.testing.contracts.credentials import CredentialsContract
from hexflows.entrypoints.testing.contracts.jobs import JobsContract
from hexflows.entrypoints.testing.contracts.limits import LimitsContract
from hexflows.entrypoints.testing.contracts.receipts import ReceiptsContract
from hexflows.entrypoints.testing.contracts.secrets import SecretsContract
from hexflows.entrypoints.testing.contracts.sessions import SessionsContract
from hexflows.entrypoints.testing.contracts.users import UsersContract
from hexflows.entrypoints.testing.packing import PlainPacking

from ..databases import as_accounts, limits_on


class Sql:
    """The two fixtures that contracts of collections want, on both databases."""

    @pytest.fixture
    def storage(self, sql_storage):
        return as_accounts(sql_storage, PlainPacking())

    @pytest.fixture
    def transaction(self, storage):
        return storage.transaction

    @pytest.fixture
    def snapshot(self, storage):
        return storage.snapshot


class TestSqlUsers(Sql, UsersContract):
    pass


class TestSqlCredentials(Sql, CredentialsContract):
    pass


class TestSqlSessions(Sql, SessionsContract):
    pass


class TestSqlSecrets(Sql, SecretsContract):
    pass


class TestSqlJobs(Sql, JobsContract):
    pass


class TestSqlReceipts(Sql, ReceiptsContract):
    pass


class TestSqlLimits(LimitsContract):
    @pytest.fixture
    def limits(self, sql_storage):
        return limits_on(sql_storage)
