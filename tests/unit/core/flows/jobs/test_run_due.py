"""Do the jobs that are due, in this process. Who may is told with all operators."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.jobs.relay_jobs import RelayJobs
from hexflows.core.flows.jobs.run_due import Drained, RunDue, run_due
from hexflows.core.rules.jobs import ATTEMPTS, FLIGHT, LEASE, Status
from hexflows.core.rules.letters import MailDelayed
from hexflows.entrypoints.testing.making import HOUR, NOON, SECOND
from hexflows.ports.jobs import Done, Refused

from ..people import ANN, PASSWORD
from ..work import found, put, put_at_work, put_done


def drain(stage, perform, limit=1000):
    """Do what is due by *perform*."""
    return run_due(
        RunDue(limit),
        transaction=stage.storage.transaction,
        perform=perform,
        keep_alive=lambda _: stage.storage.snapshot(),
        clock=stage.clock,
        draws=lambda: 0.5,
    )


def test_where_nothing_is_due_nothing_is_done(stage):
    put(stage, due_at=NOON + SECOND)
    put_at_work(stage)
    put_done(stage)

    assert stage.flows.jobs.run_due(RunDue()) == Drained(0, 0)


def test_due_jobs_are_done_longest_due_first(stage):
    late, latest = put(stage, due_at=NOON - SECOND), put(stage, due_at=NOON - HOUR)
    done = []

    def perform(job):
        done.append(job.id)
        return Done("{}")

    assert drain(stage, perform) == Drained(2, 2)
    assert done == [latest.id, late.id]


def test_what_a_job_asks_for_is_done_too(stage):
    with stage.storage.transaction() as queue:
        queue.jobs.add(Register(ANN, PASSWORD), at=NOON)

    assert stage.flows.jobs.run_due(RunDue()) == Drained(2, 2)
    assert [each.letter.to for each in stage.mailer.sent] == [ANN.given]


def test_more_than_one_batch_is_done(stage):
    for _ in range(101):
        put(stage)

    assert stage.flows.jobs.run_due(RunDue()) == Drained(101, 101)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_more_is_done_than_is_wanted(stage, limit):
    for _ in range(3):
        put(stage)

    assert stage.flows.jobs.run_due(RunDue(limit)) == Drained(limit, limit)
    assert stage.work() == 3 - limit


def test_one_job_at_least_is_wanted():
    with pytest.raises(ValueError, match="limit"):
        RunDue(0)


def test_what_waits_for_another_attempt_is_tried_once(stage):
    job = put(stage)

    assert drain(stage, lambda _: Refused(MailDelayed("down"))) == Drained(1, 0)
    assert found(stage, job).status is Status.QUEUED


def test_what_broke_was_tried_and_is_not_done(stage):
    put(stage, name="accounts.nonsense")
    put(stage)

    assert stage.flows.jobs.run_due(RunDue()) == Drained(2, 1)


def test_what_is_on_its_way_to_a_worker_is_left_to_it(stage):
    put(stage)
    stage.flows.jobs.relay_jobs(RelayJobs())
    assert stage.work() == 0

    stage.clock.advance(FLIGHT)
    assert stage.work() == 1


def test_what_others_did_first_is_not_done_again(stage):
    job, other = put(stage, due_at=NOON - SECOND), put(stage)

    def perform(_):
        with stage.storage.transaction() as queue:
            queue.jobs.move(other, other.claim(NOON).complete("{}", NOON))
        return Done("{}")

    assert drain(stage, perform) == Drained(1, 1)
    assert found(stage, job).status is Status.COMPLETED


def test_a_job_whose_lease_lapsed_goes_back_and_is_done_when_it_is_due(stage):
    job = put_at_work(stage)
    stage.clock.advance(LEASE)
    assert stage.work() == 0
    assert found(stage, job).status is Status.QUEUED

    stage.clock.advance(HOUR)
    assert stage.work() == 1
    assert found(stage, job).attempt == 2


def test_a_job_whose_last_lease_lapsed_is_an_error(stage):
    job = put_at_work(stage, attempt=ATTEMPTS - 1)
    stage.clock.advance(LEASE)

    assert stage.work() == 0
    assert found(stage, job).status is Status.ERROR
