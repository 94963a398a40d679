"""Pages of a list: keyset cursors, never offsets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar
from uuid import UUID

from attrs import evolve, frozen

from .refusals import Unfit

T = TypeVar("T")

#: The most items that a page may have.
MOST: Final = 200


class InvalidCursor(Unfit):
    """The cursor is not one that we gave."""


@frozen
class Page(Generic[T]):
    """Some items in order, and where to go on; `next` is None at the end."""

    items: tuple[T, ...]
    next: str | None = None


@frozen
class Slice:
    """Which part of a list is asked for: at most `limit` items after the key `after` (None: from the start)."""

    limit: int = 50
    after: str | None = None

    @property
    def and_one(self) -> Slice:
        """The same part and one item more, which tells whether there is a next page."""
        return evolve(self, limit=self.limit + 1)


def slice_of(limit: int, cursor: str | None) -> Slice:
    """
    Return the part that a request asks for, in a list that is ordered by id.

    Raises:
        InvalidCursor: the cursor is not the id of an item.
    """
    if cursor is None:
        return Slice(limit)
    try:
        return Slice(limit, str(UUID(cursor)))
    except ValueError:
        raise InvalidCursor("cursor", "The cursor is not one that we gave") from None


def page_of(part: Slice, items: tuple[T, ...], key: Callable[[T], str]) -> Page[T]:
    """Return the page of *items*, which are those of the part and one more if there are more."""
    if len(items) <= part.limit:
        return Page(items)
    shown = items[: part.limit]
    return Page(shown, key(shown[-1]))
