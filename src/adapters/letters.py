"""What letters look like: a subject, plain text, and the same in HTML, with who writes and whom one may ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import attrs
from attrs import frozen

from ..core.rules.letters import (
    AlreadyRegistered,
    Envelope,
    Letter,
    MailRefused,
    PasswordChanged,
    PasswordForgotten,
    VerifyAddress,
)
from .extras import needs

with needs("jinja2", extra="templates"):
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

SUBJECTS: Final[Mapping[type[Letter], str]] = {
    VerifyAddress: "Confirm your e-mail address",
    PasswordForgotten: "Choose a new password",
    AlreadyRegistered: "You already have an account",
    PasswordChanged: "Your password was changed",
}

#: As it stands in a message; one in another script is turned into this.
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII | re.IGNORECASE)

#: RFC 5322, 2.1.1: no line of a message is longer.
LONGEST_LINE: Final = 998


@frozen
class Letterhead:
    """What all letters have in common."""

    #: What the reader knows us by: the host that links lead to.
    site: str
    #: The address that letters come from.
    sender: str
    #: Whom the reader may write to, if anyone.
    support: str | None = None

    @classmethod
    def of(cls, app_url: str, support: str | None = None) -> Letterhead:
        """Return the letterhead of the site at *app_url*."""
        parts = urlsplit(app_url)
        host = parts.hostname or "localhost"
        domain = host if _is_name(host) else "localhost"
        return cls(parts.netloc.rpartition("@")[2] or host, f"no-reply@{domain}", support)

    @property
    def domain(self) -> str:
        """The domain that letters come from."""
        return self.sender.rpartition("@")[2]

    def compose(self, envelope: Envelope, now: datetime) -> EmailMessage:
        """
        Return the letter as a message; the same envelope is always the same message.

        Raises:
            MailRefused: no mail can be addressed so.
        """
        letter = envelope.letter
        message = EmailMessage()
        message["From"] = Address(addr_spec=self.sender)
        message["To"] = recipient(letter)
        message["Subject"] = SUBJECTS[type(letter)]
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{envelope.id}@{self.domain}>"
        if self.support:
            message["Reply-To"] = Address(addr_spec=self.support)
        # So that nobody's absence note is sent to us (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        text, html = self._render(letter, "txt"), self._render(letter, "html")
        message.set_content(text, cte=_encoding(text))
        message.add_alternative(html, subtype="html", cte=_encoding(html))
        return message

    def _render(self, letter: Letter, kind: str) -> str:
        template = _templates().get_template(f"{_snake(type(letter).__name__)}.{kind}")
        facts = {each.name: getattr(letter, each.name) for each in attrs.fields(type(letter))}
        return template.render(facts, site=self.site, support=self.support, subject=SUBJECTS[type(letter)])


def recipient(letter: Letter) -> Address:
    """
    Return the address that the letter goes to, its domain as servers know it.

    Raises:
        MailRefused: no mail can be addressed so.
    """
    try:
        return _one_address(letter.to)
    except (ValueError, MessageError) as error:
        raise MailRefused(f"nothing can be sent to {letter.to!r}") from error


def _one_address(to: str) -> Address:
    local, at, domain = to.rpartition("@")
    domain = domain if domain.isascii() else _in_ascii(domain)
    if not (local and at and to.isprintable() and _DOMAIN.fullmatch(domain)):
        raise ValueError("it is no address")
    address = Address(username=local, domain=domain)
    # What would be read as something else than the one address that it is. In other scripts we cannot tell.
    if local.isascii() and Address(addr_spec=address.addr_spec) != address:
        raise ValueError("it is more than an address")
    return address


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def _in_ascii(domain: str) -> str:
    with needs("idna", extra="validation"):
        import idna  # noqa: PLC0415 - most addresses do without

    # As in UTS 46: the standard library's own codec is of 2003, and would mail to another mailbox for some names.
    return idna.encode(domain, uts46=True).decode()


def _encoding(text: str) -> str | None:
    # So that links stand whole in the file, for whoever looks for one there.
    plain = text.isascii() and max(map(len, text.splitlines()), default=0) <= LONGEST_LINE
    return "7bit" if plain else None


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates" / "letters"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["moment"] = _moment
    return found
