"""
Find out with which rights the system acts for a user: a worker that does their job, an operator in their place.

1. Only the system acts for others.
2. The rights are those that the user has now. For a user who is gone or locked out there are none: a guest's.
3. A session that is named must live; for one that was ended there are none either.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Snapshot
from ...rules.accounts.sessions import SessionLimits
from ...rules.accounts.users import asker_of
from ...rules.asking import GUEST, SYSTEM, Asker, only
from ...rules.ids import SessionId, UserId


@frozen
class ActFor:
    """The system is about to do something for a user, in one of their sessions or in none."""

    user: UserId
    session: SessionId | None = None
    asker: Asker = SYSTEM


def act_for(command: ActFor, *, snapshot: Snapshot[Accounts], limits: SessionLimits, clock: Clock) -> Asker:
    """
    Return the system on behalf of the user; a guest, never the system itself, where there is nobody to act for.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: a user asks, or the system on behalf of one.
    """
    only(command.asker)
    with snapshot() as accounts:
        user = accounts.users.find(command.user)
        found = accounts.sessions.find_with_user(command.session) if command.session else None

    if user is None or not user.is_active:
        return GUEST
    if command.session and not (found and found[0].lives(user, clock(), limits)):
        return GUEST
    return asker_of(user, SYSTEM, command.session)
