"""Who makes a request: from where, by what, and, if it matters, as whom."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from falcon import Context, Request, Response

from ...core.flows.accounts.authenticate import Authenticate
from ...core.rules.asking import Asker
from ...core.rules.secrecy import Secret
from ...ports.flow import Flow
from .cookies import Cookies

Network: TypeAlias = IPv4Network | IPv6Network

#: How much of what a client calls itself is kept.
LONGEST_AGENT: Final = 256


class Caller(Context):
    """
    Who makes one request. It is the request's context.

    Whether somebody is signed in is only found out when a resource wants to know, so
    that a token that has run out is in nobody's way at the door where a new one is got.
    """

    def __init__(
        self,
        req: Request,
        resp: Response,
        *,
        authenticate: Flow[Authenticate, Asker],
        cookies: Cookies,
        trusted: tuple[Network, ...],
    ) -> None:
        self._req = req
        self._resp = resp
        self._authenticate = authenticate
        self._cookies = cookies
        self._trusted = trusted

    @cached_property
    def guest(self) -> Asker:
        """The caller as somebody that nobody knows."""
        forwarded = self._req.get_header("X-Forwarded-For", default="") if self._trusted else ""
        address = address_of(self._req.remote_addr, forwarded.split(","), self._trusted)
        return Asker(address=address, agent=(self._req.user_agent or "")[:LONGEST_AGENT])

    @cached_property
    def asker(self) -> Asker:
        """
        The caller as whoever they are signed in as; a guest if they are not. A cookie that opens nothing is cleared.

        Raises:
            NotSignedIn: the access token that they present is not good, or no longer.
        """
        cookie, bearer = self._cookies.session.of(self._req), bearer_of(self._req)
        if cookie is None and bearer is None:
            return self.guest
        asker = self._authenticate(Authenticate(cookie, bearer, self.guest))
        if asker.session is None:
            self._cookies.session.clear(self._resp)
        return asker

    @property
    def user(self) -> str | None:
        """The id of the user, if it has been found out, for the log."""
        asker = self.__dict__.get("asker")
        return str(asker.user) if asker and asker.user else None

    @property
    def key(self) -> str | None:
        """What makes a repeat of the request harmless, if the client gave something."""
        return self._req.get_header("Idempotency-Key")

    @property
    def proof(self) -> Secret | None:
        """What shows that this browser verified an address beforehand."""
        return self._cookies.proof.of(self._req)


def bearer_of(req: Request) -> Secret | None:
    """Return the access token that the client presents; None if it presents none."""
    scheme, _, token = (req.auth or "").partition(" ")
    return Secret(token.strip()) if scheme.lower() == "bearer" else None


def address_of(peer: str, forwarded: Iterable[str], trusted: tuple[Network, ...]) -> str:
    """
    Return the client's address: the last one, from our side, that no trusted proxy has.

    Each proxy appends whom it was asked by, so the header is read from its end; what
    stands before an address that is not trusted may be made up.
    """
    address = _plain(peer) or peer
    for hop in reversed(list(forwarded)):
        if not _is_in(address, trusted):
            break
        before = _plain(hop)
        if before is None:
            break
        address = before
    return address


@lru_cache(maxsize=1024)
def _plain(text: str) -> str | None:
    """Return an address without port and brackets, an IPv4 one as such; None if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return str(address.ipv4_mapped or address) if isinstance(address, IPv6Address) else str(address)


@lru_cache(maxsize=1024)
def _is_in(text: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in networks)
