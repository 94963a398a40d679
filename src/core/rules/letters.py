"""What is mailed to people: what each letter says, not how it looks."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from attrs import define, field, frozen

from .refusals import Invalid, Upstream


@define
class MailDelayed(Upstream):
    """The mail server is down or asks to wait."""

    reason: str

    def __str__(self) -> str:
        return f"The mail could not be sent yet: {self.reason}"


@define
class MailRefused(Invalid):
    """The mail server will never take this letter."""

    reason: str

    def __str__(self) -> str:
        return f"The mail was refused: {self.reason}"


@frozen
class VerifyAddress:
    """Asks the owner of an address to say that mail reaches them."""

    to: str
    link: str = field(repr=False)
    expires_at: datetime = field()


@frozen
class PasswordForgotten:
    """Lets someone who forgot their password choose another."""

    to: str
    link: str = field(repr=False)
    expires_at: datetime = field()


@frozen
class AlreadyRegistered:
    """Tells the owner of an account that somebody tried to register with their address."""

    to: str
    login: str
    forgot: str


@frozen
class PasswordChanged:
    """Tells the owner of an account that its password is another now."""

    to: str
    at: datetime
    forgot: str


Letter: TypeAlias = VerifyAddress | PasswordForgotten | AlreadyRegistered | PasswordChanged


@frozen
class Envelope:
    """A letter on its way; the same id is the same letter, however often it is sent."""

    id: UUID
    letter: Letter
