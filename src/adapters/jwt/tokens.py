"""Access tokens as JSON Web Tokens (RFC 7519), signed with HMAC-SHA-256 and typed as RFC 9068 has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from attrs import field, frozen
from attrs.validators import min_len

from ...core.rules.ids import SessionId
from ...core.rules.secrecy import Secret
from ...ports.secrets import AccessTokens
from ..extras import needs

with needs("jwt", extra="auth"):
    import jwt

ALGORITHM: Final = "HS256"

#: Tells it from tokens for other ends that may be signed under the same key one day.
TYPE: Final = "at+jwt"

#: Ours are half as long. What cannot be one is not parsed at all.
LONGEST: Final = 1024

_SHAPE: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

#: What the library is to check. Times are left out: it reads the machine's clock, and we are told what time it is.
_CHECKS: Final[Any] = {
    "require": ["iss", "aud", "sid", "iat", "exp"],
    "strict_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@frozen
class JwtAccessTokens(AccessTokens):
    """Tokens of one issuer for one audience, signed under the first of `keys`; the others are still believed."""

    _keys: Mapping[str, bytes] = field(repr=False, validator=min_len(1))
    issuer: str
    audience: str

    def issue(self, session: SessionId, now: datetime, until: datetime) -> Secret:
        name, key = next(iter(self._keys.items()))
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sid": str(session),
            "iat": _seconds(now),
            "exp": _seconds(until),
        }
        return Secret(jwt.encode(claims, key, ALGORITHM, headers={"kid": name, "typ": TYPE}))

    def read(self, token: Secret, now: datetime) -> SessionId | None:
        claims = self._claims(token.text)
        # A number and nothing else: True would be 1, and a fraction none that we wrote.
        if claims is None or type(claims["exp"]) is not int or _seconds(now) >= claims["exp"]:
            return None
        try:
            return SessionId(UUID(claims["sid"]))
        except (AttributeError, TypeError, ValueError):
            return None

    def _claims(self, text: str) -> Mapping[str, Any] | None:
        """Return what the token claims, if one of our keys signed it."""
        if len(text) > LONGEST or not _SHAPE.fullmatch(text):
            return None
        try:
            header = jwt.get_unverified_header(text)
            key = self._keys.get(header.get("kid", ""))
            if key is None or header.get("typ") != TYPE:
                return None
            return jwt.decode(
                text, key, algorithms=[ALGORITHM], issuer=self.issuer, audience=self.audience, options=_CHECKS
            )
        except (jwt.PyJWTError, ValueError, RecursionError):
            # The last two come out of its JSON: numbers of a thousand digits, lists in lists in lists.
            return None


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() // 1)
