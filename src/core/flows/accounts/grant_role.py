"""
Give a user another role, or sign them out everywhere.

1. Only administrators do.
2. A user has one role; with another one they sign in anew.
3. Signing out everywhere is one increment: every session and every token is dead at once.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Transaction
from ...rules.accounts.users import Profile, User
from ...rules.answers import Nothing
from ...rules.asking import GUEST, Asker, Role
from ...rules.ids import UserId
from ._changing import change_user


@frozen
class GrantRole:
    """An operator wants a user to have a role."""

    user: UserId
    role: Role
    asker: Asker = GUEST


@frozen
class RevokeSessions:
    """An operator wants a user signed out everywhere."""

    user: UserId
    asker: Asker = GUEST


def grant_role(command: GrantRole, *, transaction: Transaction[Accounts]) -> Profile:
    """
    Give the user the role.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        Missing: there is no such user.
    """
    return change_user(
        command.user, lambda user: user.grant(command.role), asker=command.asker, transaction=transaction
    )


def revoke_sessions(command: RevokeSessions, *, transaction: Transaction[Accounts]) -> Nothing:
    """
    End every session of the user.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        Missing: there is no such user.
    """
    change_user(command.user, User.end_sessions, asker=command.asker, transaction=transaction)
    return Nothing()
