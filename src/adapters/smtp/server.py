"""A mail server, as an URL names it: where it is, who we are there, and how the connection is kept private."""

from __future__ import annotations

import ssl
from contextlib import suppress
from enum import StrEnum
from ipaddress import ip_address
from smtplib import SMTP, SMTP_SSL, SMTPNotSupportedError
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import field, frozen

PORTS: Final = {"smtp": 25, "smtps": 465}

WRITTEN: Final = "a mail server is written as smtp://user:password@host:587 or smtps://host, in ASCII"

OPTIONS: Final = frozenset({"from", "starttls", "ca"})


class StartTls(StrEnum):
    """Whether a connection that begins in clear is made private."""

    NEVER = "never"
    OFFERED = "offered"
    REQUIRED = "required"


@frozen
class Server:
    """
    A mail server.

    Written as ``smtp://user:password@host:587`` or ``smtps://host``, with the options ``from`` (the address that
    letters come from), ``starttls`` (never, offered or required) and ``ca`` (a file of certificates to believe).
    A password travels in private, but to this very machine.
    """

    host: str
    port: int
    private: bool
    starttls: StartTls
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str | None = None
    ca: str | None = None

    @classmethod
    def of(cls, url: str) -> Server:
        """
        Return the server that *url* names.

        Raises:
            ValueError: it cannot be understood; the message does not show it, as it may hold a password.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(WRITTEN) from None
        if not host or parts.scheme not in PORTS or not unquote(parts.netloc).isascii():
            raise ValueError(WRITTEN)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        if wrong := options.keys() - OPTIONS:
            raise ValueError(f"a mail server has no option {', '.join(sorted(wrong))}; there are from, starttls and ca")
        user = unquote(parts.username) if parts.username else None
        secret = user is not None and not _is_here(host)
        return cls(
            host=host,
            port=port or PORTS[parts.scheme],
            private=parts.scheme == "smtps",
            starttls=StartTls(options.get("starttls", StartTls.REQUIRED if secret else StartTls.OFFERED)),
            user=user,
            password=unquote(parts.password or "") if user else None,
            sender=options.get("from"),
            ca=options.get("ca"),
        )

    def connect(self, name: str, timeout: float) -> SMTP:
        """
        Return a connection that is ready for mail, after calling ourselves *name*.

        Raises:
            OSError: no such connection can be had; what smtplib raises is of that kind, too.
        """
        if self.private:
            smtp: SMTP = SMTP_SSL(self.host, self.port, name, timeout=timeout, context=self._trust())
        else:
            smtp = SMTP(self.host, self.port, name, timeout=timeout)
        try:
            self._prepare(smtp)
        except OSError:
            smtp.close()
            raise
        return smtp

    def _prepare(self, smtp: SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not self.private and self.starttls is not StartTls.NEVER:
            if smtp.has_extn("starttls"):
                smtp.starttls(context=self._trust())
                smtp.ehlo_or_helo_if_needed()
            elif self.starttls is StartTls.REQUIRED:
                raise SMTPNotSupportedError("the server offers no private connection (STARTTLS)")
        if self.user is not None:
            smtp.login(self.user, self.password or "")

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
