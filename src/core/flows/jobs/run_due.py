"""
Do the jobs that are due, in this process: for programs that embed the flows, and for tests.

1. Jobs whose worker let its lease lapse go back first.
2. Due jobs are done one after the other, longest due first, until none is left or the limit is reached.
"""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import ge

from ....ports.flow import Clock, Draws, Transaction
from ....ports.jobs import KeepAlive, Perform, Queue
from ...rules.asking import SYSTEM, Asker, only
from ...rules.jobs import Status
from .run_job import RunJob, run_job


@frozen
class RunDue:
    """Whatever is due is to be done now, at most `limit` jobs."""

    limit: int = field(default=1000, validator=ge(1))
    asker: Asker = SYSTEM


@frozen
class Drained:
    """How many jobs were tried, and how many of them are done; the others wait for another try, or ended otherwise."""

    ran: int
    completed: int


def run_due(
    command: RunDue,
    *,
    transaction: Transaction[Queue],
    perform: Perform,
    keep_alive: KeepAlive,
    clock: Clock,
    draws: Draws,
) -> Drained:
    """
    Do what is due.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: a user asks, or the system on behalf of one.
    """
    only(command.asker)
    with transaction() as queue:
        now = clock()
        for job in queue.jobs.lapsed(now, command.limit):
            queue.jobs.move(job, job.lapse(now, draws()))

    ran = completed = 0
    while ran < command.limit:
        with transaction() as queue:
            due = queue.jobs.due(clock(), min(100, command.limit - ran))
        hints = [RunJob(job.id, job.attempt) for job in due]
        done = [
            run_job(hint, transaction=transaction, perform=perform, keep_alive=keep_alive, clock=clock, draws=draws)
            for hint in hints
        ]
        ran += sum(each.ran for each in done)
        completed += sum(each.ran and each.status is Status.COMPLETED for each in done)
        if not any(each.ran for each in done):
            break
    return Drained(ran, completed)
