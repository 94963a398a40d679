"""What the kit itself brings along keeps the ports' promises too."""

from __future__ import annotations

import pytest

from hexflows.entrypoints.testing.contracts.hasher import HasherContract
from hexflows.entrypoints.testing.hashing import QuickHasher


class TestQuickHasher(HasherContract):
    @pytest.fixture
    def hasher(self):
        return QuickHasher()

    @pytest.fixture
    def dearer(self):
        return QuickHasher(cost=2)
