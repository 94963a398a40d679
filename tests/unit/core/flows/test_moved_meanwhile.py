"""Jobs that somebody else moves between a look and a move, as happens where rows are not locked to be looked at."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext

import pytest

from hexflows.core.flows.jobs.retry_job import CancelJob, cancel_job
from hexflows.core.flows.jobs.run_job import Ran, RunJob, run_job
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.jobs import Status
from hexflows.entrypoints.testing.making import NOON, new_job
from hexflows.entrypoints.testing.packing import PlainPacking
from hexflows.entrypoints.testing.stage import in_memory
from hexflows.entrypoints.testing.watching import watched_view
from hexflows.ports.jobs import Done


class Meddled:
    """A storage in which, once, somebody is quicker: they change the job just before it is moved."""

    def __init__(self, meddle, move=1):
        self.storage = in_memory(PlainPacking())
        self.meddle, self.left = meddle, move

    @contextmanager
    def transaction(self):
        with self.storage.transaction() as view:

            def around(name, args, call):
                if name == "jobs.move":
                    self.left -= 1
                    if self.left == 0:
                        before = view.jobs.find(args[0].id)
                        assert view.jobs.move(before, self.meddle(before))
                return call()

            yield watched_view(view, around)

    def put(self):
        job = new_job()
        with self.storage.transaction() as view:
            view.jobs.put(job)
        return job

    def status(self, job):
        with self.storage.transaction() as view:
            return view.jobs.find(job.id).status

    def run(self, job):
        return run_job(
            RunJob(job.id, job.attempt),
            transaction=self.transaction,
            perform=lambda _: Done("{}"),
            keep_alive=lambda _: nullcontext(),
            clock=lambda: NOON,
            draws=lambda: 0.5,
        )


def cancelled(job):
    return job.cancel(NOON)


def test_a_job_that_is_claimed_while_it_is_cancelled_is_asked_to_stop():
    queue = Meddled(lambda job: job.claim(NOON))
    job = queue.put()

    shown = cancel_job(CancelJob(job.id, SYSTEM), transaction=queue.transaction, clock=lambda: NOON)

    assert shown.status is queue.status(job) is Status.CANCEL_REQUESTED


def test_a_job_that_is_cancelled_while_it_is_claimed_is_not_done():
    queue = Meddled(cancelled)
    job = queue.put()

    assert not queue.run(job).ran
    assert queue.status(job) is Status.CANCELLED


def test_a_job_that_is_asked_to_stop_while_it_is_settled_keeps_its_outcome():
    queue = Meddled(cancelled, move=2)
    job = queue.put()

    assert queue.run(job) == Ran(Status.COMPLETED, ran=True)
    assert queue.status(job) is Status.COMPLETED


@pytest.mark.parametrize(
    ("taken", "becomes"),
    [
        (lambda job: job.break_down("GONE", "The worker did not come back", NOON), Status.ERROR),
        (lambda job: job.release(NOON), Status.QUEUED),
        (lambda job: job.lapse(NOON, 0.5), Status.QUEUED),
    ],
)
def test_a_claim_that_no_longer_stands_settles_nothing(taken, becomes):
    queue = Meddled(taken, move=2)
    job = queue.put()

    assert queue.run(job) == Ran(becomes, ran=True)
    assert queue.status(job) is becomes
