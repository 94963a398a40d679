"""The table of limits: how much of each window is used."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from ..types import Instant
from .metadata import metadata

limits = Table(
    "limits",
    metadata,
    #: A hash of the limit's name and of whom it counts: addresses are nobody's to read here.
    Column("key", Text, primary_key=True),
    Column("used", Integer, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index("ix_limits_ends_at", "ends_at"),
)
