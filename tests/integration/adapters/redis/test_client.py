from __future__ import annotations

import socket
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import exceptions

from hexflows.adapters.redis.client import at, connect, moment, ping, reaching
from hexflows.core.rules.refusals import OutOfReach


def test_a_server_that_answers_is_well(client):
    ping(client)


def test_a_server_that_is_not_there_is_out_of_reach(nobody):
    with pytest.raises(OutOfReach):
        ping(nobody)


def test_a_server_that_does_not_answer_is_waited_for_a_second_and_not_twice():
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        connect(f"redis://127.0.0.1:{silent.getsockname()[1]}") as client,
    ):
        began = time.monotonic()
        with pytest.raises(OutOfReach):
            ping(client)

    assert time.monotonic() - began < 3


def test_a_connection_that_was_cut_is_opened_anew(client, redis_prefix):
    ping(client)
    other = client.connection_pool.make_connection()
    other.connect()
    try:
        other.send_command("CLIENT", "KILL", "ID", str(client.client_id()))
        assert other.read_response() == 1
    finally:
        other.disconnect()

    ping(client)


@pytest.mark.parametrize(
    "answer",
    [
        "READONLY You can't write against a read only replica.",
        "LOADING Valkey is loading the dataset in memory",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "CLUSTERDOWN The cluster is down",
        "TRYAGAIN Multiple keys request during rehashing of slot",
        "MASTERDOWN Link with MASTER is down",
    ],
)
def test_a_server_that_cannot_work_is_out_of_reach(answer):
    with _always(answer) as client, pytest.raises(OutOfReach):
        ping(client)


def test_a_mistake_of_ours_stays_loud(client):
    with pytest.raises(exceptions.ResponseError), reaching():
        client.execute_command("NOSUCHCOMMAND")


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive
def test_times_come_back_as_they_went(time):
    assert at(moment(time)) == time
    assert moment(time) < 2**53


class _always:  # noqa: N801 - a context manager
    """A client of a server that answers everything with one error."""

    def __init__(self, answer):
        self._answer = f"-{answer}\r\n".encode()

    def __enter__(self):
        from threading import Thread

        self._server = socket.create_server(("127.0.0.1", 0))
        self._client = connect(f"redis://127.0.0.1:{self._server.getsockname()[1]}?protocol=2")
        self._thread = Thread(target=self._serve)
        self._thread.start()
        return self._client

    def _serve(self):
        while True:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            with peer:
                while peer.recv(4096):
                    peer.sendall(self._answer)

    def __exit__(self, *_):
        self._client.close()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(10)
