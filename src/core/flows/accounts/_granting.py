"""What every flow that signs somebody in does: open a session and grant the tokens to present it."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import NewId, NewSecret
from ....ports.secrets import AccessTokens, Keyring
from ...rules.accounts.sessions import Session, SessionLimits
from ...rules.accounts.tokens import cookie, cookie_hash, refresh_message, refresh_token
from ...rules.accounts.users import User
from ...rules.asking import Asker
from ...rules.ids import SessionId
from ...rules.secrecy import Secret


@frozen
class Grant:
    """A session and the three texts by which it is presented. They are told once and stored nowhere."""

    session: SessionId
    cookie: Secret
    #: The access token: short-lived, and dead as soon as its session is.
    token: Secret
    refresh_token: Secret
    #: When the session ends, however it is used.
    expires_at: datetime


@frozen
class Granting:
    """The ports that it takes to sign somebody in."""

    keyring: Keyring
    tokens: AccessTokens
    new_id: NewId
    new_secret: NewSecret

    def open(self, accounts: Accounts, user: User, asker: Asker, now: datetime, limits: SessionLimits) -> Grant:
        """Add a session of *user*, opened from where *asker* is, and return how to present it."""
        secret = self.new_secret()
        session = Session(
            id=SessionId(self.new_id()),
            user=user.id,
            generation=user.generation,
            cookie_hash=cookie_hash(secret),
            nonce=self.new_secret(),
            created_at=now,
            last_seen_at=now,
            expires_at=now + limits.absolute,
            rotated_at=now,
            agent=asker.agent,
            address=asker.address,
        )
        accounts.sessions.add(session)
        token, refresh = self.present(session, session.refresh, now, limits)
        return Grant(session.id, cookie(session.id, secret), token, refresh, session.expires_at)

    def present(self, session: Session, number: int, now: datetime, limits: SessionLimits) -> tuple[Secret, Secret]:
        """Return an access token for the session, and its refresh token *number*."""
        mac = self.keyring.mac(refresh_message(session, number))
        until = min(now + limits.access, session.expires_at)
        return self.tokens.issue(session.id, now, until), refresh_token(session.id, number, mac)
