"""
Limits: how often something may be asked, by whom.

A window begins with the first request and admits *count* of them until *per* has
passed. So within a window the limit is exact, and what a refusal tells (how many are
left, when it begins anew) is the whole truth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from attrs import evolve, frozen

from .asking import Asker
from .refusals import TooMany, Unfit

UNITS: Final[Mapping[str, timedelta]] = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


@frozen
class Limit:
    """At most `count` requests in `per`."""

    name: str
    count: int
    per: timedelta

    def __str__(self) -> str:
        unit = next((name for name, length in UNITS.items() if length == self.per), f"{self.per.total_seconds():.0f}s")
        return f"{self.count}/{unit}"


#: The limits that hold unless the settings say otherwise.
DEFAULT: Final[Mapping[str, Limit]] = {
    each.name: each
    for each in (
        Limit("signup", 10, UNITS["hour"]),
        Limit("login", 20, UNITS["minute"]),
        Limit("login-account", 10, UNITS["minute"]),
        Limit("verification", 5, UNITS["hour"]),
        Limit("reset", 5, UNITS["hour"]),
        Limit("mail-address", 30, UNITS["hour"]),
        Limit("redeem", 60, UNITS["minute"]),
    )
}


@frozen
class Ask:
    """One request counted against a limit, for one *key*: an address, an account, an organisation."""

    limit: Limit
    key: str


@frozen
class Window:
    """How much of a limit is used, until when."""

    used: int
    ends_at: datetime

    def take(self, limit: Limit, now: datetime) -> Window | None:
        """Return the window with one more request in it, a new one if this has ended; None if there is no room."""
        if now >= self.ends_at:
            return opened(limit, now)
        return None if self.used >= limit.count else evolve(self, used=self.used + 1)


class LimitReached(TooMany):
    """It was asked too often."""

    code = "RATE_LIMIT_EXCEEDED"

    def __init__(self, limit: str, count: int, window: int, reset: int) -> None:
        super().__init__(limit, count, window, reset)
        #: The name of the limit, how many it admits, in how many seconds, and in how many it begins anew.
        self.limit = limit
        self.count = count
        self.window = window
        self.reset = reset

    def __str__(self) -> str:
        return f"Too many attempts; try again in {self.reset} seconds"

    @property
    def retry_after(self) -> int:
        return self.reset


class InvalidLimit(Unfit):
    """A limit is written as ``signup=10/hour``."""


def opened(limit: Limit, now: datetime) -> Window:
    """Return a window that begins now with its first request."""
    return Window(1, now + limit.per)


def reached(ask: Ask, window: Window, now: datetime) -> LimitReached:
    """Return the refusal for a request that *window* has no room for."""
    seconds = max(1, ceil((window.ends_at - now).total_seconds()))
    return LimitReached(ask.limit.name, ask.limit.count, int(ask.limit.per.total_seconds()), seconds)


def network_of(address: str) -> str:
    """Return what is counted as one address: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)


def asks_of(limits: Mapping[str, Limit], asker: Asker, **keys: str) -> tuple[Ask, ...]:
    """
    Return what to count for a request: each limit by its key.

    ``address`` as a key stands for where the asker is; underscores in a limit's name
    stand for dashes. The system is not limited, nor is what no limit is set for.
    """
    if asker.system:
        return ()
    where = network_of(asker.address)
    named = ((name.replace("_", "-"), where if key == "address" else key) for name, key in keys.items())
    return tuple(Ask(limits[name], key) for name, key in named if name in limits and key)


def parse(text: str) -> Mapping[str, Limit]:
    """
    Return the limits that *text* sets, the rest as by default: ``signup=10/hour,login=20/minute``, or ``off``.

    Raises:
        InvalidLimit: it says what cannot be understood, or names a limit that there is not.
    """
    if text.strip() == "off":
        return {}
    limits = dict(DEFAULT)
    for part in filter(None, (each.strip() for each in text.split(","))):
        match = re.fullmatch(r"([a-z-]+)\s*=\s*(?:(off)|(\d+)/(second|minute|hour|day))", part)
        if not match or match[1] not in DEFAULT:
            there = ", ".join(DEFAULT)
            raise InvalidLimit("limits", f"{part!r} is not a limit such as signup=10/hour; there are {there}")
        if match[2]:
            del limits[match[1]]
        else:
            limits[match[1]] = Limit(match[1], int(match[3]), UNITS[match[4]])
    return limits
