"""
Send hints about the jobs that are due to whoever works.

1. Jobs whose worker let its lease lapse go back: to wait for another attempt, or to their end after the last.
2. As many due jobs as there is room for on the way are marked as sent.
3. Only then the hints are sent. One that is lost is sent anew when its time is up: the row is what counts.
4. A broker that takes nothing makes nothing fail: what was not sent is due again.
"""

from __future__ import annotations

from attrs import frozen

from ....ports.flow import Clock, Draws, Transaction
from ....ports.jobs import Queue, SendHint
from ...rules.asking import SYSTEM, Asker, only
from ...rules.jobs import Job
from ...rules.refusals import Unavailable

#: How many rows one turn looks at.
BATCH = 100


@frozen
class RelayJobs:
    """It is time to look for jobs that are due; at most `room` messages may be on their way."""

    room: int = 1000
    asker: Asker = SYSTEM


@frozen
class Relayed:
    """How many hints were sent, and how many jobs came back from workers that are gone."""

    sent: int
    reclaimed: int


def relay_jobs(
    command: RelayJobs, *, transaction: Transaction[Queue], send: SendHint, clock: Clock, draws: Draws
) -> Relayed:
    """
    Take back what is stranded and send hints for what is due.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: a user asks, or the system on behalf of one.
    """
    only(command.asker)
    now = clock()

    with transaction() as queue:
        lapsed = queue.jobs.lapsed(now, BATCH)
        for job in lapsed:
            queue.jobs.move(job, job.lapse(now, draws()))

    with transaction() as queue:
        room = min(BATCH, command.room - queue.jobs.in_flight(now))
        due = queue.jobs.due(now, room) if room > 0 else ()
        sent = [job.send(now) for job in due if queue.jobs.move(job, job.send(now))]

    delivered = 0
    try:
        for job in sent:
            send(job)
            delivered += 1
    except Unavailable:
        _put_back(sent[delivered:], transaction)
    return Relayed(delivered, len(lapsed))


def _put_back(jobs: list[Job], transaction: Transaction[Queue]) -> None:
    with transaction() as queue:
        for job in jobs:
            queue.jobs.move(job, job.recall())
