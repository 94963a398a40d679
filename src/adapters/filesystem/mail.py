"""Mail as files: one ``.eml`` a letter, for development, demonstrations and a first day without a mail server."""

from __future__ import annotations

from collections.abc import Callable
from email import policy
from pathlib import Path
from typing import Final

from attrs import frozen

from ...core.rules.letters import Envelope, MailDelayed
from ...ports.flow import Clock
from ...ports.mail import Mailer
from ..letters import Letterhead
from .files import write

#: Addresses stay readable in whatever script they are written (RFC 6532).
_READABLE: Final = policy.default.clone(utf8=True)


def _silent(_line: str) -> None:
    """Tell nobody."""


@frozen
class EmlMailer(Mailer):
    """
    Writes each letter into a file of `folder` and says so in a line.

    The file's name is the envelope's id, so that the same letter is the same file, and
    names sort by the time at which letters were asked for.
    """

    folder: Path
    letterhead: Letterhead
    clock: Clock
    say: Callable[[str], None] = _silent

    def send(self, envelope: Envelope) -> None:
        message = self.letterhead.compose(envelope, self.clock())
        path = self.folder / f"{envelope.id}.eml"
        try:
            write(path, message.as_bytes(policy=_READABLE))
        except OSError as error:
            raise MailDelayed(f"it cannot be written: {error.strerror}") from error
        # Not what is in it: consoles end up in logs, and links open accounts.
        self.say(f"Mail for {envelope.letter.to}: {message['Subject']} ({path})")
