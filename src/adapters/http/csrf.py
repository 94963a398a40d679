"""
Whether a request that changes something was meant by whoever sits at the browser, or made by another site's page.

A browser sends cookies along, and posts forms, whoever's page asks it to. So a request
with a cookie of ours, or with a form, has to show where it comes from. (An access token
in a header is sent along by nobody but whoever holds it.)

1. The browser says that a page of ours made it: `Origin` is ours, or `Sec-Fetch-Site` is ``same-origin``.
2. It carries a token that only our pages and clients can read, in a header or in the form. The token is bound to the
   session, and for a guest to a cookie: logging somebody in as somebody else is an attack too.
3. What has neither `Origin` nor `Sec-Fetch-Site` is no browser of these years, and may pass.

``Origin: null`` proves nothing and accuses nobody: our own pages send it, since they tell no one where they are.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from attrs import field, frozen
from falcon import MEDIA_URLENCODED, Request, Response

from ...core.rules.base64url import decode, encode
from ...core.rules.refusals import Forbidden
from ...core.rules.secrecy import Secret
from ...ports.flow import NewSecret
from ...ports.secrets import Keyring
from .callers import bearer_of
from .cookies import Cookies
from .media import form, is_form, type_of

#: Where clients that are no form put the token.
HEADER: Final = "X-CSRF-Token"

#: What the field is called where they are one.
FIELD: Final = "csrf"

#: Methods that change nothing.
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSite(Forbidden):
    """Another site's page made the request, or nobody can tell."""

    def __str__(self) -> str:
        return "The request does not come from a page of ours: reload the page and try again"


def _origin(url: str) -> str:
    """Return the origin of a URL as browsers write it: in small letters, without the scheme's own port and any path."""
    parts = urlsplit(url.lower())
    return f"{parts.scheme}://{parts.netloc.removesuffix({'http': ':80', 'https': ':443'}.get(parts.scheme, ' '))}"


@frozen
class Csrf:
    """Gives out tokens, and checks requests."""

    #: Scheme, host and port that clients reach us by, of the URL that it is made with.
    origin: str = field(converter=_origin)
    cookies: Cookies
    keyring: Keyring
    new_secret: NewSecret

    def token(self, req: Request, resp: Response) -> str:
        """Return the token of whoever asks; a guest gets the cookie that it is bound to, if they have none."""
        if not (binding := self._binding(req)):
            secret = Secret(encode(self.new_secret()))
            self.cookies.csrf.set(resp, secret)
            binding = _guest(secret)
        return encode(self.keyring.mac(binding))

    def check(self, req: Request) -> None:
        """
        Let pass what changes nothing or was made by a page of ours, by a client with a token, or by no browser at all.

        Raises:
            CrossSite: it is none of these.
            MalformedForm: it is a form that cannot be read.
        """
        if req.method in SAFE or bearer_of(req) or not (self.cookies.any(req) or is_form(req)):
            return
        origin, site = req.get_header("Origin"), req.get_header("Sec-Fetch-Site")
        if origin == self.origin or site == "same-origin" or (origin is None and site is None):
            return
        if not self._accepts(req):
            raise CrossSite

    def _accepts(self, req: Request) -> bool:
        given = req.get_header(HEADER) or _field(req)
        raw = decode(given, 32) if given else None
        binding = self._binding(req)
        return bool(raw and binding and self.keyring.verifies(binding, raw))

    def _binding(self, req: Request) -> bytes | None:
        if session := req.context.asker.session:
            return b"\0".join((b"csrf", b"session", session.bytes))
        guest = self.cookies.csrf.of(req)
        return _guest(guest) if guest else None


def _guest(secret: Secret) -> bytes:
    return b"\0".join((b"csrf", b"guest", secret.text.encode()))


def _field(req: Request) -> str | None:
    return form(req).get(FIELD) if type_of(req)[0] == MEDIA_URLENCODED else None
