from __future__ import annotations

import socket

import pytest

from hexflows.adapters.redis.client import connect


@pytest.fixture
def client(redis_url):
    """A client of a server that runs."""
    with connect(redis_url) as client:
        yield client


@pytest.fixture
def nobody():
    """A client of a server that there is not."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with connect(f"redis://127.0.0.1:{port}/0") as client:
        yield client
