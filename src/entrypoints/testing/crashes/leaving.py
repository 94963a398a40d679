"""What must hold of a storage whatever happened, and a way to say that two storages hold the same."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from ....core.rules.accounts.users import User
from ....core.rules.jobs import Job
from ....core.rules.pages import MOST, Slice
from ....ports.accounts import Accounts
from ..stage import Opened

VERIFICATION: Final = "accounts.send_verification_mail"

_ID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
#: What is new each time it is made: hashes and nonces in hexadecimal, sealed secrets in base64.
_RANDOM: Final = re.compile(r"\b[0-9a-f]{16,}\b|[\w-]{40,}")


def contents(storage: Opened) -> str:
    """Return all that is stored, such that the same done twice, with other ids and nonces, gives the same text."""
    text = storage.everything()
    # Ids sort by when they were made: the first made is the first in both.
    for number, id_ in enumerate(sorted(set(_ID.findall(text)))):
        text = text.replace(id_, f"<{number}>")
    return _RANDOM.sub("<random>", text)


def everybody(accounts: Accounts) -> tuple[User, ...]:
    """Return every user, oldest first."""
    found: list[User] = []
    while part := accounts.users.page(Slice(MOST, str(found[-1].id) if found else None)):
        found += part
    return tuple(found)


def every_job(accounts: Accounts) -> tuple[Job, ...]:
    """Return every job, newest first."""
    found: list[Job] = []
    while part := accounts.jobs.page(Slice(MOST, str(found[-1].id) if found else None)):
        found += part
    return tuple(found)


def sound(storage: Opened) -> None:
    """
    Make sure that nothing is half done: nobody is there twice or in part, and no job is about nothing.

    Raises:
        AssertionError: something is.
    """
    with storage.snapshot() as accounts:
        users, jobs = everybody(accounts), every_job(accounts)
        addresses = [user.email.canonical for user in users]
        assert len(set(addresses)) == len(addresses), f"two users with one address: {addresses}"
        for user in users:
            _whole(accounts, user, jobs)
        for job in jobs:
            _about_something(accounts, job)


def _whole(accounts: Accounts, user: User, jobs: tuple[Job, ...]) -> None:
    credential, sessions = accounts.credentials.find(user.id), accounts.sessions.of(user.id)
    if user.erased_at:
        assert credential is None, "a credential of somebody who was forgotten"
        assert sessions == (), "a session of somebody who was forgotten"
        assert not [job for job in jobs if job.owner == user.id], "a job of somebody who was forgotten"
        return
    assert credential, "a user without a credential"
    asked = any(job.owner == user.id and job.name == VERIFICATION for job in jobs)
    assert user.is_verified or asked, "an unverified user whom nobody asks"
    for session in sessions:
        found = accounts.sessions.find_with_user(session.id)
        assert found, "a session without its user"
        assert found[1] == user


def _about_something(accounts: Accounts, job: Job) -> None:
    assert job.owner is None or accounts.users.find(job.owner), f"{job.name} on behalf of somebody who is not there"
    for secret in re.findall(r'"secret":\s*"([^"]+)"', job.payload):
        assert accounts.secrets.find(UUID(secret)), f"{job.name} about a secret that is not there"  # type: ignore[arg-type]
