"""Who asks: a guest, a user, or the system on behalf of one."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from .ids import SessionId, UserId
from .refusals import NotAllowed, NotSignedIn


class Role(StrEnum):
    """What a user is on the whole site; one each. Roles inside organisations are another thing."""

    CUSTOMER = "customer"
    SELLER = "seller"
    SUPPORT = "support"
    ADMIN = "admin"


#: Roles that a person may give themselves when they register.
SELF_ASSIGNABLE = frozenset({Role.CUSTOMER, Role.SELLER})


@frozen
class Asker:
    """
    Whoever gave a command. The door puts it there; it is never read from a message.

    `user` is None for a guest, and for the system when it acts for nobody.
    """

    user: UserId | None = None
    role: Role | None = None
    verified: bool = False
    session: SessionId | None = None
    #: True for workers, the scheduler and the operator at the command line.
    system: bool = False
    #: The network address, as text; empty where there is none.
    address: str = ""
    #: What the client calls itself, cut to 256 characters; empty where it does not say.
    agent: str = ""


GUEST = Asker()
SYSTEM = Asker(system=True)


def signed_in(asker: Asker) -> UserId:
    """
    Return the user who asks.

    Raises:
        NotSignedIn: a guest asks, or the system on behalf of nobody.
    """
    if asker.user is None:
        raise NotSignedIn
    return asker.user


def by_system(asker: Asker) -> None:
    """
    Let pass the system, for nobody or on behalf of whomever.

    Raises:
        NotAllowed: somebody else asks.
    """
    if not asker.system:
        raise NotAllowed


def only(asker: Asker, *roles: Role) -> None:
    """
    Let pass the system on behalf of nobody, and users of the given roles.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the user has another role.
    """
    if asker.user is None and asker.system:
        return
    signed_in(asker)
    if asker.role not in roles:
        raise NotAllowed
