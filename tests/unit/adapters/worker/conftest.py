from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hexflows.adapters.memory.storage import MemoryStorage
from hexflows.adapters.memory.views import MemoryView
from hexflows.entrypoints.testing.making import new_id
from hexflows.entrypoints.testing.packing import PlainPacking


class Clock:
    """Says what time it is by a hand that a test moves."""

    def __init__(self):
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def queue():
    return MemoryStorage().transaction(lambda draft: MemoryView(draft, PlainPacking(), new_id))
