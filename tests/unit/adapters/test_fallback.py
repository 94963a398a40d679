from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import define, field

from hexflows.adapters.fallback import FallbackLimits
from hexflows.adapters.memory.limits import MemoryLimits
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.refusals import OutOfReach
from hexflows.entrypoints.testing.contracts.limits import LimitsContract, an_ask
from hexflows.entrypoints.testing.making import NOON, SECOND


@define
class Shaky:
    """Counters that can be put out of reach, and tell how often they were asked."""

    limits: MemoryLimits = field(factory=MemoryLimits)
    down: bool = False
    asked: int = 0

    def take(self, asks, now):
        self.asked += 1
        if self.down:
            raise OutOfReach
        self.limits.take(asks, now)

    def sweep(self, before, limit):
        return self.limits.sweep(before, limit)


@pytest.fixture
def shared():
    return Shaky()


@pytest.fixture
def limits(shared):
    return FallbackLimits(shared, MemoryLimits(), pause=5 * SECOND)


class TestFallbackLimits(LimitsContract):
    @pytest.fixture
    def limits(self):
        return FallbackLimits(MemoryLimits(), MemoryLimits())


class TestFallbackLimitsOnTheirOwn(LimitsContract):
    @pytest.fixture
    def limits(self):
        return FallbackLimits(Shaky(down=True), MemoryLimits())


def test_what_is_reached_is_refused_and_not_asked_elsewhere(limits, shared):
    ask = an_ask(1)
    limits.take((ask,), NOON)

    with pytest.raises(LimitReached):
        limits.take((ask,), NOON)
    assert shared.asked == 2


def test_out_of_reach_is_neither_open_nor_shut(limits, shared):
    shared.down = True
    ask = an_ask(2)
    limits.take((ask,), NOON)
    limits.take((ask,), NOON + 30 * SECOND)

    with pytest.raises(LimitReached):
        limits.take((ask,), NOON + 31 * SECOND)


def test_who_is_out_of_reach_is_left_alone_for_a_while(limits, shared):
    shared.down = True
    for second in range(10):
        limits.take((an_ask(1),), NOON + second * SECOND)

    assert shared.asked == 2


def test_who_is_back_counts_again(limits, shared):
    ask = an_ask(1)
    limits.take((ask,), NOON)
    shared.down = True
    limits.take((ask,), NOON + SECOND)
    shared.down = False

    # Still the pause: what counts is what was counted here.
    with pytest.raises(LimitReached):
        limits.take((ask,), NOON + 2 * SECOND)
    assert shared.asked == 2
    with pytest.raises(LimitReached):
        limits.take((ask,), NOON + 7 * SECOND)
    assert shared.asked == 3
    limits.take((an_ask(1),), NOON + 8 * SECOND)
    assert shared.asked == 4


def test_a_sweep_cleans_both_and_no_more_than_asked(limits, shared):
    for _ in range(2):
        limits.take((an_ask(1),), NOON)
    shared.down = True
    for _ in range(2):
        limits.take((an_ask(1),), NOON)
    shared.down = False
    later = NOON + timedelta(hours=1)

    assert [limits.sweep(later, 3) for _ in range(3)] == [3, 1, 0]
