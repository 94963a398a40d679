"""The one order in which a transaction takes its locks, so that no two wait for each other for ever."""

from __future__ import annotations

from typing import Final

#: Members of the views, first to last. What is held later in a block must not stand earlier in this line.
RANKS: Final = (
    "receipts",
    "organizations",
    "users",
    "credentials",
    "sessions",
    "secrets",
    "carts",
    "orders",
    "payments",
    "stock",
    "promos",
    "points",
    "rooms",
    "jobs",
)
