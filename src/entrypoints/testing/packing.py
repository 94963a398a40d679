"""A command and an answer to test storage with, and how they are packed."""

from __future__ import annotations

import json
from typing import Any, Final

from attrs import frozen

from ...core.rules.secrecy import Secret
from ...ports.packing import Packing

#: The flows that do a `Task` and answer with a `Deed`.
TASK: Final = "testing.task"
DEED: Final = "testing.deed"


@frozen
class Task:
    """A command for later, with a secret in it."""

    title: str
    secret: Secret


@frozen
class Deed:
    """An answer with a secret in it."""

    text: str
    secret: Secret | None = None
    replayed: bool = False


class PlainPacking(Packing):
    """Packs tasks and deeds, for storages that are tested by themselves. What was secret is lost."""

    def pack(self, command: object) -> tuple[str, str]:
        assert isinstance(command, Task)
        return TASK, json.dumps({"title": command.title, "secret": None})

    def pack_answer(self, flow: str, answer: Any) -> str:
        assert flow == DEED
        assert isinstance(answer, Deed)
        return json.dumps({"text": answer.text, "secret": None})

    def unpack_answer(self, flow: str, text: str) -> Any:
        assert flow == DEED
        return Deed(json.loads(text)["text"])
