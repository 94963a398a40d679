"""Values to test with: each call makes one that nothing else is equal to."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from attrs import evolve

from ...core.rules.accounts.emails import Email, fold
from ...core.rules.accounts.sessions import Session
from ...core.rules.accounts.users import User, Username
from ...core.rules.asking import Role
from ...core.rules.ids import JobId, SecretId, SessionId, UserId, uuid7
from ...core.rules.jobs import Job
from ...core.rules.onetime import OneTime, Purpose
from ...core.rules.receipts import KEPT, Receipt

#: A day to tell stories about, at noon. Far from now, so that nobody reads the wrong clock unnoticed.
NOON: Final = datetime(2031, 5, 17, 12, tzinfo=UTC)

SECOND: Final = timedelta(seconds=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

_started = time.time_ns() // 1_000_000
_made = count(1)
_counting = threading.Lock()


def new_id() -> UUID:
    """Return an id that sorts after all that were made before it."""
    with _counting:
        return uuid7(_started + next(_made), os.urandom(10))


def new_secret_bytes() -> bytes:
    """Return 32 bytes that nothing else is made of."""
    return os.urandom(32)


def new_email(spelling: str = "{}") -> Email:
    """Return an address that nobody has; *spelling* says what stands around its local part, capitals as typed."""
    return email(f"{spelling.format(f'p{new_id().hex}')}@example.com")


def email(given: str) -> Email:
    """Return the address as an adapter would that only folds it: for texts that need no other care."""
    canonical = fold(given)
    return Email(given, canonical, canonical.rpartition("@")[2])


def new_username() -> Username:
    """Return a name that nobody has."""
    return Username(f"u{new_id().hex}")


def new_user(**changes: Any) -> User:
    """Return a user who is like nobody else."""
    user = User(UserId(new_id()), new_email(), new_username(), Role.CUSTOMER, NOON)
    return evolve(user, **changes)


def new_session(user: User, **changes: Any) -> Session:
    """Return a session of *user*."""
    session = Session(
        id=SessionId(new_id()),
        user=user.id,
        generation=user.generation,
        cookie_hash=os.urandom(32),
        nonce=os.urandom(32),
        created_at=NOON,
        last_seen_at=NOON,
        expires_at=NOON + 30 * DAY,
        rotated_at=NOON,
    )
    return evolve(session, **changes)


def new_secret(**changes: Any) -> OneTime:
    """Return the row of a one-time secret about somebody of its own."""
    id_ = SecretId(new_id())
    secret = OneTime(
        id_, Purpose.VERIFY_EMAIL, f"{id_}@example.com", os.urandom(32), "k1", os.urandom(32), NOON, NOON + DAY
    )
    return evolve(secret, **changes)


def new_job(**changes: Any) -> Job:
    """Return a queued job that is due at noon."""
    return evolve(Job(JobId(new_id()), "testing.task", "{}", NOON, NOON), **changes)


def new_receipt(**changes: Any) -> Receipt:
    """Return a receipt under a key of its own."""
    receipt = Receipt("guest:" + new_id().hex, "testing.deed", new_id().hex, os.urandom(32), NOON, NOON + KEPT)
    return evolve(receipt, **changes)
