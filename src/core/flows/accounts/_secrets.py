"""What every flow with a mailed secret does: make one, and spend one."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import NewId, NewSecret
from ....ports.secrets import Keyring
from ...rules.accounts.emails import Email
from ...rules.ids import SecretId
from ...rules.onetime import OneTime, Purpose, message, parse, token
from ...rules.secrecy import Secret


@frozen
class Mint:
    """The ports that it takes to make one-time secrets."""

    keyring: Keyring
    new_id: NewId
    new_secret: NewSecret

    def make(self, purpose: Purpose, subject: str, now: datetime, within: timedelta) -> OneTime:
        """Return a new secret about *subject*, to be added."""
        id_, nonce = SecretId(self.new_id()), self.new_secret()
        mac = self.keyring.mac(message(purpose, id_, nonce))
        digest = hashlib.sha256(mac).digest()
        return OneTime(id_, purpose, subject, nonce, self.keyring.current, digest, now, now + within)


def token_of(secret: OneTime, keyring: Keyring) -> Secret | None:
    """Return the token that spends *secret*, computed anew; None if the key it was made under is gone."""
    mac = keyring.recall(message(secret.purpose, secret.id, secret.nonce), secret.key)
    return token(secret.id, mac) if mac is not None else None


def spend(accounts: Accounts, given: Secret, purpose: Purpose, now: datetime) -> OneTime | None:
    """
    Spend the secret that *given* is, counting the attempt; None if it opens nothing.

    The count is to stay: whoever refuses after None does so outside the transaction.

    Raises:
        InvalidToken: the text cannot be a token of ours, so that there is nothing to count.
    """
    id_, mac = parse(given.text)
    secret = accounts.secrets.attempt(id_)
    if secret is None or not secret.opens(purpose, mac, now):
        return None
    return secret if accounts.secrets.spend(id_, now) else None


def address_of(subject: str) -> Email:
    """Return the address that a secret is about, from its canonical form."""
    return Email(subject, subject, subject.rpartition("@")[2])
