"""A bell that signals ring: the main thread waits for it and does the rest itself, never inside a handler."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen


@frozen
class Rung:
    """What ended a wait: signals, and descriptors that can be read; neither, if the time was up."""

    signals: frozenset[int] = frozenset()
    readable: frozenset[int] = frozenset()


@frozen
class Bell:
    """Waits for signals and descriptors together."""

    _pipe: int

    def wait(self, seconds: float | None, *descriptors: int) -> Rung:
        """Wait until something rings, at most so long."""
        readable, _, _ = select.select([self._pipe, *descriptors], [], [], seconds)
        # The interpreter writes the number of each signal as one byte.
        numbers = frozenset(os.read(self._pipe, 4096)) if self._pipe in readable else frozenset()
        return Rung(numbers, frozenset(readable) - {self._pipe})


@contextmanager
def bell(*signals: signal.Signals) -> Iterator[Bell]:
    """Have the given signals ring a bell, until the block is left. Only in the main thread."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    before = {each: signal.signal(each, _heard) for each in signals}
    descriptor = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield Bell(read)
    finally:
        signal.set_wakeup_fd(descriptor)
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(read)
        os.close(write)


def _heard(_number: int, _frame: object) -> None:
    """Do nothing: what matters is that the interpreter notices the signal and writes to the pipe."""
