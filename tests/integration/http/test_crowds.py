"""Some who are slow, and many who say nothing, keep nobody else waiting."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from .raw import FORM, JSON, answer_on, ask, connect, head

pytestmark = pytest.mark.slow

#: Seconds that nobody should wait longer than, on a machine that has other things to do.
SOON = 5


@pytest.fixture
def served(start):
    return start(verification="off", threads=16)


def at_once(served):
    """Ask something, and say whether it was answered soon."""
    began = time.monotonic()
    answer = ask(served.port, "GET", "/auth/csrf")
    return answer.status == 200 and time.monotonic() - began < SOON


def test_those_who_send_a_letter_at_a_time_keep_only_their_own_threads(served):
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(served.port)) for _ in range(12)]
        heads = [
            head("POST", "/auth/login", JSON | {"Content-Length": 50}),
            head("POST", "/login", FORM | {"Content-Length": 50}),
            head("GET", "/auth/me")[:-2],
        ]
        for at, connection in enumerate(slow):
            connection.sendall(heads[at % 3])
        for letter in (b"x", b":", b" ", b"y"):
            for connection in slow:
                connection.sendall(letter)
            assert at_once(served)

        for connection in slow:
            connection.close()
    assert at_once(served)


def test_three_hundred_who_say_nothing_more_keep_no_thread(served):
    with ExitStack() as stack:
        idle = [stack.enter_context(connect(served.port)) for _ in range(300)]
        for connection in idle:
            connection.sendall(head("GET", "/healthz"))
        assert [answer_on(connection).status for connection in idle] == [200] * 300

        assert at_once(served)
        for connection in idle[::50]:
            connection.sendall(head("GET", "/healthz"))
            assert answer_on(connection).status == 200


def test_those_who_never_say_anything_keep_nobody_out(served):
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connect(served.port))
        time.sleep(1)

        assert at_once(served)
