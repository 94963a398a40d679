"""
Storage in memory: one process's rows, with the same promises as a database's.

Kept rows lie in plain dictionaries. Whoever opens a view gets, for each of them, a thin
layer over it. A writer's layer holds what it changes, and is poured into the rows when its
block is left. A snapshot's layer holds what was there before: who pours first hands every
open snapshot the rows that it is about to change. So both cost what changes, not what there
is, and no snapshot ever waits for a block.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any, Final, TypeVar, cast, final

from ...core.rules.refusals import Busy
from ...ports.flow import ReadOnly, Snapshot, Transaction
from ..turns import Turns

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


@final
class _Gone:
    """Stands in a layer for a row that is not there."""


_GONE: Final = _Gone()


class Rows(MutableMapping[K, V]):
    """A mapping as one view sees it. Its values must never change in place."""

    def __init__(self, kept: dict[K, V], *, read_only: bool) -> None:
        self._kept = kept
        self._read_only = read_only
        self._layer: dict[K, V | _Gone] = {}

    def __getitem__(self, key: K) -> V:
        # What is kept is looked at first: it is changed after the layer is, so that one of them still has the old.
        kept = self._kept.get(key, _GONE)
        row = self._layer.get(key, kept)
        if isinstance(row, _Gone):
            raise KeyError(key)
        return row

    def __setitem__(self, key: K, row: V) -> None:
        self._change(key, row)

    def __delitem__(self, key: K) -> None:
        _ = self[key]
        self._change(key, _GONE)

    def __iter__(self) -> Iterator[K]:
        return iter(self._merged())

    def __len__(self) -> int:
        return len(self._merged())

    def _change(self, key: K, row: V | _Gone) -> None:
        if self._read_only:
            raise ReadOnly
        self._layer[key] = row

    def _merged(self) -> dict[K, V]:
        merged = cast("dict[K, V | _Gone]", self._kept.copy())  # first, as above
        merged.update(self._layer.copy())
        return {key: row for key, row in merged.items() if not isinstance(row, _Gone)}

    def remember(self, changed: Rows[K, V]) -> None:
        """Keep the rows that are about to be changed, unless they were changed before."""
        for key in changed._layer:
            self._layer.setdefault(key, self._kept.get(key, _GONE))

    def pour(self) -> None:
        """Make what was changed what is kept."""
        for key, row in self._layer.items():
            if isinstance(row, _Gone):
                self._kept.pop(key, None)
            else:
                self._kept[key] = row


class Draft:
    """What one transaction or snapshot sees: rows by the name of their collection."""

    def __init__(self, kept: dict[str, dict[Any, Any]], *, read_only: bool = False) -> None:
        self._kept = kept
        self._read_only = read_only
        self._rows: dict[str, Rows[Any, Any]] = {}

    def rows(self, collection: str) -> Rows[Any, Any]:
        """Return the collection's rows; one that nobody has spoken of is empty."""
        rows = self._rows.get(collection)
        if rows is None:
            kept = self._kept.setdefault(collection, {})
            rows = self._rows.setdefault(collection, Rows(kept, read_only=self._read_only))
        return rows

    def remember(self, changed: Draft) -> None:
        """Keep seeing what is about to be changed."""
        for collection, rows in changed._rows.items():
            self.rows(collection).remember(rows)

    def pour(self) -> None:
        """Make what was changed what is kept."""
        for rows in self._rows.values():
            rows.pour()


class MemoryStorage:
    """Everything that one process keeps. One writer at a time, in the order in which they came."""

    def __init__(self, *, wait: float = 5.0) -> None:
        self._wait = wait
        self._turns = Turns()
        self._kept: dict[str, dict[Any, Any]] = {}
        self._snapshots: set[Draft] = set()
        #: Held while rows are poured and while snapshots come and go, never during a block.
        self._pouring = Lock()

    def transaction(self, view: Callable[[Draft], T]) -> Transaction[T]:
        """Return what opens transactions, each seen through *view*; opening one raises `Busy` after a long wait."""
        return partial(self._writing, view)

    def snapshot(self, view: Callable[[Draft], T]) -> Snapshot[T]:
        """Return what opens views of one moment; to write through them raises `ReadOnly`."""
        return partial(self._reading, view)

    @contextmanager
    def _writing(self, view: Callable[[Draft], T]) -> Iterator[T]:
        if not self._turns.acquire(self._wait):
            raise Busy
        try:
            draft = Draft(self._kept)
            yield view(draft)
            with self._pouring:
                for snapshot in self._snapshots:
                    snapshot.remember(draft)
                draft.pour()
        finally:
            self._turns.release()

    @contextmanager
    def _reading(self, view: Callable[[Draft], T]) -> Iterator[T]:
        draft = Draft(self._kept, read_only=True)
        with self._pouring:
            self._snapshots.add(draft)
        try:
            yield view(draft)
        finally:
            with self._pouring:
                self._snapshots.remove(draft)
