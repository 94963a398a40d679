from __future__ import annotations

import pytest

from hexflows.adapters.memory.leases import MemoryLeases
from hexflows.entrypoints.testing.contracts.leases import LeasesContract


class TestMemoryLeases(LeasesContract):
    @pytest.fixture
    def leases(self):
        return MemoryLeases()
