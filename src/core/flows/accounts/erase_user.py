"""
Forget a user: what the books need stays, anonymous.

1. Only administrators do.
2. The credential, the sessions, the secrets, the jobs and the receipts of the user are removed.
3. The user stays as an id without address or name, locked out, so that what refers to it still does.
4. Done again, it changes nothing.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Clock, Transaction
from ...rules.accounts.users import Profile
from ...rules.asking import GUEST, Asker, Role, only
from ...rules.ids import UserId
from ...rules.refusals import Missing
from ._opening import guest_scope


@frozen
class EraseUser:
    """A person wants to be forgotten."""

    user: UserId
    asker: Asker = GUEST


def erase_user(command: EraseUser, *, transaction: Transaction[Accounts], clock: Clock) -> Profile:
    """
    Make the user anonymous and return what stays.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        Missing: there is no such user.
    """
    only(command.asker, Role.ADMIN)
    with transaction() as accounts:
        found = accounts.users.find(command.user)
        if found is None:
            raise Missing("user")
        if found.erased_at:
            return Profile.of(found)
        # Before the user is held: receipts stand before users in the order of locks.
        accounts.receipts.remove_all(guest_scope(found.email))
        accounts.receipts.remove_all(str(found.id))
        user = accounts.users.hold(command.user) or found
        accounts.credentials.remove(user.id)
        accounts.sessions.remove_all(user.id)
        accounts.secrets.remove_all(user.email.canonical)
        accounts.secrets.remove_all(str(user.id))
        accounts.jobs.remove_all(user.id)
        erased = user.erase(clock())
        accounts.users.keep(erased)
    return Profile.of(erased)
