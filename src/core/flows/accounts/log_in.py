"""
Log in with an e-mail address and a password.

1. Attempts are limited by network address and by account, whether there is such an account or not.
2. The password is compared, with a hash of nobody's where there is no account: the same work for everyone.
3. An unknown address, a wrong password and a disabled account are refused alike.
4. After the right password, an unverified address is refused where the policy waits for it; as a wrong password is,
   where nobody may know who has an account.
5. A hash that is out of date is made anew from the password at hand.
6. The session is opened only if the account is still as it was when the password was compared.
"""

from __future__ import annotations

from attrs import evolve, frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Snapshot, Transaction
from ....ports.limits import Limits
from ....ports.secrets import Hasher
from ...rules.accounts.emails import Email
from ...rules.accounts.policy import AccountsPolicy
from ...rules.accounts.sessions import InvalidCredentials
from ...rules.accounts.users import Credential, Profile, User
from ...rules.asking import GUEST, Asker
from ...rules.ids import NOBODY
from ...rules.limits import asks_of
from ...rules.refusals import Forbidden
from ...rules.secrecy import Password
from ._granting import Grant, Granting


class EmailNotVerified(Forbidden):
    """The account waits until its e-mail address is verified."""

    def __str__(self) -> str:
        return "Verify your email address before you log in"


@frozen
class LogIn:
    """Somebody wants to be signed in to their account."""

    email: Email
    password: Password
    asker: Asker = GUEST


@frozen
class LoggedIn:
    """Who is signed in now, and how they present it."""

    user: Profile
    grant: Grant


def log_in(
    command: LogIn,
    *,
    transaction: Transaction[Accounts],
    snapshot: Snapshot[Accounts],
    limits: Limits,
    hasher: Hasher,
    policy: AccountsPolicy,
    granting: Granting,
    clock: Clock,
) -> LoggedIn:
    """
    Open a session.

    Raises:
        LimitReached: there were too many attempts from this address or at this account.
        InvalidCredentials: address and password do not belong together, or the account is disabled.
        EmailNotVerified: they do, but the address is not verified and the policy waits for that.
    """
    now, account = clock(), command.email.canonical
    limits.take(asks_of(policy.limits, command.asker, login="address", login_account=account), now)

    with snapshot() as accounts:
        user = accounts.users.find_by_email(command.email)
        credential = accounts.credentials.find(user.id if user else NOBODY)

    right = hasher.verify(command.password, credential.hash if credential else hasher.decoy)
    if not (right and user and credential and user.is_active):
        raise InvalidCredentials
    if policy.waits and not user.is_verified:
        if policy.opaque:
            # Whoever registered with another's address would learn that the address had been free.
            raise InvalidCredentials
        raise EmailNotVerified

    fresh = evolve(credential, hash=hasher.hash(command.password)) if hasher.outdated(credential.hash) else None
    with transaction() as accounts:
        user = _unchanged(accounts, user, credential)
        if fresh:
            accounts.credentials.keep(fresh)
        grant = granting.open(accounts, user, command.asker, now, policy.sessions)

    return LoggedIn(Profile.of(user), grant)


def _unchanged(accounts: Accounts, user: User, credential: Credential) -> User:
    """Hold the user, and refuse if they were disabled or changed their password while ours was compared."""
    held = accounts.users.hold(user.id)
    if held is None or not held.is_active or accounts.credentials.find(user.id) != credential:
        raise InvalidCredentials
    return held
