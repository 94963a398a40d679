"""
Find out who asks, from what their client presents.

1. Who presents nothing is a guest.
2. An access token must be ours and in time, and its session must live: one that was logged out is dead at once.
3. A cookie must open a session that lives; a dead one makes its bearer a guest.
4. That the session was seen is written down, at most once a minute.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Glance, Transaction
from ....ports.secrets import AccessTokens
from ...rules.accounts.sessions import SessionLimits
from ...rules.accounts.tokens import opens, read_cookie
from ...rules.accounts.users import asker_of
from ...rules.asking import GUEST, Asker
from ...rules.refusals import NotSignedIn
from ...rules.secrecy import Secret


@frozen
class Authenticate:
    """A client presents a cookie, an access token (which wins), or neither."""

    cookie: Secret | None = None
    bearer: Secret | None = None
    asker: Asker = GUEST


def authenticate(
    command: Authenticate,
    *,
    transaction: Transaction[Accounts],
    glance: Glance[Accounts],
    tokens: AccessTokens,
    limits: SessionLimits,
    clock: Clock,
) -> Asker:
    """
    Return who asks; a guest if nobody is known.

    Raises:
        NotSignedIn: the access token is not good, or no longer.
    """
    now = clock()
    session_id, secret = None, None
    if command.bearer:
        session_id = tokens.read(command.bearer, now)
        if session_id is None:
            raise NotSignedIn
    elif command.cookie and (read := read_cookie(command.cookie.text)):
        session_id, secret = read
    if session_id is None:
        return command.asker

    with glance() as accounts:
        found = accounts.sessions.find_with_user(session_id)
    if not found or not found[0].lives(found[1], now, limits) or (secret and not opens(found[0], secret)):
        if command.bearer:
            raise NotSignedIn
        return command.asker

    session, user = found
    if session.due_for_touch(now, limits):
        with transaction() as accounts:
            accounts.sessions.touch(session.id, now)
    return asker_of(user, command.asker, session.id)
