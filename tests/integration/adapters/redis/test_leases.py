from __future__ import annotations

from datetime import timedelta

import pytest

from hexflows.adapters.redis.leases import RedisLeases
from hexflows.core.rules.refusals import OutOfReach
from hexflows.entrypoints.testing.contracts.leases import TTL, LeasesContract, had
from hexflows.entrypoints.testing.making import NOON


@pytest.fixture
def leases(client, redis_prefix):
    return RedisLeases(client, redis_prefix)


class TestRedisLeases(LeasesContract):
    @pytest.fixture
    def leases(self, client, redis_prefix):
        return RedisLeases(client, redis_prefix)


def test_numbers_rise_even_if_redis_lost_everything(client, redis_prefix, leases):
    before = had(leases, "name", NOON)
    client.delete(*client.scan_iter(f"{redis_prefix}*"))

    assert leases.renew(before, TTL, NOON) is None
    assert had(leases, "name", NOON + timedelta(microseconds=1)).number > before.number


def test_who_cannot_be_reached_says_so(nobody):
    with pytest.raises(OutOfReach):
        RedisLeases(nobody).acquire("name", TTL, NOON)
