"""How commands and answers become text that is kept, and come back."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Protocol


class Packing(Protocol):
    """Turns commands and answers into text that may lie in a database."""

    @abstractmethod
    def pack(self, command: object) -> tuple[str, str]:
        """Return the name of the command's flow and the command as JSON, secrets sealed, without who asks."""

    @abstractmethod
    def pack_answer(self, flow: str, answer: Any) -> str:
        """Return an answer of the flow as JSON, secrets left out."""

    @abstractmethod
    def unpack_answer(self, flow: str, text: str) -> Any:
        """Return the answer that was packed; what was left out is None."""
