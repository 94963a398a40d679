"""Things that do not survive a fork: threads, and locks that another thread held at that moment."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerProcess(Generic[T]):
    """
    A thing of which each process has its own, made when it is first asked for.

    Two threads that are the first at the same moment may both make one; only one of them is ever used.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        # No lock, which would be one more thing to lose in a fork: setdefault is one step.
        self._made: dict[int, T] = {}

    def __call__(self) -> T:
        """Return this process's own."""
        process = os.getpid()
        if process not in self._made:
            self._made.setdefault(process, self._make())
        return self._made[process]
