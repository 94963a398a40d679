"""
Lock a user out, or let them in again.

1. Only administrators do.
2. Who is locked out is signed out everywhere at once, and cannot log in.
3. Who is let in again logs in as before; their old sessions stay dead.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Transaction
from ...rules.accounts.users import Profile, User
from ...rules.asking import GUEST, Asker
from ...rules.ids import UserId
from ._changing import change_user


@frozen
class DisableUser:
    """An operator wants a user locked out."""

    user: UserId
    asker: Asker = GUEST


@frozen
class EnableUser:
    """An operator wants a user let in again."""

    user: UserId
    asker: Asker = GUEST


def disable_user(command: DisableUser, *, transaction: Transaction[Accounts]) -> Profile:
    """
    Lock the user out.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        Missing: there is no such user.
    """
    return change_user(command.user, User.disable, asker=command.asker, transaction=transaction)


def enable_user(command: EnableUser, *, transaction: Transaction[Accounts]) -> Profile:
    """
    Let the user in again.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        Missing: there is no such user.
    """
    return change_user(command.user, User.enable, asker=command.asker, transaction=transaction)
