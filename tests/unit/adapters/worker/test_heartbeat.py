from __future__ import annotations

import time

import pytest

from hexflows.adapters.worker.heartbeat import Heartbeat
from hexflows.core.rules.jobs import LEASE, Status
from hexflows.core.rules.refusals import Unavailable
from hexflows.entrypoints.testing.making import new_job


@pytest.fixture
def claimed(queue, clock):
    """Keep a job and claim it."""
    job = new_job()
    begun = job.claim(clock())
    with queue() as kept:
        kept.jobs.put(job)
        assert kept.jobs.move(job, begun)
    return begun


@pytest.fixture
def stored(queue, claimed):
    def find():
        with queue() as kept:
            return kept.jobs.find(claimed.id)

    return find


def test_the_lease_of_a_job_at_work_is_renewed(queue, clock, claimed, stored):
    heart = Heartbeat(queue, clock)

    with heart(claimed):
        clock.pass_(seconds=30)
        heart.beat()

    assert stored().lease_until == clock() + LEASE
    assert stored().status is Status.RUNNING


def test_it_is_renewed_by_itself(queue, clock, claimed, stored):
    heart = Heartbeat(queue, clock, every=0.01)

    with heart(claimed):
        clock.pass_(seconds=30)
        until = time.monotonic() + 5
        while stored().lease_until != clock() + LEASE and time.monotonic() < until:
            time.sleep(0.01)

    assert stored().lease_until == clock() + LEASE


def test_a_storage_that_is_down_for_a_moment_does_not_end_it(queue, clock, claimed, stored):
    down = [True]

    def sometimes():
        if down:
            down.clear()
            raise Unavailable
        return queue()

    heart = Heartbeat(sometimes, clock, every=0.01)
    with heart(claimed):
        clock.pass_(seconds=30)
        until = time.monotonic() + 5
        while stored().lease_until != clock() + LEASE and time.monotonic() < until:
            time.sleep(0.01)

    assert not down
    assert stored().lease_until == clock() + LEASE


def test_a_job_that_is_done_is_renewed_no_more(queue, clock, claimed, stored):
    heart = Heartbeat(queue, clock)
    with heart(claimed):
        assert heart.at_work == (claimed,)
    clock.pass_(seconds=30)

    heart.beat()

    assert heart.at_work == ()
    assert stored() == claimed


def test_a_job_given_back_is_as_if_it_had_not_begun(queue, clock, claimed, stored):
    heart = Heartbeat(queue, clock)

    with heart(claimed):
        assert heart.give_back() == 1

    back = stored()
    assert (back.status, back.attempt, back.lease_until) == (Status.QUEUED, claimed.attempt - 1, None)
    assert heart.give_back() == 0


def test_a_job_that_was_to_be_cancelled_is_cancelled_when_given_back(queue, clock, claimed, stored):
    heart = Heartbeat(queue, clock)

    with heart(claimed):
        with queue() as kept:
            kept.jobs.move(claimed, claimed.cancel(clock()))
        heart.beat()
        heart.give_back()

    assert stored().status is Status.CANCELLED


def test_a_job_that_was_taken_away_is_left_alone(queue, clock, claimed, stored):
    heart = Heartbeat(queue, clock)

    with heart(claimed):
        with queue() as kept:
            taken = claimed.try_again("LEASE_LAPSED", "", clock(), 0.0)
            kept.jobs.move(claimed, taken)
            other = taken.claim(clock())
            kept.jobs.move(taken, other)
        clock.pass_(seconds=1)
        heart.beat()
        heart.give_back()

    assert stored() == other
