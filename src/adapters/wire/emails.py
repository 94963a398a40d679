"""
E-mail addresses out of what people type.

The address is looked at twice, as typed and in canonical form: a character that only
turns into an ``@`` when it is normalised is found by the second look. Nothing is asked
of the network, and no domain is refused for being reserved: whether mail arrives is
found out by sending it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import idna
from email_validator import EmailNotValidError, validate_email

from ...core.rules.accounts.emails import LONGEST, Email, InvalidEmail, fold, unseen

#: Code points as typed; composition only makes an address shorter, and nothing this long becomes a good one.
LONGEST_TYPED: Final = 320

#: RFC 5321, 4.5.3.1.1.
LONGEST_LOCAL: Final = 64

#: What nearly every local part looks like, so that it need not be looked at closer.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")

#: The longest name that the domain name system has.
LONGEST_DOMAIN: Final = 253

#: Labels of letters, digits and inner dashes, two at least; the last one is not a number, or it would be an IP address.
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def read_email(text: str) -> Email:
    """
    Return the address that *text* is; reading its canonical form again gives the same.

    Raises:
        InvalidEmail: mail cannot be addressed so.
    """
    if len(text) > LONGEST_TYPED:
        raise _invalid(f"Email must be at most {LONGEST} bytes long")
    given = unicodedata.normalize("NFC", text.strip(" \t\r\n"))
    local, domain = _split(given)
    canonical = f"{local}@{domain}"
    if canonical != given:
        # Looked at again in the form that it is compared in: folding may bring up what was not there to be seen.
        again = _split(canonical)
        if again != (local, domain):
            raise _invalid("Email is not a valid address")
    return Email(given, canonical, domain)


def _split(text: str) -> tuple[str, str]:
    """Return the folded local part and the domain in ASCII of an address that could be one."""
    if unseen(text):
        raise _invalid("Email contains characters that cannot be seen")
    local, at, domain = text.rpartition("@")
    if not at or not local:
        raise _invalid("Email must look like name@example.com")
    domain = _ascii(domain)
    if not _PLAIN.fullmatch(local) or len(local) > LONGEST_LOCAL:
        _check(local)
    if len(text.encode()) > LONGEST or len(local.encode()) + 1 + len(domain) > LONGEST:
        raise _invalid(f"Email must be at most {LONGEST} bytes long")
    return fold(local), domain


def _check(local: str) -> None:
    try:
        # Beside a domain that it knows to be fine: it would refuse the reserved ones.
        validate_email(f"{local}@example.com", check_deliverability=False, strict=True)
    except EmailNotValidError:
        raise _invalid("Email has a part before the @ that no address has") from None


def _ascii(domain: str) -> str:
    """Return the domain as the domain name system knows it (UTS 46)."""
    # Before it is given to idna, whose work grows faster than the length.
    if len(domain) > LONGEST_DOMAIN:
        raise _invalid("Email has a part after the @ that no domain has")
    try:
        name = domain if domain.isascii() and "xn--" not in domain.lower() else _encoded(domain)
    except idna.IDNAError:
        name = ""
    if len(name) > LONGEST_DOMAIN or not _DOMAIN.fullmatch(name.lower()):
        raise _invalid("Email has a part after the @ that no domain has")
    return name.lower()


def _encoded(domain: str) -> str:
    return idna.encode(domain, uts46=True, std3_rules=True, transitional=False).decode("ascii")


def _invalid(message: str) -> InvalidEmail:
    return InvalidEmail("email", message)
