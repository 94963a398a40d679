"""Mail by SMTP: one connection a letter, and every answer of the server read as what it means for the letter."""

from __future__ import annotations

import smtplib
from contextlib import closing, suppress
from email.message import EmailMessage
from typing import Final

from attrs import evolve, frozen

from ...core.rules.letters import Envelope, MailDelayed, MailRefused
from ...ports.flow import Clock
from ...ports.mail import Mailer
from ..letters import Letterhead
from .server import Server

#: Answers that are for good, but about us and not about the letter (RFC 4954): the operator will mend that.
OURS: Final = frozenset({530, 534, 535, 538})


@frozen
class SmtpMailer(Mailer):
    """Hands letters to `server`, waiting at most `timeout` seconds for each of its answers."""

    server: Server
    letterhead: Letterhead
    clock: Clock
    timeout: float = 30

    @classmethod
    def of(cls, url: str, letterhead: Letterhead, clock: Clock) -> SmtpMailer:
        """
        Return a mailer for the server that *url* names; a sender named there wins over the letterhead's.

        Raises:
            ValueError: the URL cannot be understood.
        """
        server = Server.of(url)
        return cls(server, evolve(letterhead, sender=server.sender or letterhead.sender), clock)

    def send(self, envelope: Envelope) -> None:
        message = self.letterhead.compose(envelope, self.clock())
        try:
            with closing(self.server.connect(self.letterhead.domain, self.timeout)) as smtp:
                self._hand_over(smtp, message)
        # Whatever smtplib raises is of this kind, too.
        except OSError as error:
            raise MailDelayed(_told(error)) from error

    def _hand_over(self, smtp: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            smtp.send_message(message, self.letterhead.sender, [message["To"].addresses[0].addr_spec])
        except smtplib.SMTPRecipientsRefused as error:
            ((code, text),) = error.recipients.values()
            raise _verdict(code, text) from error
        except smtplib.SMTPDataError as error:
            raise _verdict(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused("the server carries no addresses in this script") from error
        # It is theirs now: however they say goodbye, sending it again would be a second copy.
        with suppress(OSError):
            smtp.quit()


def _verdict(code: int, text: bytes | str) -> MailDelayed | MailRefused:
    told = f"{code} {_text(text)}"
    return MailRefused(told) if 500 <= code < 600 and code not in OURS else MailDelayed(told)


def _told(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return _text(error.strerror or str(error)) or type(error).__name__


def _text(text: bytes | str) -> str:
    raw = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(raw.split())[:200]
