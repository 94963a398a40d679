"""
Change one's own password.

1. Somebody must be signed in. Attempts at one account are limited.
2. The current password must be right.
3. The new one must meet the policy; it is hashed before anything is held.
4. Nothing is changed if the password was changed by somebody else meanwhile.
5. Every other session ends, mailed resets are dead, and the owner is told by mail.
"""

from __future__ import annotations

from attrs import evolve, frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Snapshot, Transaction
from ....ports.limits import Limits
from ....ports.secrets import Hasher
from ...rules.accounts.passwords import strong_enough
from ...rules.accounts.policy import AccountsPolicy
from ...rules.accounts.sessions import InvalidCredentials
from ...rules.accounts.users import Credential
from ...rules.answers import Nothing
from ...rules.asking import GUEST, Asker, signed_in
from ...rules.limits import asks_of
from ...rules.onetime import Purpose
from ...rules.refusals import NotSignedIn
from ...rules.secrecy import NewPassword, Password
from .mail_notices import SendChangedMail


@frozen
class ChangePassword:
    """Somebody wants another password."""

    current_password: Password
    new_password: NewPassword
    asker: Asker = GUEST


def change_password(
    command: ChangePassword,
    *,
    transaction: Transaction[Accounts],
    snapshot: Snapshot[Accounts],
    limits: Limits,
    hasher: Hasher,
    policy: AccountsPolicy,
    clock: Clock,
) -> Nothing:
    """
    Set the asker's password; the session that asks goes on.

    Raises:
        NotSignedIn: a guest asks.
        LimitReached: there were too many attempts at this account.
        InvalidCredentials: the current password is another.
        WeakPassword: the new password does not meet the policy.
    """
    now, owner = clock(), signed_in(command.asker)
    limits.take(asks_of(policy.limits, command.asker, login_account=str(owner)), now)

    with snapshot() as accounts:
        user = accounts.users.find(owner)
        before = accounts.credentials.find(owner)
    if user is None:
        raise NotSignedIn
    if not before or not hasher.verify(command.current_password, before.hash):
        raise InvalidCredentials
    strong_enough(policy.password, command.new_password, user.words, field="new_password")
    hashed = hasher.hash(command.new_password)

    with transaction() as accounts:
        user = accounts.users.hold(owner)
        if not user or accounts.credentials.find(owner) != before:
            raise InvalidCredentials
        living, user = user.generation, user.end_sessions()
        accounts.users.keep(user)
        accounts.credentials.keep(Credential(owner, hashed, now))
        session = accounts.sessions.hold(command.asker.session) if command.asker.session else None
        # One that was ended meanwhile is not to come back to life.
        if session and session.generation == living:
            accounts.sessions.keep(evolve(session, generation=user.generation))
        accounts.secrets.retire(Purpose.RESET_PASSWORD, str(owner), now)
        accounts.jobs.add(SendChangedMail(owner, now), at=now, owner=owner)

    return Nothing()
