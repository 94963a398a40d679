"""How the text of a variable becomes the value of a setting; each reader says what is wrong with a ValueError."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from ..core.rules.secrecy import Secret

#: Makes the value of a setting of the text of its variable.
FromText: TypeAlias = Callable[[str], Any]

#: What to import for a URL, and the extra that brings it.
NEEDS: Final = {
    "sqlite": ("sqlalchemy", "sql"),
    "postgresql+psycopg": ("psycopg", "postgres"),
    "redis": ("redis", "redis"),
    "rediss": ("redis", "redis"),
    "unix": ("redis", "redis"),
    "amqp": ("pika", "rabbitmq"),
    "amqps": ("pika", "rabbitmq"),
    "sqs": ("dramatiq_sqs", "sqs"),
}


def text(value: str) -> str:
    """Return the text itself, if all of it can be seen."""
    if not value.isprintable():
        raise ValueError("must be a line of text")
    return value


def path(value: str) -> Path:
    """Return the path, with ``~`` for the home folder."""
    return Path(value).expanduser()


def whole(least: int, most: int) -> FromText:
    """Return a reader of whole numbers in a range."""

    def reader(value: str) -> int:
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return reader


def one_of(choices: type[StrEnum]) -> FromText:
    """Return a reader of one of a few words, in any case."""

    def reader(value: str) -> StrEnum:
        for each in choices:
            if each.value.casefold() == value.casefold():
                return each
        raise ValueError(f"must be one of: {', '.join(choices)}")

    return reader


def level(value: str) -> str:
    """Return the name of a level of logging."""
    if value.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be one of: debug, info, warning, error")
    return value.lower()


def url(*schemes: str) -> FromText:
    """Return a reader of URLs that begin in one of few ways."""

    # What is wrong is said without the value: it may hold a password.
    def reader(value: str) -> str:
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            raise ValueError("must be a URL") from None
        if parts.scheme not in schemes:
            raise ValueError(f"must be a URL that begins with {' or '.join(f'{each}://' for each in schemes)}")
        if not parts.netloc and not parts.path:
            raise ValueError("must be a URL with a host or a path")
        return value

    return reader


def address(value: str) -> str:
    """Return the URL of a site, without a slash at its end."""
    found: str = url("http", "https")(value)
    parts = urlsplit(found)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("must be a URL such as https://example.org, without query or user")
    return found.rstrip("/")


def origin(value: str) -> str:
    """Return the URL of a site that has its host to itself: the paths we serve and our cookies' begin at its root."""
    found = address(value)
    if urlsplit(found).path:
        raise ValueError("must be a URL without a path, such as https://api.example.org: we serve a whole host")
    return found


def database(value: str) -> str:
    """Return the URL in the words of SQLAlchemy. A bare ``postgresql://`` means psycopg 3."""
    scheme, colon, rest = value.partition("://")
    known = {
        "postgres": "postgresql+psycopg",
        "postgresql": "postgresql+psycopg",
        "postgresql+psycopg": "postgresql+psycopg",
        "sqlite": "sqlite",
    }
    if not colon or scheme not in known:
        raise ValueError("must be a URL that begins with postgresql:// or sqlite:///")
    if scheme == "sqlite" and (not rest.startswith("/") or rest in {"/", "/:memory:"}):
        raise ValueError("must name a file: sqlite:///relative/path or sqlite:////absolute/path")
    return f"{known[scheme]}://{rest}"


def networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return networks and single addresses, with commas between."""
    found = []
    for each in filter(None, (part.strip() for part in value.split(","))):
        try:
            found.append(ip_network(each))
        except ValueError:
            raise ValueError(f"must be addresses or networks such as 10.0.0.0/8, which {each!r} is not") from None
    return tuple(found)


def secret(value: str) -> Secret:
    """Return a text that is shown to nobody."""
    if len(value) < 16:
        raise ValueError("must have 16 characters or more")
    return Secret(value)


def secrets(value: str) -> tuple[Secret, ...]:
    """Return the secrets, newest first."""
    found = tuple(part.strip() for part in value.split(","))
    if any(len(each.encode()) < 32 for each in found):
        raise ValueError("must be secrets of 32 bytes or more each, newest first, with commas between")
    if len(set(found)) < len(found):
        raise ValueError("must not name the same secret twice")
    return tuple(map(Secret, found))


def missing(value: str) -> str | None:
    """Say what has to be installed before the URL can be used; None if nothing has."""
    module, extra = NEEDS.get(value.partition("://")[0], ("", ""))
    if not module or find_spec(module):
        return None
    return f"needs a package that is not installed: pip install 'hexflows[{extra}]'"
