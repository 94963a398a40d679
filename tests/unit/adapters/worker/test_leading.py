from __future__ import annotations

import pytest
from attrs import define, field

from hexflows.adapters.memory.leases import MemoryLeases
from hexflows.adapters.worker.leading import Leader
from hexflows.core.rules.refusals import OutOfReach
from hexflows.entrypoints.testing.making import NOON, SECOND


@define
class Time:
    """A clock that stands still until it is moved."""

    now: object = NOON

    def __call__(self):
        return self.now


@define
class Shaky:
    """Leases that can be put out of reach."""

    leases: MemoryLeases = field(factory=MemoryLeases)
    down: bool = False

    def __getattr__(self, name):
        if self.down:
            raise OutOfReach
        return getattr(self.leases, name)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def leases():
    return Shaky()


@pytest.fixture
def one(leases, time):
    return Leader(leases, time, ttl=20 * SECOND)


@pytest.fixture
def other(leases, time):
    return Leader(leases, time, ttl=20 * SECOND)


def test_one_leads_and_goes_on_leading(one, other, time):
    for _ in range(10):
        assert one()
        assert not other()
        time.now += 10 * SECOND


def test_who_does_not_come_back_is_followed(one, other, time):
    assert one()
    time.now += 20 * SECOND

    assert other()
    assert not one()


def test_who_resigns_is_followed_at_once(one, other):
    assert one()
    one.resign()

    assert other()
    one.resign()
    assert other()


def test_who_does_not_know_does_not_lead(one, leases, time):
    assert one()
    leases.down = True
    assert not one()
    one.resign()

    leases.down = False
    assert not one()
    time.now += 20 * SECOND
    assert one()
