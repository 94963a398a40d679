"""Who carries letters to people."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from ..core.rules.letters import Envelope


class Mailer(Protocol):
    """Carries letters. Called by workers, never inside a transaction."""

    @abstractmethod
    def send(self, envelope: Envelope) -> None:
        """
        Hand the letter on. Sent twice under the same id, it may arrive twice, as the same message.

        Raises:
            MailDelayed: the server is down or asks to wait; the same letter may be sent later.
            MailRefused: the server will not take it, now or later.
        """
