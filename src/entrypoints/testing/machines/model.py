"""What the accounts machine believes: people, their logins and their mail, in a way that a child could check."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define, field

from ....core.flows.accounts._granting import Grant
from ....core.rules.accounts.sessions import SessionLimits
from ....core.rules.ids import UserId
from ....core.rules.onetime import ATTEMPTS
from ....core.rules.secrecy import Secret

LIMITS: Final = SessionLimits()

VERIFY: Final = "verify"
RESET: Final = "reset"
CHANGED: Final = "changed"
PROOF: Final = "proof"


@define(eq=False)
class Login:
    """A session, from the outside."""

    grant: Grant
    opened: datetime
    seen: datetime
    rotated: datetime
    ended: bool = False
    #: Refresh tokens in the order in which they were given out; the last one is current.
    tokens: list[Secret] = field(factory=list)

    @classmethod
    def of(cls, grant: Grant, now: datetime) -> Login:
        """Return the login that was just granted."""
        return cls(grant, now, now, now, tokens=[grant.refresh_token])

    def lives(self, now: datetime) -> bool:
        """Say whether it lets anybody in."""
        return not self.ended and now < self.opened + LIMITS.absolute and now < self.seen + LIMITS.idle

    def see(self, now: datetime) -> None:
        """Somebody was let in."""
        if now >= self.seen + LIMITS.touch:
            self.seen = now


@define(eq=False)
class Person:
    """Somebody with an account."""

    id: UserId
    address: str
    password: str
    verified: bool = False
    active: bool = True
    logins: list[Login] = field(factory=list)

    def sign_out(self, but: Login | None = None) -> None:
        """End every login, but for one if it is given."""
        for login in self.logins:
            login.ended = login.ended or login is not but


@define(eq=False)
class Mailed:
    """A secret that somebody got."""

    kind: str
    #: A canonical address, or for a reset the id of the user.
    about: str
    token: Secret
    expires: datetime
    attempts: int = 0
    dead: bool = False

    def opens(self, kind: str, now: datetime) -> bool:
        """Count an attempt at it, and say whether it succeeds."""
        self.attempts += 1
        return self.kind == kind and not self.dead and now < self.expires and self.attempts <= ATTEMPTS


@define(eq=False)
class Letter:
    """A letter that is to be sent."""

    kind: str
    about: str
    expires: datetime | None = None
    #: On whose behalf; forgotten together with them.
    owner: UserId | None = None
    pointless: bool = False


@define
class World:
    """Everything that the machine believes."""

    people: dict[str, Person] = field(factory=dict)
    gone: list[Login] = field(factory=list)
    mailed: list[Mailed] = field(factory=list)
    letters: list[Letter] = field(factory=list)
    #: Requests under a key, each with the answer to a repeat and when it was made.
    asked: list[Any] = field(factory=list)
    #: Every text that must not be found in what is stored.
    secrets: set[str] = field(factory=set)

    def person(self, id_: str) -> Person | None:
        """Return who has the id, if they are still there."""
        return next((each for each in self.people.values() if str(each.id) == id_), None)

    def write(self, kind: str, about: str, now: datetime, within: timedelta, owner: Person | None) -> None:
        """Have a letter with a secret sent."""
        self.letters.append(Letter(kind, about, now + within, owner.id if owner else None))

    def retire(self, kind: str, about: str) -> None:
        """Make every secret for that dead, mailed or on its way."""
        for secret in self.mailed:
            secret.dead = secret.dead or (secret.kind == kind and secret.about == about)
        for letter in self.letters:
            letter.pointless = letter.pointless or (letter.kind == kind and letter.about == about)

    def forget(self, person: Person) -> None:
        """Forget the person, and all that is about them."""
        del self.people[person.address]
        person.sign_out()
        self.gone.extend(person.logins)
        for secret in self.mailed:
            secret.dead = secret.dead or secret.about in (person.address, str(person.id))
        for letter in self.letters:
            about = letter.kind == VERIFY and letter.about == person.address
            letter.pointless = letter.pointless or about or letter.owner == person.id

    def due(self, now: datetime) -> list[tuple[str, str]]:
        """Return the letters that are sent now, each by its kind and the canonical address; none is left."""
        sent = [each for letter in self.letters if (each := self._sent(letter, now))]
        self.letters.clear()
        return sorted(sent)

    def _sent(self, letter: Letter, now: datetime) -> tuple[str, str] | None:
        if letter.pointless or (letter.expires and now >= letter.expires):
            return None
        if letter.kind == VERIFY:
            person = self.people.get(letter.about)
            return None if person and person.verified else (VERIFY, letter.about)
        person = self.person(letter.about)
        if person is None or (letter.kind == RESET and not person.active):
            return None
        return letter.kind, person.address
