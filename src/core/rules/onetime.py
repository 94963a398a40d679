"""
Secrets that work once: verification, reset, pre-verified addresses, later invitations and codes.

The row holds what the secret is for and a random nonce. The secret itself is stored
nowhere: it is the MAC of purpose, row id and nonce under a key outside the database.
So the worker that mails it computes it, no queued job holds it, and a stolen database
has nothing to spend. The row keeps a hash of it, so that a token that was made under a
key since retired is known for what it is. It is spent by a guarded update: of many who
spend it at once, one succeeds. An attempt is counted before it is compared.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import evolve, field, frozen

from .base64url import decode, encode
from .ids import SecretId
from .refusals import Invalid
from .secrecy import Secret

#: After so many wrong answers a secret is dead.
ATTEMPTS: Final = 10


class InvalidToken(Invalid):
    """The token is none of ours, or it has expired or was used before."""

    def __str__(self) -> str:
        return "The token is invalid or has expired"


class Purpose(StrEnum):
    """What a one-time secret is good for."""

    VERIFY_EMAIL = "verify_email"
    #: Held by the browser that verified an address before there was an account.
    VERIFIED_BEFORE = "verified_before"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, not a password


@frozen
class OneTime:
    """What is stored of a secret that works once."""

    id: SecretId
    purpose: Purpose
    #: Whom it is about: a canonical e-mail address or the text of an id, as the purpose has it.
    subject: str
    nonce: bytes = field(repr=False)
    #: Which key it was derived under.
    key: str = field()
    #: SHA-256 of the MAC.
    digest: bytes = field(repr=False)
    created_at: datetime = field()
    expires_at: datetime = field()
    attempts: int = 0
    used_at: datetime | None = None

    def opens(self, purpose: Purpose, mac: bytes, now: datetime) -> bool:
        """Say whether *mac* is this secret, for *purpose*, still in time, unused and not guessed at too often."""
        # Compared first and always, so that the time it takes tells nothing about the rest.
        equal = hmac.compare_digest(hashlib.sha256(mac).digest(), self.digest)
        return (
            equal
            and self.purpose is purpose
            and self.used_at is None
            and now < self.expires_at
            and self.attempts <= ATTEMPTS
        )

    def spend(self, at: datetime) -> OneTime:
        """Return the secret as used."""
        return evolve(self, used_at=at)


def message(purpose: Purpose, secret: SecretId, nonce: bytes) -> bytes:
    """Return what the MAC of a secret is made over."""
    return b"\0".join((b"onetime", purpose.encode(), secret.bytes, nonce))


def token(secret: SecretId, mac: bytes) -> Secret:
    """Return the secret as its owner gets it: the row's id and the MAC, 64 characters that fit a link."""
    return Secret(encode(secret.bytes + mac))


def parse(text: str) -> tuple[SecretId, bytes]:
    """
    Return the row's id and the MAC that a token is made of.

    Raises:
        InvalidToken: it cannot be a token of ours.
    """
    raw = decode(text, 48)
    if raw is None:
        raise InvalidToken
    return SecretId(UUID(bytes=raw[:16])), raw[16:]
