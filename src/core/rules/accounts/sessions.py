"""
Sessions, and the rotation of their refresh tokens.

One row a login. It can be presented in three forms: a cookie (a secret whose hash
the row holds), an access token (short, signed, good only while its row lives) and
a refresh token, which is numbered: each use of number *n* gives number *n + 1*.

Which numbers still answer? Let *c* be the current one, given out at `rotated_at`.

- *c*: the owner goes on. It becomes *c + 1*.
- *c - 1*: its successor *c* was never used, so its answer may have been lost, or two
  tabs asked at once. The answer is *c* again, for as long as it takes.
- *c - 2*: its successor *c - 1* was first used at `rotated_at`. For 30 seconds a tab
  that was slow still gets *c - 1*, which is in turn a predecessor of *c*.
- older, or later: two holders go on from one token, and one of them is a thief. The
  session ends for both.

So an honest client is never logged out, and a stale token always ends the session.
After RFC 9700, 4.14.2, with the answer replayed instead of branched.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import evolve, field, frozen

from ..ids import SessionId, UserId
from ..refusals import Unauthenticated
from .users import User


class InvalidCredentials(Unauthenticated):
    """The e-mail address and the password do not belong together."""

    def __str__(self) -> str:
        return "Invalid credentials"


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is none of ours, or of a session that has ended."""

    def __str__(self) -> str:
        return "The refresh token is not valid"


class Ending(StrEnum):
    """Why a session ended before its time."""

    LOGOUT = "logout"
    REVOKED = "revoked"
    REUSE = "refresh_reuse"


@frozen
class SessionLimits:
    """How long sessions and their tokens live."""

    access: timedelta = timedelta(minutes=15)
    refresh: timedelta = timedelta(days=7)
    idle: timedelta = timedelta(days=7)
    absolute: timedelta = timedelta(days=30)
    #: How long a predecessor is answered after its successor was first used.
    grace: timedelta = timedelta(seconds=30)
    #: `last_seen_at` is written at most once in this time.
    touch: timedelta = timedelta(minutes=1)


@frozen
class Session:
    """One login of a user, from one client."""

    id: SessionId
    user: UserId
    generation: int
    #: SHA-256 of the cookie's secret.
    cookie_hash: bytes = field(repr=False)
    #: Random; with the id and the number it makes the refresh token, under a key that is not stored.
    nonce: bytes = field(repr=False)
    created_at: datetime = field()
    last_seen_at: datetime = field()
    expires_at: datetime = field()
    rotated_at: datetime = field()
    #: Number of the current refresh token.
    refresh: int = 1
    agent: str = ""
    address: str = ""
    ended_at: datetime | None = None
    ending: Ending | None = None

    def lives(self, user: User, now: datetime, limits: SessionLimits) -> bool:
        """Say whether whoever presents this session of *user* is let in."""
        return (
            self.ended_at is None
            and self.user == user.id
            and user.is_active
            and self.generation == user.generation
            and now < self.expires_at
            and now < self.last_seen_at + limits.idle
        )

    def due_for_touch(self, now: datetime, limits: SessionLimits) -> bool:
        """Say whether it is time to write down that the session was seen."""
        return now >= self.last_seen_at + limits.touch

    def end(self, ending: Ending, at: datetime) -> Session:
        """Return the session as ended; the first ending stays."""
        return self if self.ended_at else evolve(self, ended_at=at, ending=ending)

    def present(self, number: int, now: datetime, limits: SessionLimits) -> tuple[Session, int | None]:
        """
        Return the session after refresh token *number* was presented, and the number to answer with.

        None instead of a number means that the token was stale: the session has ended.
        """
        if number == self.refresh:
            if now >= self.rotated_at + limits.refresh:
                return self, None
            seen = max(now, self.last_seen_at)
            return evolve(self, refresh=number + 1, rotated_at=now, last_seen_at=seen), number + 1
        if number == self.refresh - 1:
            return self, self.refresh
        if number == self.refresh - 2 and now <= self.rotated_at + limits.grace:
            return self, self.refresh - 1
        return self.end(Ending.REUSE, now), None


@frozen
class SessionShown:
    """A session as its owner sees it in the list."""

    id: SessionId
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    agent: str
    address: str
    #: Whether it is the one that asks.
    current: bool

    @classmethod
    def of(cls, session: Session, current: SessionId | None) -> SessionShown:
        """Return what is shown of *session* to someone who asks from the session *current*."""
        return cls(
            session.id,
            session.created_at,
            session.last_seen_at,
            session.expires_at,
            session.agent,
            session.address,
            session.id == current,
        )
