"""Waiting in line: a lock that is given in the order in which it was asked for, and not waited for too long."""

from __future__ import annotations

from collections import deque
from threading import Lock


class Turns:
    """A lock between threads. Who asks first gets it first; the standard library's own promises no order."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self._taken = False
        #: A locked lock for each who waits: unlocking it hands the turn over.
        self._line: deque[Lock] = deque()

    def acquire(self, seconds: float) -> bool:
        """Wait for a turn, at most so long; say whether it came."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            turn = Lock()
            turn.acquire()
            self._line.append(turn)

        came = False
        try:
            came = turn.acquire(timeout=max(0.0, seconds))
        finally:
            if not came:
                self._leave(turn)
        return came

    def release(self) -> None:
        """End the turn: the next in line has it."""
        with self._mutex:
            if self._line:
                self._line.popleft().release()
            else:
                self._taken = False

    def _leave(self, turn: Lock) -> None:
        with self._mutex:
            if turn in self._line:
                self._line.remove(turn)
                return
        # It was handed over at the very moment in which we gave up.
        self.release()
