"""Pages of a list: keyset cursors, never offsets."""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import field, frozen
from attrs.validators import ge, instance_of, le

from .refusals import Unfit

T = TypeVar("T")

MOST = 200


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

    limit: int = field(default=50, validator=[instance_of(int), ge(1), le(MOST)])
    after: str | None = None
