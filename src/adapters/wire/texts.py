"""
How single values are read: strictly, in the one spelling that each has on the wire.

Every reader raises a `ValueError` that goes on from the field's name ("must be text"), or
a refusal of its own.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import Enum, IntEnum, StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

from ...core.rules.accounts.emails import Email
from ...core.rules.accounts.users import Username
from ...core.rules.secrecy import Password, Secret
from .emails import read_email

#: Makes a value of the text that stands for it on the wire.
FromText: TypeAlias = Callable[[str], Any]

#: What a database counts with.
LARGEST: Final = 2**63 - 1

#: Tokens are far shorter; nothing longer is worth looking at.
LONGEST_SECRET: Final = 4096

#: Code points as typed; what is longer is no password but an attempt to keep us busy.
LONGEST_PASSWORD: Final = 4096

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def text(value: Any, _: object = str) -> str:
    """Return a text that any database can keep: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 - every reader says so in the same way
    if "\0" in value:
        raise ValueError("must not contain the character NUL")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("must be valid Unicode") from None
    return value


def whole(value: Any, _: object = int) -> int:
    """Return a whole number; 62.0 is one, as JSON does not tell it from 62."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("must be an integer")  # noqa: TRY004 - as above
    if not -LARGEST <= value <= LARGEST:
        raise ValueError("must be an integer of at most 63 bits")
    return value


def number(value: Any, _: object = float) -> float:
    """Return a finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - as above
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf
    if not math.isfinite(converted):
        raise ValueError("must be a finite number")
    return converted


def truth(value: Any, _: object = bool) -> bool:
    """Return true or false; 1 and "true" are neither."""
    if value is not True and value is not False:
        raise ValueError("must be true or false")
    return value


def moment(value: Any, _: object = datetime) -> datetime:
    """Return a moment that is written with its offset from UTC (RFC 3339)."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError, OverflowError):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    raise ValueError("must be a date and time with an offset, such as 2026-01-31T12:00:00Z")


def day(value: Any, _: object = date) -> date:
    """Return a calendar day."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("must be a date, such as 2026-01-31")


def identifier(value: Any, _: object = UUID) -> UUID:
    """Return a UUID in its canonical spelling, in either case."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ValueError("must be a UUID")
    return UUID(value)


def choice(value: Any, kind: type[Enum]) -> Enum:
    """Return the member of *kind* that has exactly the value."""
    for member in kind:
        if member.value == value and isinstance(value, bool) is isinstance(member.value, bool):
            return member
    raise ValueError(f"must be one of: {', '.join(str(member.value) for member in kind)}")


def secret(value: str) -> Secret:
    """Return a token."""
    if len(value) > LONGEST_SECRET:
        raise ValueError(f"must be at most {LONGEST_SECRET} characters")
    return Secret(value)


def password(value: str) -> Password:
    """Return a password in normal form KC, so that every keyboard types the same one."""
    if len(value) > LONGEST_PASSWORD:
        raise ValueError(f"must be at most {LONGEST_PASSWORD} characters")
    return Password(unicodedata.normalize("NFKC", value))


#: The types that are a text on the wire.
TEXTS: Final[Mapping[type[Any], FromText]] = {
    Email: read_email,
    Password: password,
    Secret: secret,
    Username: Username,
}

#: How the simple types are read. The mixed enums are named, or they would be taken for what they are mixed with.
SIMPLE: Final[Mapping[type[Any], Callable[[Any, Any], Any]]] = {
    Enum: choice,
    IntEnum: choice,
    StrEnum: choice,
    bool: truth,
    date: day,
    datetime: moment,
    float: number,
    int: whole,
    str: text,
    UUID: identifier,
}
