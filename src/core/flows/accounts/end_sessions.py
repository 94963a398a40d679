"""
End one's sessions.

1. Somebody must be signed in.
2. One session is ended by its id; another's is as if it were not there.
3. All of them are ended by one increment, the one that asks among them.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Transaction
from ...rules.accounts.sessions import Ending
from ...rules.answers import Nothing
from ...rules.asking import GUEST, Asker, signed_in
from ...rules.ids import SessionId
from ...rules.refusals import Missing


@frozen
class EndSession:
    """Somebody wants one of their sessions to end."""

    session: SessionId
    asker: Asker = GUEST


@frozen
class EndSessions:
    """Somebody wants to be signed out everywhere."""

    asker: Asker = GUEST


def end_session(command: EndSession, *, transaction: Transaction[Accounts], clock: Clock) -> Nothing:
    """
    End one session of the asker.

    Raises:
        NotSignedIn: a guest asks.
        Missing: the asker has no such session.
    """
    owner = signed_in(command.asker)
    with transaction() as accounts:
        session = accounts.sessions.hold(command.session)
        if session is None or session.user != owner:
            raise Missing("session")
        accounts.sessions.keep(session.end(Ending.REVOKED, clock()))
    return Nothing()


def end_sessions(command: EndSessions, *, transaction: Transaction[Accounts]) -> Nothing:
    """
    End every session of the asker, the one that asks among them.

    Raises:
        NotSignedIn: a guest asks.
    """
    owner = signed_in(command.asker)
    with transaction() as accounts:
        if user := accounts.users.hold(owner):
            accounts.users.keep(user.end_sessions())
    return Nothing()
