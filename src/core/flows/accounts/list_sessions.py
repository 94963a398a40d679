"""
See where one is signed in.

1. Somebody must be signed in; they see their own sessions only.
2. The list shows what lives, newest first, and which of them asks.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Snapshot
from ...rules.accounts.sessions import SessionLimits, SessionShown
from ...rules.asking import GUEST, Asker, signed_in
from ...rules.refusals import NotSignedIn


@frozen
class ListSessions:
    """Somebody wants to see where they are signed in."""

    asker: Asker = GUEST


@frozen
class SessionList:
    """The sessions that live, newest first."""

    items: tuple[SessionShown, ...]


def list_sessions(
    command: ListSessions, *, snapshot: Snapshot[Accounts], limits: SessionLimits, clock: Clock
) -> SessionList:
    """
    Return the asker's sessions.

    Raises:
        NotSignedIn: a guest asks.
    """
    now, owner = clock(), signed_in(command.asker)
    with snapshot() as accounts:
        user = accounts.users.find(owner)
        sessions = accounts.sessions.of(owner)
    if user is None:
        raise NotSignedIn
    living = (each for each in sessions if each.lives(user, now, limits))
    return SessionList(tuple(SessionShown.of(each, command.asker.session) for each in living))
