"""
Choose another password after forgetting it.

Asking:

1. Mails to one address, and requests from one network address, are limited.
2. A secret and a mail to come are kept for every address, known or not, by the same calls; what belongs to nobody
   is dropped when the mail would be sent.

Choosing:

3. Attempts from one network address are limited.
4. The secret must be for that, in time and unused. A failed attempt is counted.
5. The new password must meet the policy; it is hashed before anything is held.
6. The secret works once, of many at the same time too. Every session ends, other mailed resets are dead, and the
   owner is told by mail.
7. Who could read the mail has shown that the address is theirs: it is verified.
"""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, NewId, Snapshot, Transaction
from ....ports.limits import Limits
from ....ports.secrets import Hasher
from ...rules.accounts.emails import Email
from ...rules.accounts.passwords import strong_enough
from ...rules.accounts.policy import AccountsPolicy
from ...rules.accounts.users import Credential, User, VerifiedVia
from ...rules.answers import Accepted, Nothing
from ...rules.asking import GUEST, Asker
from ...rules.ids import UserId
from ...rules.limits import asks_of
from ...rules.onetime import InvalidToken, Purpose, parse
from ...rules.secrecy import NewPassword, Secret
from ._secrets import Mint, spend
from .mail_notices import SendChangedMail
from .mail_secrets import SendResetMail

ASKED = Accepted("If there is an account with that address, a mail is on its way")


@frozen
class RequestReset:
    """Somebody forgot their password."""

    email: Email
    asker: Asker = GUEST


@frozen
class ResetPassword:
    """Somebody brings the secret that was mailed, and a new password."""

    token: Secret
    new_password: NewPassword
    asker: Asker = GUEST


def request_reset(
    command: RequestReset,
    *,
    transaction: Transaction[Accounts],
    limits: Limits,
    policy: AccountsPolicy,
    mint: Mint,
    new_id: NewId,
    clock: Clock,
) -> Accepted:
    """
    Have a mail sent with which the password can be chosen anew.

    Raises:
        LimitReached: there were too many for this address or from where they ask.
    """
    now, address = clock(), command.email.canonical
    limits.take(asks_of(policy.limits, command.asker, reset=address, mail_address="address"), now)

    with transaction() as accounts:
        user = accounts.users.find_by_email(command.email)
        subject = str(user.id if user and user.is_active else new_id())
        secret = mint.make(Purpose.RESET_PASSWORD, subject, now, policy.reset_within)
        accounts.secrets.retire(Purpose.RESET_PASSWORD, subject, now)
        accounts.secrets.add(secret)
        accounts.jobs.add(SendResetMail(secret.id), at=now, owner=user.id if user else None)

    return ASKED


def reset_password(
    command: ResetPassword,
    *,
    transaction: Transaction[Accounts],
    snapshot: Snapshot[Accounts],
    limits: Limits,
    hasher: Hasher,
    policy: AccountsPolicy,
    clock: Clock,
) -> Nothing:
    """
    Set the password of the user whom the secret was mailed to.

    Raises:
        LimitReached: there were too many attempts from this address.
        InvalidToken: the secret opens nothing, or no longer.
        WeakPassword: the new password does not meet the policy.
    """
    now = clock()
    limits.take(asks_of(policy.limits, command.asker, redeem="address"), now)
    owner = _owner(command.token, transaction=transaction, snapshot=snapshot, clock=clock)
    strong_enough(policy.password, command.new_password, owner.words, field="new_password")
    hashed = hasher.hash(command.new_password)

    with transaction() as accounts:
        user = accounts.users.hold(owner.id)
        secret = spend(accounts, command.token, Purpose.RESET_PASSWORD, now)
        done = bool(user and user.is_active and secret)
        if user and done:
            accounts.credentials.keep(Credential(user.id, hashed, now))
            accounts.users.keep(user.end_sessions().verify(VerifiedVia.RESET, now))
            accounts.secrets.retire(Purpose.RESET_PASSWORD, str(user.id), now)
            accounts.jobs.add(SendChangedMail(user.id, now), at=now, owner=user.id)

    # Outside the block: the count of a failed attempt is to stay.
    if not done:
        raise InvalidToken
    return Nothing()


def _owner(token: Secret, *, transaction: Transaction[Accounts], snapshot: Snapshot[Accounts], clock: Clock) -> User:
    """Return whose password the token may set. Looked at first, so that a guess costs nobody a hash."""
    secret_id, mac = parse(token.text)
    with snapshot() as accounts:
        secret = accounts.secrets.find(secret_id)
        opens = secret is not None and secret.opens(Purpose.RESET_PASSWORD, mac, clock())
        user = accounts.users.find(UserId(UUID(secret.subject))) if secret and opens else None
    if user is None:
        with transaction() as accounts:
            accounts.secrets.attempt(secret_id)
        raise InvalidToken
    return user
