"""The table of leases: who may do what only one may."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from ..types import Instant
from .metadata import metadata

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    #: Rises with every holder, so rows stay.
    Column("number", BigInteger, nullable=False),
    Column("until", Instant, nullable=False),
)
