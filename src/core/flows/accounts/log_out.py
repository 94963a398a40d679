"""
Log out.

1. The session that asks ends, and with it its cookie, its access tokens and its refresh token.
2. Who has none is logged out already.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Transaction
from ...rules.accounts.sessions import Ending
from ...rules.answers import Nothing
from ...rules.asking import GUEST, Asker


@frozen
class LogOut:
    """Somebody wants their session to end."""

    asker: Asker = GUEST


def log_out(command: LogOut, *, transaction: Transaction[Accounts], clock: Clock) -> Nothing:
    """End the session that asks; a guest's logout changes nothing."""
    if command.asker.session is not None:
        with transaction() as accounts:
            if session := accounts.sessions.hold(command.asker.session):
                accounts.sessions.keep(session.end(Ending.LOGOUT, clock()))
    return Nothing()
