"""The texts by which a session is presented: the cookie and the numbered refresh token."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from ..base64url import decode, encode
from ..ids import SessionId
from ..secrecy import Secret
from .sessions import InvalidRefreshToken, Session


def cookie(session: SessionId, secret: bytes) -> Secret:
    """Return the cookie's value: the session's id and 32 random bytes."""
    return Secret(encode(session.bytes + secret))


def cookie_hash(secret: bytes) -> bytes:
    """Return what is stored of a cookie's secret."""
    return hashlib.sha256(secret).digest()


def read_cookie(text: str) -> tuple[SessionId, bytes] | None:
    """Return the session's id and the secret in a cookie; None if it is none of ours."""
    raw = decode(text, 48)
    return (SessionId(UUID(bytes=raw[:16])), raw[16:]) if raw else None


def opens(session: Session, secret: bytes) -> bool:
    """Say whether *secret* is that of the session's cookie."""
    return hmac.compare_digest(cookie_hash(secret), session.cookie_hash)


def refresh_message(session: Session, number: int) -> bytes:
    """Return what the MAC of the session's refresh token *number* is made over."""
    return b"\0".join((b"refresh", session.id.bytes, session.nonce, number.to_bytes(8, "big")))


def refresh_token(session: SessionId, number: int, mac: bytes) -> Secret:
    """Return refresh token *number* of a session."""
    return Secret(encode(session.bytes + number.to_bytes(8, "big") + mac))


def read_refresh(text: str) -> tuple[SessionId, int, bytes]:
    """
    Return the session's id, the number and the MAC in a refresh token.

    Raises:
        InvalidRefreshToken: it cannot be one of ours.
    """
    raw = decode(text, 56)
    if raw is None:
        raise InvalidRefreshToken
    return SessionId(UUID(bytes=raw[:16])), int.from_bytes(raw[16:24], "big"), raw[24:]
