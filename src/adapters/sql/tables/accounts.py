"""Tables of accounts: users, credentials, sessions, one-time secrets."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from ....core.rules.accounts.sessions import Ending
from ....core.rules.accounts.users import VerifiedVia
from ....core.rules.asking import Role
from ....core.rules.onetime import Purpose
from ..constraints import unique
from ..types import Id, Instant, Word
from .metadata import metadata

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_canonical", Text, nullable=False),
    Column("email_domain", Text, nullable=False),
    #: Which version of the rule made the canonical form.
    Column("email_canon", Integer, nullable=False),
    Column("username", Text),
    Column("username_canonical", Text),
    Column("role", Word(Role), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("verified_at", Instant),
    Column("verified_via", Word(VerifiedVia)),
    Column("generation", Integer, nullable=False),
    Column("erased_at", Instant),
    unique("email_canonical", taken="email"),
    unique("username_canonical", taken="username"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("user", Id, ForeignKey("users.id"), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user", Id, ForeignKey("users.id"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("cookie_hash", LargeBinary, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("rotated_at", Instant, nullable=False),
    Column("refresh", Integer, nullable=False),
    Column("agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("ended_at", Instant),
    Column("ending", Word(Ending)),
    Index("ix_sessions_user", "user"),
    Index("ix_sessions_expires_at", "expires_at"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("purpose", Word(Purpose), nullable=False),
    Column("subject", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("used_at", Instant),
    Index("ix_secrets_subject", "subject"),
    Index("ix_secrets_expires_at", "expires_at"),
)
