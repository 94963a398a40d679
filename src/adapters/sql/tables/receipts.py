"""The table of receipts: what was asked under which key."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from ..types import Instant
from .metadata import metadata

receipts = Table(
    "receipts",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("flow", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("answer", Text),
    Index("ix_receipts_expires_at", "expires_at"),
)
