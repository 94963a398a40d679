"""Hypothesis strategies for what the ports keep: every field, with values that adapters like to lose."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...core.rules.accounts.emails import Email, fold
from ...core.rules.accounts.sessions import Ending, Session
from ...core.rules.accounts.users import Credential, User, Username, VerifiedVia
from ...core.rules.asking import Role
from ...core.rules.ids import JobId, SecretId, SessionId, UserId, uuid7
from ...core.rules.jobs import ACTIVE, TERMINAL, Job, Status
from ...core.rules.onetime import OneTime, Purpose
from ...core.rules.receipts import Receipt

T = TypeVar("T")

#: Moments with microseconds, always in UTC.
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone

#: Anything people write; no database keeps NUL in a text, and nothing can encode a lone surrogate.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100)

uuids = st.builds(uuid7, st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
hashes = st.binary(min_size=32, max_size=32)

_LETTERS = st.characters(categories=["Ll", "Lu", "Lo", "Nd"], exclude_characters="\0")
_DOMAINS = st.sampled_from(["example.com", "mail.example.org", "xn--bcher-kva.example", "a.co"])


def optional(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    """Return *strategy*, or None."""
    return st.none() | strategy


@st.composite
def emails(draw: st.DrawFn) -> Email:
    """Return addresses whose canonical form is often not what was typed."""
    local, domain = draw(st.text(_LETTERS, min_size=1, max_size=20)), draw(_DOMAINS)
    return Email(f"{local}@{domain}", f"{fold(local)}@{domain}", domain)


usernames = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}[A-Za-z0-9]", fullmatch=True).map(
    lambda it: Username(f"{it}0")
)

users = st.builds(
    User,
    st.builds(UserId, uuids),
    emails(),
    optional(usernames),
    st.sampled_from(Role),
    moments,
    st.booleans(),
    optional(moments),
    optional(st.sampled_from(VerifiedVia)),
    st.integers(0, 2**31 - 1),
    optional(moments),
)

credentials = st.builds(Credential, st.builds(UserId, uuids), texts, moments)

sessions = st.builds(
    Session,
    id=st.builds(SessionId, uuids),
    user=st.builds(UserId, uuids),
    generation=st.integers(0, 2**31 - 1),
    cookie_hash=hashes,
    nonce=hashes,
    created_at=moments,
    last_seen_at=moments,
    expires_at=moments,
    rotated_at=moments,
    refresh=st.integers(1, 2**31 - 1),
    agent=texts,
    address=st.ip_addresses().map(str) | st.just(""),
    ended_at=optional(moments),
    ending=optional(st.sampled_from(Ending)),
)

onetimes = st.builds(
    OneTime,
    st.builds(SecretId, uuids),
    st.sampled_from(Purpose),
    texts,
    hashes,
    st.sampled_from(["k1", "2031-05", "old"]),
    hashes,
    moments,
    moments,
    st.integers(0, 1000),
    optional(moments),
)


def jobs(statuses: frozenset[Status] = ACTIVE | TERMINAL) -> SearchStrategy[Job]:
    """Return jobs of any of the statuses, on nobody's behalf."""
    return st.builds(
        Job,
        id=st.builds(JobId, uuids),
        name=st.sampled_from(["accounts.send_verification_mail", "testing.task"]),
        payload=texts,
        created_at=moments,
        due_at=moments,
        status=st.sampled_from(sorted(statuses)),
        attempt=st.integers(0, 40),
        max_attempts=st.integers(1, 40),
        owner=st.none(),
        session=optional(st.builds(SessionId, uuids)),
        subject=optional(texts),
        sent_until=optional(moments),
        lease_until=optional(moments),
        finished_at=optional(moments),
        progress=optional(st.integers(0, 100)),
        result=optional(texts),
        error_code=optional(texts),
        error=optional(texts),
        retry_of=optional(st.builds(JobId, uuids)),
    )


receipts = st.builds(
    Receipt,
    scope=texts,
    flow=st.sampled_from(["accounts.sign_up", "testing.deed"]),
    key=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255),
    fingerprint=hashes,
    created_at=moments,
    expires_at=moments,
)
