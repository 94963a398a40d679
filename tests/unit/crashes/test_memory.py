"""Whatever fails at whatever line, nothing is half done in memory."""

from __future__ import annotations

import pytest

from hexflows.entrypoints.testing.crashes.contract import CrashesContract
from hexflows.entrypoints.testing.stage import in_memory


class TestMemory(CrashesContract):
    @pytest.fixture
    def open_storage(self):
        return in_memory
