"""What `sign_up` and `register` do alike: open an account, once, or tell its owner that somebody tried."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Protocol

from attrs import evolve, frozen

from ....ports.accounts import Accounts
from ....ports.flow import NewId, Taken
from ....ports.receipts import Fingerprint
from ...rules.accounts.emails import Email
from ...rules.accounts.policy import AccountsPolicy
from ...rules.accounts.users import Credential, EmailExists, User, Username, UsernameTaken, VerifiedVia
from ...rules.asking import Role
from ...rules.ids import SecretId, UserId
from ...rules.onetime import InvalidToken, Purpose
from ...rules.receipts import Receipt, receipt
from ...rules.secrecy import Secret
from ._secrets import Mint, spend
from .mail_notices import SendRegisteredMail
from .mail_secrets import SendVerificationMail


@frozen
class Opening:
    """The account that somebody wants."""

    email: Email
    username: Username | None
    role: Role
    hash: str | None
    #: The secret that a browser got when it verified the address beforehand.
    proof: Secret | None = None
    #: Whether an operator vouches for the address.
    vouched: bool = False


def guest_scope(email: Email) -> str:
    """Return the scope of keys that somebody uses before they have an account: a hash, so that it names nobody."""
    return "guest:" + hashlib.sha256(email.canonical.encode()).hexdigest()


class Keyed(Protocol):
    """A command that may be repeated under a key."""

    @property
    def email(self) -> Email: ...

    @property
    def key(self) -> str | None: ...


def claim_of(command: Keyed, flow: str, fingerprint: Fingerprint, now: datetime) -> Receipt | None:
    """
    Return the receipt that the command claims; None if it has no key.

    Raises:
        InvalidKey: it has one that cannot be.
    """
    if command.key is None:
        return None
    return receipt(guest_scope(command.email), flow, command.key, fingerprint(command), now)


@frozen
class Openings:
    """The ports that it takes to open an account."""

    policy: AccountsPolicy
    mint: Mint
    new_id: NewId

    def open(self, accounts: Accounts, wanted: Opening, now: datetime) -> User:
        """
        Add the account and return its user.

        Raises:
            EmailExists: the address has an account.
            UsernameTaken: somebody else has the name.
        """
        user = User(UserId(self.new_id()), wanted.email, wanted.username, wanted.role, now)
        try:
            accounts.users.add(user, Credential(user.id, wanted.hash, now) if wanted.hash else None)
        except Taken as taken:
            if taken.what == "email":
                raise EmailExists from None
            raise UsernameTaken from None
        return self._verify(accounts, user, wanted, now)

    def open_for_anybody(self, accounts: Accounts, wanted: Opening, now: datetime) -> User | None:
        """
        Add the account and return its user; None if the address is taken and nobody may know, but its owner.

        Raises:
            EmailExists: the address is taken, and people are told.
            UsernameTaken: the name is.
        """
        try:
            return self.open(accounts, wanted, now)
        except EmailExists:
            if not self.policy.opaque:
                raise
            self._tell_owner(accounts, wanted, now)
            return None
        except UsernameTaken:
            if not self.policy.opaque:
                raise
            # Left out and not told: whether the name is taken after a second try would tell whether the first made a
            # user, and so whether its address was free.
            return self.open_for_anybody(accounts, evolve(wanted, username=None), now)

    def _verify(self, accounts: Accounts, user: User, wanted: Opening, now: datetime) -> User:
        """Return the user as verified if the address is known to be theirs already, else ask them by mail."""
        if wanted.vouched:
            user = user.verify(VerifiedVia.OPERATOR, now)
            accounts.users.keep(user)
        elif wanted.proof and self._proves(accounts, wanted.proof, wanted.email, now):
            user = user.verify(VerifiedVia.BEFORE, now)
            accounts.users.keep(user)
        elif self.policy.waits:
            secret = self._secret(accounts, wanted.email.canonical, now)
            accounts.jobs.add(SendVerificationMail(secret, wanted.email.given), at=now, owner=user.id)
        return user

    def _proves(self, accounts: Accounts, proof: Secret, email: Email, now: datetime) -> bool:
        try:
            secret = spend(accounts, proof, Purpose.VERIFIED_BEFORE, now)
        except InvalidToken:
            return False
        return secret is not None and secret.subject == email.canonical

    def _tell_owner(self, accounts: Accounts, wanted: Opening, now: datetime) -> None:
        # A proof that is looked at and a secret that nobody gets: a taken address costs the same calls as a free one.
        if wanted.proof:
            self._proves(accounts, wanted.proof, wanted.email, now)
        secret = self._secret(accounts, str(self.new_id()), now)
        accounts.jobs.add(SendRegisteredMail(secret, wanted.email.given), at=now)

    def _secret(self, accounts: Accounts, subject: str, now: datetime) -> SecretId:
        secret = self.mint.make(Purpose.VERIFY_EMAIL, subject, now, self.policy.verify_within)
        accounts.secrets.add(secret)
        return secret.id
