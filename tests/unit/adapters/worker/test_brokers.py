from __future__ import annotations

import pytest
from dramatiq.brokers.redis import RedisBroker

from hexflows.adapters.worker.brokers import connect
from hexflows.adapters.worker.inprocess import InProcessBroker


def test_without_a_url_the_broker_is_in_this_process():
    assert isinstance(connect(None).broker, InProcessBroker)


@pytest.mark.parametrize("url", ["redis://localhost:1/0", "rediss://localhost:1/0"])
def test_redis_is_asked_nothing_before_it_is_needed(url):
    broker = connect(url).broker

    assert isinstance(broker, RedisBroker)
    assert broker.namespace == "hexflows"


@pytest.mark.parametrize("url", [None, "redis://localhost:1/0"])
def test_no_middleware_tries_again_or_limits_the_time(url):
    assert connect(url).broker.middleware == []
