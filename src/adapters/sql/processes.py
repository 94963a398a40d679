"""What belongs to one process: opened at first use, and anew in every process that is forked off."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakMethod

T = TypeVar("T")


class PerProcess(Generic[T]):
    """Opens what cannot be shared with a parent: connections and locks."""

    def __init__(self, open_: Callable[[], T], leave: Callable[[T], None]) -> None:
        self._open = open_
        self._leave = leave
        self._mutex = Lock()
        self._opened: T | None = None
        #: What the parent uses. To close it would speak on the parent's connections, so it is only held on to.
        self._inherited: list[T] = []
        forked = WeakMethod(self._forked)
        os.register_at_fork(after_in_child=lambda: (here := forked()) and here())

    def get(self) -> T:
        """Return what is open here, opening it if need be."""
        return self._opened or self._first()

    def take(self) -> T | None:
        """Return what is open here, if it is, and forget it: the next use opens another."""
        with self._mutex:
            opened, self._opened = self._opened, None
            return opened

    def _first(self) -> T:
        with self._mutex:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _forked(self) -> None:
        # Another thread of the parent may have held it.
        self._mutex = Lock()
        if self._opened is not None:
            self._leave(self._opened)
            self._inherited.append(self._opened)
            self._opened = None
