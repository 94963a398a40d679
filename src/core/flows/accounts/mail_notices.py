"""
Mail the owner of an account that somebody tried to register with their address, or that their password was changed.

These flows are jobs: kept with what calls for them, done later, at least once.

1. A mail that has become pointless (it is too late, or its user is gone) is not sent.
2. Sent twice, it is the same message with the same id.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Snapshot
from ....ports.mail import Mailer
from ...rules.accounts.policy import AccountsPolicy
from ...rules.answers import Sent
from ...rules.asking import SYSTEM, Asker, by_system
from ...rules.ids import SecretId, UserId
from ...rules.letters import AlreadyRegistered, Envelope, PasswordChanged


@frozen
class SendRegisteredMail:
    """Somebody tried to register with an address that has an account."""

    secret: SecretId
    to: str
    asker: Asker = SYSTEM


@frozen
class SendChangedMail:
    """The user's password was changed at that time."""

    user: UserId
    at: datetime
    asker: Asker = SYSTEM


def send_registered_mail(
    command: SendRegisteredMail, *, snapshot: Snapshot[Accounts], mailer: Mailer, policy: AccountsPolicy, clock: Clock
) -> Sent:
    """
    Tell the owner of an account that somebody tried to register with their address.

    Raises:
        NotAllowed: somebody other than the system asks.
        MailDelayed: it can be sent later.
        MailRefused: it cannot be sent.
    """
    by_system(command.asker)
    with snapshot() as accounts:
        secret = accounts.secrets.find(command.secret)
    if not secret or clock() >= secret.expires_at:
        return Sent(sent=False)
    login, forgot = f"{policy.app_url}/login", f"{policy.app_url}/forgot-password"
    mailer.send(Envelope(secret.id, AlreadyRegistered(command.to, login, forgot)))
    return Sent(sent=True)


def send_changed_mail(
    command: SendChangedMail, *, snapshot: Snapshot[Accounts], mailer: Mailer, policy: AccountsPolicy
) -> Sent:
    """
    Tell a user that their password is another now.

    Raises:
        MailDelayed: it can be sent later.
        MailRefused: it cannot be sent.
    """
    # For whomever it is done: who is locked out since is told as well.
    with snapshot() as accounts:
        user = accounts.users.find(command.user)
    if not user or user.erased_at:
        return Sent(sent=False)
    # One message for one change: the id is that of the user, told apart by when it was.
    id_ = UUID(int=user.id.int ^ int(command.at.timestamp() * 1_000_000))
    mailer.send(Envelope(id_, PasswordChanged(user.email.given, command.at, f"{policy.app_url}/forgot-password")))
    return Sent(sent=True)
