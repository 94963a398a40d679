"""
Ask for a verification mail, and verify an e-mail address by the secret in it.

Asking:

1. Mails to one address, and requests from one network address, are limited.
2. A new secret takes the place of earlier ones, and a mail is to come: the same for everybody, with an account or
   without. Whether the mail has become pointless is seen when it is sent.

Verifying:

3. Attempts from one network address are limited.
4. The secret must be for that, in time and unused; it works once. A failed attempt is counted.
5. The user with that address is verified.
6. Where there is none yet, the browser that verified gets a secret of its own, and only that one makes an account
   verified at registration.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Transaction
from ....ports.limits import Limits
from ...rules.accounts.emails import Email
from ...rules.accounts.policy import AccountsPolicy
from ...rules.accounts.users import VerifiedVia
from ...rules.answers import Accepted
from ...rules.asking import GUEST, Asker
from ...rules.ids import UserId
from ...rules.limits import asks_of
from ...rules.onetime import InvalidToken, Purpose, parse
from ...rules.secrecy import Secret
from ._secrets import Mint, address_of, spend, token_of
from .mail_secrets import SendVerificationMail

ASKED = Accepted("If that address needs verifying, a mail is on its way")


@frozen
class RequestVerification:
    """Somebody wants a verification mail."""

    email: Email
    asker: Asker = GUEST


@frozen
class VerifyEmail:
    """Somebody brings the secret that was mailed."""

    token: Secret
    asker: Asker = GUEST


@frozen
class EmailVerified:
    """The address is verified: of the user, or for whoever registers with `proof`, good for a day."""

    verified: bool
    user_id: UserId | None
    proof: Secret | None = None


def request_verification(
    command: RequestVerification,
    *,
    transaction: Transaction[Accounts],
    limits: Limits,
    policy: AccountsPolicy,
    mint: Mint,
    clock: Clock,
) -> Accepted:
    """
    Have a verification mail sent.

    Raises:
        LimitReached: there were too many for this address or from where they ask.
    """
    now, subject = clock(), command.email.canonical
    limits.take(asks_of(policy.limits, command.asker, verification=subject, mail_address="address"), now)
    secret = mint.make(Purpose.VERIFY_EMAIL, subject, now, policy.verify_within)

    with transaction() as accounts:
        user = accounts.users.find_by_email(command.email)
        accounts.secrets.retire(Purpose.VERIFY_EMAIL, subject, now)
        accounts.secrets.add(secret)
        mail = SendVerificationMail(secret.id, command.email.given)
        accounts.jobs.add(mail, at=now, owner=user.id if user else None)

    return ASKED


def verify_email(
    command: VerifyEmail,
    *,
    transaction: Transaction[Accounts],
    limits: Limits,
    policy: AccountsPolicy,
    mint: Mint,
    clock: Clock,
) -> EmailVerified:
    """
    Verify the address that the secret was mailed to.

    Raises:
        LimitReached: there were too many attempts from this address.
        InvalidToken: the secret opens nothing, or no longer.
    """
    now = clock()
    limits.take(asks_of(policy.limits, command.asker, redeem="address"), now)
    secret_id, _ = parse(command.token.text)
    answer = None

    with transaction() as accounts:
        about = accounts.secrets.find(secret_id)
        found = accounts.users.find_by_email(address_of(about.subject)) if about else None
        user = accounts.users.hold(found.id) if found else None
        if secret := spend(accounts, command.token, Purpose.VERIFY_EMAIL, now):
            # Compared once more: who was forgotten before we held them has another address now.
            if user and user.email.canonical == secret.subject:
                accounts.users.keep(user.verify(VerifiedVia.LINK, now))
                answer = EmailVerified(verified=True, user_id=user.id)
            else:
                proof = mint.make(Purpose.VERIFIED_BEFORE, secret.subject, now, policy.verify_within)
                accounts.secrets.add(proof)
                answer = EmailVerified(verified=True, user_id=None, proof=token_of(proof, mint.keyring))

    # Outside the block: the count of a failed attempt is to stay.
    if answer is None:
        raise InvalidToken
    return answer
