"""Do a job: read its command, call its flow on behalf of its owner, and say what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

import attrs
from attrs import evolve, frozen

from ..core.flows.accounts.act_for import ActFor
from ..core.rules.asking import SYSTEM, Asker
from ..core.rules.jobs import Job
from ..core.rules.refusals import Refusal
from ..ports.jobs import Broken, Done, Outcome, Perform, Refused
from .catalog import bound, entries
from .flows import Flows

log = logging.getLogger(__name__)

#: How much of what an error says is kept.
LONGEST: Final = 2000


class Unpacking(Protocol):
    """Reads what a job carries and writes what came of it."""

    def unpack(self, name: str, text: str, asker: Asker) -> object:
        """Return the command that was packed under the flow's name."""

    def pack_answer(self, flow: str, answer: Any) -> str:
        """Return an answer of the flow as JSON, secrets left out."""


@frozen
class Performer:
    """Makes what does jobs. A flow that breaks is a bug or an outage: it is logged, and tried again."""

    packing: Unpacking

    def __call__(self, flows: Callable[[], Flows]) -> Perform:
        """Return what does a job by calling one of *flows*."""

        def perform(job: Job) -> Outcome:
            if job.name not in entries():
                return Broken("UNKNOWN_FLOW", f"There is no flow {job.name}", again=False)
            try:
                command = self.packing.unpack(job.name, job.payload, _asker(job, flows()))
                answer = bound(flows(), job.name)(_keyed(command, job))
                return Done(self.packing.pack_answer(job.name, answer))
            except Refusal as refusal:
                return Refused(refusal)
            except Exception as error:
                log.exception("job %s (%s) broke", job.id, job.name)
                return Broken(type(error).__name__, _printable(error), again=True)

        return perform


def _asker(job: Job, flows: Flows) -> Asker:
    """Return the system, on behalf of the job's owner if it has one."""
    return SYSTEM if job.owner is None else flows.accounts.act_for(ActFor(job.owner, job.session))


def _printable(error: Exception) -> str:
    """Return what an error says, as far as any database keeps it."""
    return str(error).replace("\0", "\N{REPLACEMENT CHARACTER}")[:LONGEST]


def _keyed(command: Any, job: Job) -> Any:
    """Return the command with a key of the job's own if it takes one: the job may be done twice."""
    takes = attrs.has(type(command)) and "key" in attrs.fields_dict(type(command))
    return evolve(command, key=f"job:{job.id}") if takes and command.key is None else command
