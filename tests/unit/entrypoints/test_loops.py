from __future__ import annotations

import logging
import time
from threading import Event

import pytest

from hexflows.core.rules.refusals import Unavailable
from hexflows.entrypoints import loops
from hexflows.entrypoints.loops import Loop


@pytest.fixture
def loop():
    """Start a loop, and stop it when the test is over."""
    started = []

    def start(turn):
        started.append(Loop("loop", turn))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_turns_follow_one_another_as_soon_as_they_ask(loop):
    turns, enough = [], Event()

    def turn():
        turns.append(1)
        if len(turns) == 5:
            enough.set()
        return 0.001

    loop(turn)

    assert enough.wait(5)


def test_a_turn_is_brought_forward(loop):
    first, second = Event(), Event()

    def turn():
        (second if first.is_set() else first).set()
        return 600.0

    running = loop(turn)
    assert first.wait(5)
    running.wake()

    assert second.wait(5)


def test_stopping_waits_for_the_turn_under_way_and_has_no_other():
    begun, may_end, turns = Event(), Event(), []

    def turn():
        turns.append(1)
        begun.set()
        may_end.wait(5)
        return 0.0

    running = Loop("loop", turn)
    running.start()
    assert begun.wait(5)
    may_end.set()
    running.stop()

    seen = len(turns)
    time.sleep(0.05)
    assert len(turns) == seen


@pytest.mark.parametrize("fault", [Unavailable(), ZeroDivisionError()])
def test_a_turn_that_fails_is_not_the_last(loop, fault, caplog):
    again, failed = Event(), []

    def turn():
        if not failed:
            failed.append(1)
            raise fault
        again.set()
        return 600.0

    with caplog.at_level(logging.WARNING):
        running = loop(turn)
        while not caplog.records:
            pass
        running.wake()

        assert again.wait(loops.AFTER_A_FAULT + 5)
