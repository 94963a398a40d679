"""Users: who has an account, what they are called and what they may do."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from ..asking import SELF_ASSIGNABLE, Asker, Role
from ..ids import SessionId, UserId
from ..refusals import Conflict, Forbidden, Unfit
from .emails import Email, fold

USERNAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,48}[A-Za-z0-9])?")

#: Names that would be taken for ours.
RESERVED: Final = frozenset({"admin", "administrator", "root", "support", "system", "security", "help", "hexflows"})


class InvalidUsername(Unfit):
    """The name has characters or a length that names do not have, or is one of ours."""


class EmailExists(Conflict):
    """There is an account with this e-mail address."""

    def __str__(self) -> str:
        return "Email already exists"


class UsernameTaken(Conflict):
    """Somebody else has this name."""

    def __str__(self) -> str:
        return "Username is already taken"


class RoleNotAllowed(Forbidden):
    """Nobody gives this role to themselves."""

    def __str__(self) -> str:
        return "This role cannot be chosen at registration"


class VerifiedVia(StrEnum):
    """How it became known that a user reads the mail of their address."""

    #: The mailed secret came back from a page or a program that asked for it.
    LINK = "link"
    #: It came back by a mere visit, which a mail scanner does too: good for login only.
    LINK_GET = "link_get"
    #: The address was verified before the user was there, by the same browser.
    BEFORE = "before"
    #: A mailed reset was used.
    RESET = "reset"
    #: An operator said so.
    OPERATOR = "operator"


@frozen
class Username:
    """A public name, two names being one when they only differ in case."""

    given: str = field()

    @given.validator
    def _is_a_name(self, _: object, value: str) -> None:
        if not 2 <= len(value) <= 50 or not USERNAME.fullmatch(value):
            raise InvalidUsername(
                "username", "Username must be 2 to 50 letters, digits, dots, dashes or underscores, not at the ends"
            )
        if value.casefold() in RESERVED:
            raise InvalidUsername("username", "Username is reserved")

    @property
    def canonical(self) -> str:
        """What the name is compared by."""
        return fold(self.given)

    def __str__(self) -> str:
        return self.given


@frozen
class User:
    """Somebody with an account, at one moment."""

    id: UserId
    email: Email
    username: Username | None
    role: Role
    created_at: datetime
    is_active: bool = True
    verified_at: datetime | None = None
    verified_via: VerifiedVia | None = None
    #: Sessions of an earlier generation are dead: one increment ends them all.
    generation: int = 0
    #: When the person asked to be forgotten and the account was made anonymous; None for everybody else.
    erased_at: datetime | None = None

    @property
    def is_verified(self) -> bool:
        """Whether mail to the address is known to reach this user."""
        return self.verified_at is not None

    @property
    def words(self) -> tuple[str, ...]:
        """What an attacker would try first as this user's password."""
        return words_of(self.email, self.username)

    def verify(self, via: VerifiedVia, at: datetime) -> User:
        """Return the user as verified; a stronger proof takes the place of a mere visit, nothing else changes."""
        if self.is_verified and not (self.verified_via is VerifiedVia.LINK_GET and via is not VerifiedVia.LINK_GET):
            return self
        return evolve(self, verified_at=self.verified_at or at, verified_via=via)

    def end_sessions(self) -> User:
        """Return the user with every session so far dead."""
        return evolve(self, generation=self.generation + 1)

    def disable(self) -> User:
        """Return the user locked out, with every session dead."""
        return evolve(self, is_active=False).end_sessions() if self.is_active else self

    def enable(self) -> User:
        """Return the user let in again."""
        return evolve(self, is_active=True)

    def grant(self, role: Role) -> User:
        """Return the user with another role; who had more rights before is signed out everywhere."""
        return evolve(self, role=role).end_sessions() if role is not self.role else self

    def erase(self, at: datetime) -> User:
        """Return what stays of a user who asked to be forgotten: an id that the books may refer to."""
        nobody = f"erased-{self.id}@erased.invalid"
        return evolve(
            self,
            email=Email(nobody, nobody, "erased.invalid"),
            username=None,
            is_active=False,
            verified_at=None,
            verified_via=None,
            erased_at=self.erased_at or at,
        ).end_sessions()


@frozen
class Credential:
    """The proof that a user has chosen: a hash of their password."""

    user: UserId
    hash: str = field(repr=False)
    changed_at: datetime = field()


@frozen
class Profile:
    """A user as they and their operators see them."""

    id: UserId
    email: str
    username: str | None
    role: Role
    is_active: bool
    is_verified: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Profile:
        """Return what is shown of *user*."""
        name = user.username.given if user.username else None
        return cls(user.id, user.email.given, name, user.role, user.is_active, user.is_verified, user.created_at)


def words_of(email: Email, username: Username | None) -> tuple[str, ...]:
    """Return what an attacker would try first as the password of someone with this address and name."""
    local = email.canonical.partition("@")[0]
    return (email.canonical, local, email.domain, *((username.canonical,) if username else ()))


def may_choose(role: Role) -> None:
    """
    Let pass the roles that people may give themselves.

    Raises:
        RoleNotAllowed: it is not one of them.
    """
    if role not in SELF_ASSIGNABLE:
        raise RoleNotAllowed


def asker_of(user: User, before: Asker, session: SessionId | None) -> Asker:
    """Return *before*, a guest at some address or the system, as *user* in a session of theirs or in none."""
    return Asker(user.id, user.role, user.is_verified, session, before.system, before.address, before.agent)
