"""The cookies we set. Over https their names have the prefix that keeps other hosts from setting them (RFC 6265bis)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen
from falcon import Request, Response

from ...core.rules.secrecy import Secret

#: Long ago: what expires then is forgotten at once. Falcon passes over a `max_age` of zero.
_PAST: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: What a browser holds that verified an address before there was an account lives as long as the secret itself.
PROOF_LIVES: Final = timedelta(hours=24)


@frozen
class Cookie:
    """One cookie: for the whole site, out of reach of scripts, and not sent along by other sites' forms."""

    name: str
    secure: bool

    def of(self, req: Request) -> Secret | None:
        """Return what the client presents, if anything."""
        values = req.get_cookie_values(self.name)
        return Secret(values[0]) if values and values[0] else None

    def set(
        self, resp: Response, value: Secret, *, until: datetime | None = None, within: timedelta | None = None
    ) -> None:
        """Have the client keep *value*, until then or for so long."""
        self._send(resp, value.text, expires=until, max_age=int(within.total_seconds()) if within else None)

    def clear(self, resp: Response) -> None:
        """Have the client forget it. Said with every attribute it was set with, or browsers would not listen."""
        self._send(resp, "", expires=_PAST)

    def _send(self, resp: Response, value: str, *, expires: datetime | None = None, max_age: int | None = None) -> None:
        resp.set_cookie(
            self.name,
            value,
            expires=expires,
            max_age=max_age,
            path="/",
            secure=self.secure,
            http_only=True,
            same_site="Lax",
        )


@frozen
class Cookies:
    """All of them."""

    #: Who is signed in.
    session: Cookie
    #: That this browser verified an address before there was an account.
    proof: Cookie
    #: What the tokens of a guest's forms are bound to.
    csrf: Cookie

    @classmethod
    def at(cls, public_url: str) -> Cookies:
        """Return the cookies of the site at that URL."""
        secure = public_url.startswith("https://")
        name = "__Host-hexflows" if secure else "hexflows"
        return cls(*(Cookie(each, secure) for each in (name, f"{name}-proof", f"{name}-csrf")))

    def any(self, req: Request) -> bool:
        """Say whether the client presents one of them."""
        return bool(self.session.of(req) or self.proof.of(req))
