"""Keys, hashes and signed texts: what is computed with secrets that no database holds."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from ..core.rules.ids import SessionId
from ..core.rules.secrecy import Password, Secret


class Keyring(Protocol):
    """The keys that secrets are derived under; one of them is current, older ones still open what they made."""

    @property
    def current(self) -> str:
        """The id of the key that new secrets are derived under."""

    @abstractmethod
    def mac(self, message: bytes) -> bytes:
        """Return 32 bytes that only we can make of *message*, under the current key."""

    @abstractmethod
    def recall(self, message: bytes, key: str) -> bytes | None:
        """Return what `mac` made of *message* when *key* was the current one; None if that key is gone."""

    @abstractmethod
    def verifies(self, message: bytes, mac: bytes) -> bool:
        """
        Say whether *mac* was made of *message* under any key we have.

        How long it takes does not tell where they differ.
        """


class Hasher(Protocol):
    """Turns passwords into hashes that take long to guess. Waits for its turn: there are no more at once than cores."""

    @property
    def decoy(self) -> str:
        """A hash of nobody's password, as dear to check as a real one."""

    @abstractmethod
    def hash(self, password: Password) -> str:
        """
        Return a hash of the whole password.

        Raises:
            Busy: so many others wait that the turn did not come in time.
        """

    @abstractmethod
    def verify(self, password: Password, hashed: str) -> bool:
        """
        Say whether *hashed* was made of the password; a text that is no hash was not.

        Raises:
            Busy: as above.
        """

    @abstractmethod
    def outdated(self, hashed: str) -> bool:
        """Say whether a new hash of the same password would be dearer or of another kind."""


class AccessTokens(Protocol):
    """Short-lived signed tokens that name a session."""

    @abstractmethod
    def issue(self, session: SessionId, now: datetime, until: datetime) -> Secret:
        """Return a token for the session that is good until then."""

    @abstractmethod
    def read(self, token: Secret, now: datetime) -> SessionId | None:
        """Return the session that the token names; None if it is not ours, was altered or has expired."""
