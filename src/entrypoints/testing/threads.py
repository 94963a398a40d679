"""Several threads at once, made to meet where it hurts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from threading import Barrier, Event
from typing import Final, TypeVar

R = TypeVar("R")
T = TypeVar("T")

#: How long one who has to wait is watched for not waiting.
WATCHED: Final = 0.15

#: How long a test hangs at most.
PATIENCE: Final = 30


def at_once(threads: int, call: Callable[[], R]) -> list[R]:
    """Return what *call* returned in each of so many threads that begin together; raise what one of them raised."""
    return [future.result() for future in _together(threads, lambda _: call())]


def each_at_once(calls: list[Callable[[], R]]) -> list[R | Exception]:
    """Return what each of *calls* returned or raised, each in a thread of its own, all begun together."""
    begun = _together(len(calls), lambda number: calls[number]())
    return [_raised(future) or future.result() for future in begun]


def over_and_over(threads: int, times: int, call: Callable[[], object]) -> None:
    """Call *threads* times *times* often, so many at once."""

    def again() -> None:
        for _ in range(times):
            call()

    at_once(threads, again)


def second_waits(
    transaction: Callable[[], AbstractContextManager[T]],
    first: Callable[[T], object],
    second: Callable[[T], R],
    *,
    fail: bool = False,
) -> R:
    """
    Return what *second* answers while *first* stands in its way, after making sure that it waited.

    Each runs in a transaction of its own. The first is left only after the second had time
    to overtake it; with *fail* it is left by an exception.
    """
    inside, leave = Event(), Event()

    def go_first() -> None:
        with transaction() as view:
            first(view)
            inside.set()
            assert leave.wait(PATIENCE), "nobody let the first transaction go on"
            if fail:
                raise Changed

    def follow() -> R:
        with transaction() as view:
            return second(view)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(go_first)
        try:
            assert inside.wait(PATIENCE), "the first transaction did not get in"
            other = pool.submit(follow)
            overtook, _ = wait([other], WATCHED)
        finally:
            leave.set()
        answer = other.result(PATIENCE)
        error = one.exception(PATIENCE)

    assert not overtook, "the second did not wait for the first"
    assert isinstance(error, Changed) if fail else error is None, error
    return answer


class Changed(Exception):
    """Somebody changed their mind in the middle of a transaction."""


def _together(threads: int, call: Callable[[int], R]) -> list[Future[R]]:
    start = Barrier(threads, timeout=PATIENCE)

    def begin(number: int) -> R:
        start.wait()
        return call(number)

    interval = sys.getswitchinterval()
    # Threads are made to step on each other's toes where they otherwise might, once in a blue moon.
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(threads) as pool:
            return [pool.submit(begin, number) for number in range(threads)]
    finally:
        sys.setswitchinterval(interval)


def _raised(future: Future[R]) -> Exception | None:
    error = future.exception()
    return error if isinstance(error, Exception) else None
