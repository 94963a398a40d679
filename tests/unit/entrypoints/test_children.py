from __future__ import annotations

import os
import sys
import time

import pytest

from hexflows.entrypoints.children import FIRST_WAIT, LONGEST_WAIT, TRUSTED_AFTER, Child


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def child(clock):
    """Make a child that does what a line of Python says."""
    made = []

    def make(line):
        made.append(Child("child", (sys.executable, "-I", "-c", line), dict(os.environ), clock=clock))
        return made[-1]

    yield make
    for each in made:
        each.kill()


def gone(child):
    until = time.monotonic() + 10
    while not child.ended():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_child_that_dies_waits_longer_and_longer_before_it_is_started_again(child, clock):
    dying, waits = child("pass"), []
    dying.tend()
    for _ in range(9):
        gone(dying)
        waits.append(dying.tend())
        clock.now += waits[-1]
        dying.tend()

    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT


def test_one_that_lived_long_is_started_again_soon(child, clock):
    dying = child("pass")
    for _ in range(3):
        dying.tend()
        gone(dying)
        clock.now += dying.tend()
    dying.tend()

    clock.now += TRUSTED_AFTER
    gone(dying)

    assert dying.tend() == FIRST_WAIT
    assert dying.deaths == 1


def test_one_that_waits_is_not_started_before_its_time(child, clock):
    dying = child("pass")
    dying.tend()
    gone(dying)
    dying.tend()

    clock.now += FIRST_WAIT / 2
    dying.tend()

    assert dying.pid is None


def test_a_child_has_a_session_of_its_own_and_ends_with_all_it_started(child):
    parent = child(
        "import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', 'import time; time.sleep(60)'])"
    )
    parent.tend()
    assert os.getsid(parent.pid) == parent.pid != os.getsid(0)

    group = parent.pid
    parent.kill()

    assert parent.ended()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("somebody is left")


def test_what_has_not_begun_may_be_told_to_end(child):
    idle = child("pass")

    idle.ask_to_end()
    idle.kill()

    assert idle.ended()
