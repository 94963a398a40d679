"""Send hints about the jobs that are due to whoever works. Who may is told with all operators."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.jobs.relay_jobs import BATCH, Relayed, RelayJobs, relay_jobs
from hexflows.core.rules.jobs import ATTEMPTS, FLIGHT, LEASE, Status
from hexflows.core.rules.refusals import OutOfReach
from hexflows.entrypoints.testing.making import HOUR, NOON, SECOND

from ..work import found, put, put_at_work, put_done


class Broker:
    """Takes so many hints, and then no more."""

    def __init__(self, room=1000):
        self.room = room
        self.taken = []

    def __call__(self, job):
        if len(self.taken) >= self.room:
            raise OutOfReach
        self.taken.append(job)


def relay(stage, broker, room=1000):
    return relay_jobs(
        RelayJobs(room),
        transaction=stage.storage.transaction,
        send=broker,
        clock=stage.clock,
        draws=lambda: 0.5,
    )


def test_where_nothing_is_due_nothing_is_sent(stage):
    put(stage, due_at=NOON + SECOND)
    put_done(stage)
    broker = Broker()

    assert relay(stage, broker) == Relayed(0, 0)
    assert broker.taken == []


def test_jobs_that_are_due_are_sent_longest_due_first(stage):
    late, later = put(stage, due_at=NOON - SECOND), put(stage, due_at=NOON - HOUR)
    broker = Broker()

    assert relay(stage, broker) == Relayed(2, 0)
    assert [each.id for each in broker.taken] == [later.id, late.id]


def test_what_is_sent_is_marked_before_it_is_sent(stage):
    job = put(stage)
    seen = []

    relay(stage, lambda hint: seen.append((hint, found(stage, hint))))

    assert seen == [(job.send(NOON), job.send(NOON))]


def test_what_is_on_its_way_is_not_sent_again(stage):
    put(stage)
    broker = Broker()
    relay(stage, broker)
    stage.clock.advance(FLIGHT - SECOND)

    assert relay(stage, broker) == Relayed(0, 0)
    assert len(broker.taken) == 1


def test_a_hint_that_is_lost_is_sent_anew_when_its_time_is_up(stage):
    job = put(stage)
    broker = Broker()
    relay(stage, broker)
    stage.clock.advance(FLIGHT)

    assert relay(stage, broker) == Relayed(1, 0)
    assert [each.id for each in broker.taken] == [job.id, job.id]


def test_no_more_is_on_its_way_than_there_is_room_for(stage):
    for _ in range(5):
        put(stage)
    broker = Broker()

    assert relay(stage, broker, room=3) == Relayed(3, 0)
    assert relay(stage, broker, room=3) == Relayed(0, 0)
    assert relay(stage, broker, room=4) == Relayed(1, 0)


def test_one_turn_sends_a_bounded_number(stage):
    for _ in range(BATCH + 1):
        put(stage)
    broker = Broker()

    assert [relay(stage, broker).sent for _ in range(3)] == [BATCH, 1, 0]


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_broker_that_takes_no_more_fails_nothing_and_what_was_not_sent_is_due_again(stage, taken):
    jobs = [put(stage, due_at=NOON - number * SECOND) for number in (3, 2, 1)]

    assert relay(stage, Broker(taken)) == Relayed(taken, 0)

    assert [found(stage, each) for each in jobs[:taken]] == [each.send(NOON) for each in jobs[:taken]]
    assert [found(stage, each) for each in jobs[taken:]] == jobs[taken:]
    broker = Broker()
    assert relay(stage, broker) == Relayed(3 - taken, 0)
    assert [each.id for each in broker.taken] == [each.id for each in jobs[taken:]]


def test_what_somebody_claims_before_it_is_put_back_stays_claimed(stage):
    job = put(stage)

    def claimed_and_then_down(hint):
        with stage.storage.transaction() as queue:
            assert queue.jobs.move(hint, hint.claim(NOON))
        raise OutOfReach

    assert relay(stage, claimed_and_then_down) == Relayed(0, 0)
    assert found(stage, job).status is Status.RUNNING


def test_a_lease_that_has_not_lapsed_is_left_alone(stage):
    job = put_at_work(stage)
    stage.clock.advance(LEASE - SECOND)

    assert relay(stage, Broker()) == Relayed(0, 0)
    assert found(stage, job) == job


def test_a_job_whose_lease_lapsed_waits_for_another_attempt(stage):
    job = put_at_work(stage)
    stage.clock.advance(LEASE)

    assert relay(stage, Broker()) == Relayed(0, 1)

    back = found(stage, job)
    assert (back.status, back.attempt, back.error_code, back.lease_until) == (Status.QUEUED, 1, "LEASE_LAPSED", None)
    assert back.due_at > stage.clock()


def test_a_job_whose_last_lease_lapsed_is_an_error(stage):
    job = put_at_work(stage, attempt=ATTEMPTS - 1)
    stage.clock.advance(LEASE)

    assert relay(stage, Broker()) == Relayed(0, 1)

    ended = found(stage, job)
    assert (ended.status, ended.error_code, ended.finished_at) == (Status.ERROR, "LEASE_LAPSED", stage.clock())


def test_a_job_that_was_asked_to_stop_and_whose_lease_lapsed_is_cancelled(stage):
    job = put_at_work(stage)
    with stage.storage.transaction() as queue:
        queue.jobs.move(job, job.cancel(NOON))
    stage.clock.advance(LEASE)

    assert relay(stage, Broker()) == Relayed(0, 1)
    assert found(stage, job).status is Status.CANCELLED


def test_a_broker_that_is_down_keeps_nothing_from_coming_back(stage):
    job = put_at_work(stage)
    put(stage)
    stage.clock.advance(LEASE)

    assert relay(stage, Broker(0)) == Relayed(0, 1)
    assert found(stage, job).status is Status.QUEUED


def test_on_the_stage_hints_are_taken_by_nobody_and_the_rows_wait(stage):
    job = put(stage)

    assert stage.flows.jobs.relay_jobs(RelayJobs()) == Relayed(1, 0)
    assert found(stage, job) == evolve(job, sent_until=NOON + FLIGHT)
