"""What does not survive a fork: threads, connections, and locks that another thread held at that moment."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakMethod

T = TypeVar("T")


def _let_be(_: object) -> None:
    """Do nothing to what the parent uses."""


class PerProcess(Generic[T]):
    """A thing of which each process has its own, made when it is first asked for, and anew after a fork."""

    def __init__(self, make: Callable[[], T], leave: Callable[[T], None] = _let_be) -> None:
        """Make nothing yet; in a process that is forked off, *leave* is told of what its parent made."""
        self._make = make
        self._leave = leave
        self._mutex = Lock()
        self._made: T | None = None
        #: What the parent uses. To close it would speak on the parent's connections, so it is only held on to.
        self._inherited: list[T] = []
        forked = WeakMethod(self._forked)
        os.register_at_fork(after_in_child=lambda: (here := forked()) and here())

    def __call__(self) -> T:
        """Return this process's own, making it if need be."""
        made = self._made
        return self._first() if made is None else made

    def take(self) -> T | None:
        """Return this process's own, if it was made, and forget it: the next use makes another."""
        with self._mutex:
            made, self._made = self._made, None
            return made

    def _first(self) -> T:
        with self._mutex:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _forked(self) -> None:
        # Another thread of the parent may have held it.
        self._mutex = Lock()
        if self._made is not None:
            self._leave(self._made)
            self._inherited.append(self._made)
            self._made = None
