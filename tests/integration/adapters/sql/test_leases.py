from __future__ import annotations

import pytest

from hexflows.adapters.sql.leases import SqlLeases
from hexflows.entrypoints.testing.contracts.leases import LeasesContract


class TestSqlLeases(LeasesContract):
    @pytest.fixture
    def leases(self, sql_storage):
        return SqlLeases(sql_storage.transaction(lambda connection: connection))
