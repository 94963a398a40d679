from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from redis.crc import key_slot

from hexflows.adapters.fallback import FallbackLimits
from hexflows.adapters.memory.limits import MemoryLimits
from hexflows.adapters.redis.limits import RedisLimits
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.refusals import OutOfReach
from hexflows.entrypoints.testing.contracts.limits import LimitsContract, an_ask

NOW = datetime.now(UTC)


class TestRedisLimits(LimitsContract):
    @pytest.fixture
    def limits(self, client, redis_prefix):
        return RedisLimits(client, redis_prefix)


class TestRedisLimitsThatMayBeOutOfReach(LimitsContract):
    @pytest.fixture
    def limits(self, client, redis_prefix):
        return FallbackLimits(RedisLimits(client, redis_prefix), MemoryLimits())


class TestRedisLimitsThatAreOutOfReach(LimitsContract):
    @pytest.fixture
    def limits(self, nobody):
        return FallbackLimits(RedisLimits(nobody), MemoryLimits())


def test_who_cannot_be_reached_says_so(nobody):
    with pytest.raises(OutOfReach):
        RedisLimits(nobody).take((an_ask(1),), NOW)


def test_what_is_kept_forgets_itself_and_tells_nobody(client, redis_prefix):
    asks = an_ask(3), an_ask(1, "ann@example.org", timedelta(hours=1))
    RedisLimits(client, redis_prefix).take(asks, NOW)

    kept = list(client.scan_iter(f"{redis_prefix}*"))
    assert len(kept) == 2
    assert not any("ann" in key or asks[0].key in key for key in kept)
    lives = sorted(client.ttl(key) for key in kept)
    assert 110 <= lives[0] <= 120
    assert 3_650 <= lives[1] <= 3_660


def test_all_that_one_request_counts_against_lies_in_one_slot(client, redis_prefix):
    RedisLimits(client, redis_prefix).take(tuple(an_ask(1) for _ in range(5)), NOW)

    assert len({key_slot(key.encode()) for key in client.scan_iter(f"{redis_prefix}*")}) == 1


def test_a_window_ends_to_the_microsecond(client, redis_prefix):
    limits, ask = RedisLimits(client, redis_prefix), an_ask(1)
    now = NOW.replace(microsecond=999_999)
    limits.take((ask,), now)

    with pytest.raises(LimitReached):
        limits.take((ask,), now + timedelta(seconds=59, microseconds=999_999))
    limits.take((ask,), now + timedelta(seconds=60))


def test_a_server_that_forgot_the_script_is_told_it_again(client, redis_prefix):
    limits, ask = RedisLimits(client, redis_prefix), an_ask(1)
    limits.take((ask,), NOW)
    client.script_flush()

    with pytest.raises(LimitReached):
        limits.take((ask,), NOW)
