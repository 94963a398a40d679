"""What operators' changes of a user have in common: hold, decide, keep, show."""

from __future__ import annotations

from collections.abc import Callable

from ....ports.accounts import Accounts
from ....ports.flow import Transaction
from ...rules.accounts.users import Profile, User
from ...rules.asking import Asker, Role, only
from ...rules.ids import UserId
from ...rules.refusals import Missing


def change_user(
    user: UserId, change: Callable[[User], User], *, asker: Asker, transaction: Transaction[Accounts]
) -> Profile:
    """
    Keep the user as *change* makes them, and return what is shown of them.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        Missing: there is no such user, or they were forgotten.
    """
    only(asker, Role.ADMIN)
    with transaction() as accounts:
        held = accounts.users.hold(user)
        if held is None or held.erased_at:
            raise Missing("user")
        changed = change(held)
        accounts.users.keep(changed)
    return Profile.of(changed)
