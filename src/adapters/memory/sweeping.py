"""Forgetting rows that nobody needs any more."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def forget(rows: MutableMapping[K, V], is_over: Callable[[V], bool], limit: int | None = None) -> int:
    """Remove the rows that are over, at most *limit* of them if that is given; return how many."""
    over = list(islice((key for key, row in rows.items() if is_over(row)), limit))
    for key in over:
        del rows[key]
    return len(over)
