"""Mail in memory: letters that are kept to be read."""

from __future__ import annotations

from threading import Lock

from attrs import define, field

from ...core.rules.letters import Envelope, MailRefused
from ...ports.mail import Mailer


@define
class MemoryMailer(Mailer):
    """Keeps the letters that were handed on, in that order."""

    _sent: list[Envelope] = field(factory=list, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def send(self, envelope: Envelope) -> None:
        to = envelope.letter.to
        if any(each.isspace() or not each.isprintable() for each in to):
            raise MailRefused("the address is not one")
        with self._lock:
            self._sent.append(envelope)

    @property
    def sent(self) -> tuple[Envelope, ...]:
        """Every letter so far, first to last."""
        with self._lock:
            return tuple(self._sent)
