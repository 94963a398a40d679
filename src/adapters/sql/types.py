"""Column types: what is native on PostgreSQL is text that sorts and can be read on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import DateTime, Dialect, String, Text, TypeDecorator, Uuid

E = TypeVar("E", bound=StrEnum)


#: Makes what a driver gives into what we keep. Given as a whole: the usual way costs two more calls for each value.
Read: TypeAlias = Callable[[Any], Any]


def _unless_none(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value} does not say in which time zone it is")
    return value


class _Timestamp(TypeDecorator[datetime]):
    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _aware(value)


class _TextInstant(TypeDecorator[datetime]):
    """RFC 3339 in UTC, always 27 characters, so that texts sort as the times do."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is not UTC:
            value = _aware(value).astimezone(UTC)
        return value.isoformat(timespec="microseconds")[:26] + "Z"

    def result_processor(self, dialect: Dialect, coltype: object) -> Read:  # noqa: ARG002
        return _unless_none(datetime.fromisoformat)


class _TextUuid(TypeDecorator[UUID]):
    impl = String(36)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Read:  # noqa: ARG002
        return _unless_none(UUID)


#: A moment: an aware datetime, in UTC when it comes back. Naive ones are refused.
Instant: Final = _Timestamp().with_variant(_TextInstant(), "sqlite")

#: An identifier.
Id: Final = Uuid[UUID]().with_variant(_TextUuid(), "sqlite")


class JsonText(TypeDecorator[Any]):
    """Anything that JSON can say, kept as its text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)


class Word(TypeDecorator[E], Generic[E]):
    """One of an enumeration's words, kept as it is written."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.words(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Read:  # noqa: ARG002
        return _unless_none({word.value: word for word in self.words}.__getitem__)
