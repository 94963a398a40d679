"""
Open an account for somebody, as an operator.

1. Only administrators do.
2. A password that is given must meet the policy; without one, the person chooses theirs by a mailed reset.
3. The address must be new, and the name too; an operator is told which is not.
4. An address that the operator vouches for is verified; any other is asked by mail, where logins wait for it.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Transaction
from ....ports.secrets import Hasher
from ...rules.accounts.emails import Email
from ...rules.accounts.passwords import strong_enough
from ...rules.accounts.users import Profile, Username, words_of
from ...rules.asking import GUEST, Asker, Role, only
from ...rules.secrecy import NewPassword
from ._opening import Opening, Openings


@frozen
class CreateUser:
    """An operator wants somebody to have an account."""

    email: Email
    role: Role = Role.CUSTOMER
    username: Username | None = None
    #: None: nobody can log in before a password is chosen by mail.
    password: NewPassword | None = None
    #: Whether the operator vouches that the address is the person's.
    verified: bool = False
    asker: Asker = GUEST


def create_user(
    command: CreateUser, *, transaction: Transaction[Accounts], hasher: Hasher, openings: Openings, clock: Clock
) -> Profile:
    """
    Open the account.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        WeakPassword: the password does not meet the policy.
        EmailExists: the address has an account.
        UsernameTaken: somebody else has the name.
    """
    only(command.asker, Role.ADMIN)
    hashed = None
    if command.password:
        words = words_of(command.email, command.username)
        strong_enough(openings.policy.password, command.password, words)
        hashed = hasher.hash(command.password)
    wanted = Opening(command.email, command.username, command.role, hashed, vouched=command.verified)

    with transaction() as accounts:
        user = openings.open(accounts, wanted, clock())
    return Profile.of(user)
