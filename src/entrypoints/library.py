"""Python's own door: open an installation, call its flows, do its jobs, close it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import frozen

from ..adapters.wire.answers import answer
from ..adapters.wire.codec import reading
from ..adapters.wire.commands import Reader
from ..core.flows.jobs.list_jobs import ShowJob
from ..core.flows.jobs.run_due import RunDue
from ..core.flows.jobs.submit_job import SubmitJob
from ..core.rules.asking import GUEST, SYSTEM, Asker
from ..core.rules.ids import JobId, SessionId, UserId
from ..core.rules.jobs import JobShown
from .catalog import bound, entries
from .flows import Flows
from .opening import open_in_memory, open_parts
from .settings import Settings, settings_from
from .wiring import assemble


@frozen
class App:
    """
    An installation that is open: its flows, by class or by name.

    Threads may share one. After a fork, open another.
    """

    flows: Flows
    settings: Settings
    _read: Reader
    _closing: ExitStack

    def call(
        self, flow: str, message: Mapping[str, Any] | None = None, /, *, asker: Asker = GUEST, **known: Any
    ) -> Any:
        """
        Give a message to the flow with that name, such as ``accounts.register``, and return its answer.

        The message is what a door would get: texts and numbers by the names of the command's fields, as a mapping,
        as keywords, or both. *asker* is who asks; a guest unless told.

        Raises:
            Missing: there is no such flow.
            Malformed: the message is not a command of it; with all that is wrong.
            Refusal: whatever the flow refuses.
        """
        command = reading(entries(), _given_by(self._read, asker))(flow, {**(message or {}), **known})
        return bound(self.flows, flow)(command)

    def tell(self, given: object) -> Any:
        """Return an answer as JSON has it, tokens in clear."""
        return answer(given)

    def submit(
        self,
        flow: str,
        message: Mapping[str, Any] | None = None,
        /,
        *,
        owner: UserId | None = None,
        session: SessionId | None = None,
    ) -> JobId:
        """Have a message given to a flow by a worker, on behalf of *owner*; its job's row keeps what comes of it."""
        return self.flows.jobs.submit_job(SubmitJob(flow, message or {}, owner, session)).job

    def job(self, job: JobId) -> JobShown:
        """Return how a job stands."""
        return self.flows.jobs.show_job(ShowJob(job, SYSTEM))

    def run_due(self, limit: int = 1000) -> int:
        """Do the jobs that are due, mails among them, in this thread; return how many."""
        return self.flows.jobs.run_due(RunDue(limit)).ran

    def close(self) -> None:
        """Close what is open. The flows cannot be used after that."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_app(data: str | os.PathLike[str] | None = None, *, memory: bool = False, **settings: object) -> App:
    """
    Open an installation and return it.

    Settings are those of the environment (``HEXFLOWS_*``); keywords by the same names in lower case win.

    Args:
        data: the folder that the embedded default keeps everything in; by default ``hexflows-data``.
        memory: keep everything but mails in memory, in this process alone.
        settings: such as ``database_url="postgresql://..."`` or ``limits="off"``.

    Raises:
        Misconfigured: with all that is wrong with the settings.
    """
    chosen = settings_from(os.environ, data=None if data is None else Path(data), **settings)
    with ExitStack() as opening:
        parts = opening.enter_context((open_in_memory if memory else open_parts)(chosen))
        flows = assemble(parts)
        return App(flows, chosen, Reader(policy=parts.policy.password), opening.pop_all())


def _given_by(read: Reader, asker: Asker) -> Any:
    return lambda cls, message: read(cls, message, asker=asker)
