"""
Do a job, once for each time it is claimed.

1. A job is claimed only as the hint names it: still queued, at that attempt. Any other hint is out of date.
2. The attempt is counted by the claim, before the work begins.
3. The work is done outside any transaction, its lease renewed meanwhile.
4. What came of it is kept only if the claim still stands: done, refused for good, waiting for another attempt, broken,
   or given back uncounted because the worker stops.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import frozen

from ....ports.flow import Clock, Draws, Transaction
from ....ports.jobs import Broken, Done, KeepAlive, Outcome, Perform, Queue, Refused
from ...rules.asking import SYSTEM, Asker, only
from ...rules.ids import JobId
from ...rules.jobs import AT_WORK, Job, Status
from ...rules.receipts import RequestInProgress
from ...rules.refusals import TooMany, Unavailable, Upstream

#: Refusals that another try may not meet.
PASSING: Final = (TooMany, Upstream, Unavailable, RequestInProgress)


@frozen
class RunJob:
    """A hint came: the job is due for its next attempt after `attempt`."""

    job: JobId
    attempt: int
    asker: Asker = SYSTEM


@frozen
class Ran:
    """What became of the job; None if there is no such job (yet), and its status if the hint was out of date."""

    status: Status | None
    #: Whether this call did the work.
    ran: bool


def run_job(
    command: RunJob,
    *,
    transaction: Transaction[Queue],
    perform: Perform,
    keep_alive: KeepAlive,
    clock: Clock,
    draws: Draws,
) -> Ran:
    """
    Do the job that the hint names, unless somebody else does or did.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: a user asks, or the system on behalf of one.
    """
    only(command.asker)
    with transaction() as queue:
        job = queue.jobs.find(command.job)
        if job is None:
            return Ran(None, ran=False)
        if job.status is not Status.QUEUED or job.attempt != command.attempt:
            return Ran(job.status, ran=False)
        claimed = job.claim(clock())
        if not queue.jobs.move(job, claimed):
            return Ran(job.status, ran=False)

    with keep_alive(claimed):
        outcome = perform(claimed)

    with transaction() as queue:
        while (current := queue.jobs.find(command.job)) and _stands(claimed, current):
            settled = _settle(current, outcome, clock(), draws())
            # A job that was asked to stop at this very moment is looked at again, so that its outcome is not lost.
            if queue.jobs.move(current, settled):
                return Ran(settled.status, ran=True)
    return Ran(current.status if current else None, ran=True)


def _stands(claimed: Job, current: Job) -> bool:
    """Say whether the claim is still the one that counts."""
    return current.attempt == claimed.attempt and current.status in AT_WORK


def _settle(job: Job, outcome: Outcome, now: datetime, roll: float) -> Job:
    """Return the job after its work had *outcome*."""
    if isinstance(outcome, Done):
        return job.complete(outcome.result, now)
    if isinstance(outcome, Refused):
        code, text = outcome.refusal.code, str(outcome.refusal)
        if isinstance(outcome.refusal, PASSING):
            return job.try_again(code, text, now, roll)
        return job.fail(code, text, now)
    if isinstance(outcome, Broken):
        if outcome.again:
            return job.try_again(outcome.code, outcome.error, now, roll)
        return job.break_down(outcome.code, outcome.error, now)
    return job.release(now)
