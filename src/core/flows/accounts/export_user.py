"""
Hand out everything that is stored about a user.

1. Users get their own, administrators anybody's.
2. Account, sessions and jobs are shown as of one moment; hashes and secrets are nobody's to see.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Snapshot
from ...rules.accounts.sessions import SessionShown
from ...rules.accounts.users import Profile, VerifiedVia
from ...rules.asking import GUEST, Asker, Role, only
from ...rules.ids import UserId
from ...rules.jobs import JobShown
from ...rules.refusals import Missing


@frozen
class ExportUser:
    """Somebody wants what is stored about a user."""

    user: UserId
    asker: Asker = GUEST


@frozen
class Export:
    """What is stored about a user, at one moment."""

    at: datetime
    user: Profile
    verified_at: datetime | None
    verified_via: VerifiedVia | None
    password_changed_at: datetime | None
    #: Those that were not ended one by one; a session of before they were all ended is shown, and is dead.
    sessions: tuple[SessionShown, ...]
    jobs: tuple[JobShown, ...]


def export_user(command: ExportUser, *, snapshot: Snapshot[Accounts], clock: Clock) -> Export:
    """
    Return what is stored about the user.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is neither the user nor an administrator.
        Missing: there is no such user.
    """
    if command.asker.user != command.user:
        only(command.asker, Role.ADMIN)
    with snapshot() as accounts:
        user = accounts.users.find(command.user)
        credential = accounts.credentials.find(command.user)
        sessions = accounts.sessions.of(command.user)
        jobs = accounts.jobs.of(command.user)
    if user is None:
        raise Missing("user")
    return Export(
        at=clock(),
        user=Profile.of(user),
        verified_at=user.verified_at,
        verified_via=user.verified_via,
        password_changed_at=credential.changed_at if credential else None,
        sessions=tuple(SessionShown.of(each, command.asker.session) for each in sessions),
        jobs=tuple(map(JobShown.of, jobs)),
    )
