"""
Repeat a job that has ended, or cancel one that has not.

1. Only administrators do either.
2. A repeat is a new job that does the same; the old one stays as it ended.
3. A job that waits is cancelled at once; one at work is asked to stop.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.flow import Clock, NewId, Taken, Transaction
from ....ports.jobs import Queue
from ...rules.asking import GUEST, Asker, Role, only
from ...rules.ids import JobId
from ...rules.jobs import JobActive, JobShown
from ...rules.refusals import Missing


@frozen
class RetryJob:
    """An operator wants a job to be done again."""

    job: JobId
    asker: Asker = GUEST


@frozen
class CancelJob:
    """An operator wants a job not to be done."""

    job: JobId
    asker: Asker = GUEST


def retry_job(command: RetryJob, *, transaction: Transaction[Queue], new_id: NewId, clock: Clock) -> JobShown:
    """
    Add a job that does the same, and return it.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        Missing: there is no such job.
        JobState: it has not ended yet.
        JobActive: its subject is being worked on by another job.
    """
    only(command.asker, Role.ADMIN)
    with transaction() as queue:
        old = queue.jobs.find(command.job)
        if old is None:
            raise Missing("job")
        new = old.repeat(JobId(new_id()), clock())
        try:
            queue.jobs.put(new)
        except Taken:
            raise JobActive from None
    return JobShown.of(new)


def cancel_job(command: CancelJob, *, transaction: Transaction[Queue], clock: Clock) -> JobShown:
    """
    Cancel the job, and return it.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no administrator.
        Missing: there is no such job.
        JobState: it has ended, or was asked to stop already.
    """
    only(command.asker, Role.ADMIN)
    with transaction() as queue:
        while True:
            old = queue.jobs.find(command.job)
            if old is None:
                raise Missing("job")
            cancelled = old.cancel(clock())
            # A job that a worker claimed meanwhile is looked at again: it is no longer cancelled at once.
            if queue.jobs.move(old, cancelled):
                break
    return JobShown.of(cancelled)
