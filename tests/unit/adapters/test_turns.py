from __future__ import annotations

from threading import Thread
from time import monotonic, sleep

import pytest

from hexflows.adapters.turns import Turns
from hexflows.entrypoints.testing.threads import over_and_over


@pytest.fixture
def turns():
    return Turns()


def waiting(turns, number):
    end = monotonic() + 10
    while len(turns._line) < number:
        assert monotonic() < end
        sleep(0.001)


def test_whoever_asks_first_gets_it_first(turns):
    came = []

    def ask(number):
        assert turns.acquire(10)
        came.append(number)
        turns.release()

    assert turns.acquire(0)
    threads = [Thread(target=ask, args=(number,)) for number in range(10)]
    for number, thread in enumerate(threads):
        thread.start()
        waiting(turns, number + 1)
    turns.release()
    for thread in threads:
        thread.join()

    assert came == list(range(10))


def test_only_one_has_it(turns):
    inside = []

    def use():
        assert turns.acquire(10)
        inside.append(1)
        assert len(inside) == 1
        inside.pop()
        turns.release()

    over_and_over(8, 200, use)


def test_who_waits_too_long_leaves_the_line(turns):
    assert turns.acquire(0)
    assert not turns.acquire(0.01)
    assert not turns.acquire(-1)
    turns.release()

    assert turns.acquire(0)


def test_a_turn_that_comes_while_one_gives_up_is_not_lost(turns):
    def hurry():
        if turns.acquire(0.000_1):
            turns.release()

    over_and_over(8, 300, hurry)

    assert turns.acquire(0)


def test_a_turn_that_was_handed_over_too_late_goes_on_to_the_next(turns):
    assert turns.acquire(0)
    late = Thread(target=turns.acquire, args=(10,))
    late.start()
    waiting(turns, 1)
    (turn,) = turns._line
    turns.release()
    late.join()
    turns._leave(turn)

    assert turns.acquire(0)
