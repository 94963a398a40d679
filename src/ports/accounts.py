"""What accounts are kept in: users, their credentials, sessions and one-time secrets."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from ..core.rules.accounts.emails import Email
from ..core.rules.accounts.sessions import Session
from ..core.rules.accounts.users import Credential, User
from ..core.rules.ids import SecretId, SessionId, UserId
from ..core.rules.onetime import OneTime, Purpose
from ..core.rules.pages import Slice
from .jobs import Jobs
from .receipts import Receipts


class Users(Protocol):
    """Everybody with an account. An e-mail address and a username each belong to one of them."""

    @abstractmethod
    def find(self, user: UserId) -> User | None:
        """Return the user, if there is one."""

    @abstractmethod
    def find_by_email(self, email: Email) -> User | None:
        """Return the user with the address, compared in canonical form, if there is one."""

    @abstractmethod
    def hold(self, user: UserId) -> User | None:
        """Return the user, if there is one, and keep them from changing under us: who else holds them waits."""

    @abstractmethod
    def add(self, user: User, credential: Credential | None = None) -> None:
        """
        Add a new user, with a credential if they have one, or neither.

        Of two who add the same address at once, one waits for the other and is then refused.

        Raises:
            Taken: ``email`` or ``username`` belongs to another user.
        """

    @abstractmethod
    def keep(self, user: User) -> None:
        """
        Store the user in place of what was there.

        Raises:
            Taken: ``email`` or ``username`` belongs to another user.
        """

    @abstractmethod
    def page(self, part: Slice) -> tuple[User, ...]:
        """Return at most `part.limit` users, oldest first, from after the user whose id's text is `part.after`."""


class Credentials(Protocol):
    """One password's hash for each user who has one."""

    @abstractmethod
    def find(self, user: UserId) -> Credential | None:
        """Return the user's credential, if they have one."""

    @abstractmethod
    def keep(self, credential: Credential) -> None:
        """Store the credential, in place of the user's earlier one if there was one."""

    @abstractmethod
    def remove(self, user: UserId) -> None:
        """Forget the user's credential; nothing happens if there is none."""


class Sessions(Protocol):
    """Every login that may still be presented."""

    @abstractmethod
    def find_with_user(self, session: SessionId) -> tuple[Session, User] | None:
        """Return the session and whose it is, as of one moment, in one round trip; None if there is none."""

    @abstractmethod
    def hold(self, session: SessionId) -> Session | None:
        """Return the session, if there is one; whoever else holds it waits until this transaction has ended."""

    @abstractmethod
    def add(self, session: Session) -> None:
        """Add a new session."""

    @abstractmethod
    def keep(self, session: Session) -> None:
        """Store the session in place of what was there."""

    @abstractmethod
    def touch(self, session: SessionId, at: datetime) -> None:
        """Write down that the session was seen; an earlier time than the one written changes nothing."""

    @abstractmethod
    def of(self, user: UserId) -> tuple[Session, ...]:
        """Return the sessions of the user that were not ended, newest first, at most 200 of them."""

    @abstractmethod
    def remove_all(self, user: UserId) -> None:
        """Forget every session of the user."""

    @abstractmethod
    def sweep(self, before: datetime, limit: int) -> int:
        """Forget at most *limit* sessions that expired or ended before then; return how many."""


class Secrets(Protocol):
    """One-time secrets, spent and unspent."""

    @abstractmethod
    def find(self, secret: SecretId) -> OneTime | None:
        """Return the secret's row, if there is one."""

    @abstractmethod
    def add(self, secret: OneTime) -> None:
        """Add a new secret."""

    @abstractmethod
    def attempt(self, secret: SecretId) -> OneTime | None:
        """
        Count one attempt at the secret and return it so counted; None if there is none.

        Held: whoever else attempts it waits until this transaction has ended.
        """

    @abstractmethod
    def spend(self, secret: SecretId, at: datetime) -> bool:
        """Mark the secret as used, unless it is; say whether this call did. Of many at once, one does."""

    @abstractmethod
    def retire(self, purpose: Purpose, subject: str, at: datetime) -> None:
        """Mark every unused secret for that purpose and subject as used."""

    @abstractmethod
    def remove_all(self, subject: str) -> None:
        """Forget every secret about the subject."""

    @abstractmethod
    def sweep(self, before: datetime, limit: int) -> int:
        """Forget at most *limit* secrets that expired before then; return how many."""


class Accounts(Protocol):
    """One transaction's view of accounts, and of what is kept together with a change of them."""

    @property
    def users(self) -> Users: ...

    @property
    def credentials(self) -> Credentials: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def receipts(self) -> Receipts: ...

    @property
    def jobs(self) -> Jobs: ...
