"""
Have any flow done as a job; its outcome is kept on the job's row.

1. Only the system submits jobs for others.
2. The message must be a good command of its flow: what is wrong with it is refused now, not later.
3. The job runs on behalf of the given user, with the rights they have when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from ....ports.flow import Clock, Transaction
from ....ports.jobs import Queue
from ...rules.asking import SYSTEM, Asker, only
from ...rules.ids import JobId, SessionId, UserId

#: Reads the command of the flow with that name from a message; refuses what is wrong with it.
ReadCommand: TypeAlias = Callable[[str, Mapping[str, Any]], object]


@frozen
class SubmitJob:
    """Something is to be done by a worker: the flow's name, such as ``accounts.register``, and its message."""

    flow: str
    message: Mapping[str, Any]
    owner: UserId | None = None
    session: SessionId | None = None
    asker: Asker = SYSTEM


@frozen
class Submitted:
    """The job that will do it."""

    job: JobId


def submit_job(command: SubmitJob, *, transaction: Transaction[Queue], read: ReadCommand, clock: Clock) -> Submitted:
    """
    Add a job for the flow.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: a user asks, or the system on behalf of one.
        Missing: there is no such flow.
        Malformed: the message is not a command of it.
    """
    only(command.asker)
    work = read(command.flow, command.message)
    with transaction() as queue:
        job = queue.jobs.add(work, at=clock(), owner=command.owner, session=command.session)
    return Submitted(job)
