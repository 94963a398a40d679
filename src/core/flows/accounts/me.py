"""
See one's own account.

1. Somebody must be signed in.
2. Their account is shown as it is now.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.accounts import Accounts
from ....ports.flow import Glance
from ...rules.accounts.users import Profile
from ...rules.asking import GUEST, Asker, signed_in
from ...rules.refusals import NotSignedIn


@frozen
class Me:
    """Somebody wants to see their own account."""

    asker: Asker = GUEST


def me(command: Me, *, glance: Glance[Accounts]) -> Profile:
    """
    Return the asker's account.

    Raises:
        NotSignedIn: a guest asks.
    """
    owner = signed_in(command.asker)
    with glance() as accounts:
        user = accounts.users.find(owner)
    if user is None:
        raise NotSignedIn
    return Profile.of(user)
