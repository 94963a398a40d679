"""
Go on with a session by its refresh token.

1. The token must be one that we made for a session that lives.
2. The current token becomes the next one.
3. A token whose successor was not used yet, or only just, gets that same successor again: its answer was lost, or
   several tabs asked at once.
4. Any older token ends the session, for whoever holds it: one of two holders is a thief.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Transaction
from ....ports.secrets import Keyring
from ...rules.accounts.sessions import InvalidRefreshToken, SessionLimits
from ...rules.accounts.tokens import read_refresh, refresh_message
from ...rules.asking import GUEST, Asker
from ...rules.secrecy import Secret
from ._granting import Granting


@frozen
class Refresh:
    """Somebody wants to go on with their session."""

    refresh_token: Secret
    asker: Asker = GUEST


@frozen
class Refreshed:
    """A new access token, and the refresh token to go on with."""

    token: Secret
    refresh_token: Secret


def refresh(
    command: Refresh,
    *,
    transaction: Transaction[Accounts],
    keyring: Keyring,
    granting: Granting,
    limits: SessionLimits,
    clock: Clock,
) -> Refreshed:
    """
    Return the tokens that follow.

    Raises:
        InvalidRefreshToken: it is not ours, its session has ended, or it was used before and the session ends now.
    """
    now = clock()
    session_id, number, mac = read_refresh(command.refresh_token.text)

    with transaction() as accounts:
        before = accounts.sessions.hold(session_id)
        user = accounts.users.find(before.user) if before else None
        if not (before and user and before.lives(user, now, limits)):
            raise InvalidRefreshToken
        if not keyring.verifies(refresh_message(before, number), mac):
            raise InvalidRefreshToken
        session, answer = before.present(number, now, limits)
        accounts.sessions.keep(session)

    # Outside the block: that the session ended by a stale token is to stay.
    if answer is None:
        raise InvalidRefreshToken
    return Refreshed(*granting.present(session, answer, now, limits))
