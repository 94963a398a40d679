"""
See users: a page of them, oldest first, or one.

1. Only operators see users.
2. The list goes on after the last user of the page before.
3. A user is shown by id or by e-mail address.
"""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import ge, le

from ....ports.accounts import Accounts
from ....ports.flow import Snapshot
from ...rules.accounts.emails import Email
from ...rules.accounts.users import Profile
from ...rules.asking import GUEST, Asker, Role, only
from ...rules.ids import UserId
from ...rules.pages import MOST, Page, page_of, slice_of
from ...rules.refusals import Malformed, Missing, Problem


@frozen
class ListUsers:
    """An operator wants to see who has an account."""

    limit: int = field(default=50, validator=[ge(1), le(MOST)])
    cursor: str | None = None
    asker: Asker = GUEST


@frozen
class ShowUser:
    """An operator wants to see one user, by id or else by address."""

    user: UserId | None = None
    email: Email | None = None
    asker: Asker = GUEST


def list_users(command: ListUsers, *, snapshot: Snapshot[Accounts]) -> Page[Profile]:
    """
    Return a page of users.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no operator.
        InvalidCursor: the cursor is not one that we gave.
    """
    only(command.asker, Role.ADMIN, Role.SUPPORT)
    part = slice_of(command.limit, command.cursor)
    with snapshot() as accounts:
        users = accounts.users.page(part.and_one)
    return page_of(part, tuple(map(Profile.of, users)), lambda user: str(user.id))


def show_user(command: ShowUser, *, snapshot: Snapshot[Accounts]) -> Profile:
    """
    Return one user.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no operator.
        Malformed: neither id nor address was given.
        Missing: there is no such user.
    """
    only(command.asker, Role.ADMIN, Role.SUPPORT)
    with snapshot() as accounts:
        if command.user:
            user = accounts.users.find(command.user)
        elif command.email:
            user = accounts.users.find_by_email(command.email)
        else:
            raise Malformed((Problem("user", "required, or else an email"),))
    if user is None:
        raise Missing("user")
    return Profile.of(user)
