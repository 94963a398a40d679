"""
Mail the secrets that verify an address and reset a password.

These flows are jobs: kept with what calls for them, done later, at least once.

1. A mail that has become pointless (its secret was used or has expired, its address is verified, its user is gone)
   is not sent.
2. The secret in it is computed, not read: it is stored nowhere.
3. Sent twice, it is the same message with the same id.
"""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Snapshot
from ....ports.mail import Mailer
from ....ports.secrets import Keyring
from ...rules.accounts.policy import AccountsPolicy
from ...rules.answers import Sent
from ...rules.asking import SYSTEM, Asker, by_system
from ...rules.ids import SecretId, UserId
from ...rules.letters import Envelope, PasswordForgotten, VerifyAddress
from ._secrets import address_of, token_of


@frozen
class SendVerificationMail:
    """Somebody's address is to be verified; `to` is the address as they typed it."""

    secret: SecretId
    to: str
    asker: Asker = SYSTEM


@frozen
class SendResetMail:
    """Somebody asked to choose their password anew."""

    secret: SecretId
    asker: Asker = SYSTEM


def send_verification_mail(
    command: SendVerificationMail,
    *,
    snapshot: Snapshot[Accounts],
    mailer: Mailer,
    keyring: Keyring,
    policy: AccountsPolicy,
    clock: Clock,
) -> Sent:
    """
    Mail the link that verifies an address.

    Raises:
        NotAllowed: somebody other than the system asks.
        MailDelayed: it can be sent later.
        MailRefused: it cannot be sent.
    """
    by_system(command.asker)
    with snapshot() as accounts:
        secret = accounts.secrets.find(command.secret)
        user = accounts.users.find_by_email(address_of(secret.subject)) if secret else None
    if not secret or secret.used_at or clock() >= secret.expires_at or (user and user.is_verified):
        return Sent(sent=False)
    token = token_of(secret, keyring)
    if token is None:
        return Sent(sent=False)

    link = f"{policy.app_url}/verify-email?token={token.text}"
    # To the address as its user typed it: another spelling of it may be another mailbox somewhere.
    to = user.email.given if user else command.to
    mailer.send(Envelope(secret.id, VerifyAddress(to, link, secret.expires_at)))
    return Sent(sent=True)


def send_reset_mail(
    command: SendResetMail,
    *,
    snapshot: Snapshot[Accounts],
    mailer: Mailer,
    keyring: Keyring,
    policy: AccountsPolicy,
    clock: Clock,
) -> Sent:
    """
    Mail the link with which a password can be chosen anew.

    Raises:
        NotAllowed: somebody other than the system asks.
        MailDelayed: it can be sent later.
        MailRefused: it cannot be sent.
    """
    by_system(command.asker)
    with snapshot() as accounts:
        secret = accounts.secrets.find(command.secret)
        user = accounts.users.find(UserId(UUID(secret.subject))) if secret else None
    if not secret or secret.used_at or clock() >= secret.expires_at or not user or not user.is_active:
        return Sent(sent=False)
    token = token_of(secret, keyring)
    if token is None:
        return Sent(sent=False)

    link = f"{policy.app_url}/reset-password?token={token.text}"
    mailer.send(Envelope(secret.id, PasswordForgotten(user.email.given, link, secret.expires_at)))
    return Sent(sent=True)
