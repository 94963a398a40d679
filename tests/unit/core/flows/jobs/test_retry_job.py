"""Repeat a job that has ended, or cancel one that has not. Who may is told with all operators."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.jobs.retry_job import CancelJob, RetryJob
from hexflows.core.rules.jobs import AT_WORK, TERMINAL, JobActive, JobShown, JobState, Status
from hexflows.entrypoints.testing.making import HOUR, new_id

from ..people import ADMIN, refused
from ..work import everything, found, put, put_at_work, put_done


def retry(stage, job):
    return stage.flows.jobs.retry_job(RetryJob(job.id, ADMIN))


def cancel(stage, job):
    return stage.flows.jobs.cancel_job(CancelJob(job.id, ADMIN))


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_repeat_is_a_new_job_that_does_the_same(stage, status):
    old = put(stage, status=status, attempt=9, owner=new_id(), session=new_id(), error_code="BROKEN", max_attempts=3)
    stage.clock.advance(HOUR)

    shown = retry(stage, old)

    new, _ = everything(stage)
    assert shown == JobShown.of(new)
    assert (new.status, new.attempt, new.error_code, new.retry_of) == (Status.QUEUED, 0, None, old.id)
    assert (new.created_at, new.due_at) == (stage.clock(), stage.clock())
    for same in ("name", "payload", "owner", "session", "subject", "max_attempts"):
        assert getattr(new, same) == getattr(old, same)


def test_the_old_job_stays_as_it_ended(stage):
    old = put_done(stage)
    retry(stage, old)

    assert found(stage, old) == old


def test_a_repeat_is_done(stage):
    retry(stage, put(stage, status=Status.ERROR))

    assert stage.work() == 1
    assert everything(stage)[0].status is Status.COMPLETED


@pytest.mark.parametrize("status", sorted(AT_WORK | {Status.QUEUED}))
def test_a_job_that_has_not_ended_is_not_repeated(stage, status):
    job = put(stage, status=status)

    with refused(stage, JobState):
        retry(stage, job)


def test_a_job_whose_subject_is_worked_on_is_not_repeated(stage):
    old = put_done(stage, subject="room")
    put(stage, subject="room")

    with refused(stage, JobActive):
        retry(stage, old)


def test_a_job_is_repeated_as_often_as_it_is_wanted(stage):
    old = put_done(stage)

    assert retry(stage, old).id != retry(stage, old).id


def test_a_job_that_waits_is_cancelled_at_once(stage):
    job = put(stage)

    shown = cancel(stage, job)

    assert shown == JobShown.of(found(stage, job))
    assert (shown.status, shown.finished_at) == (Status.CANCELLED, stage.clock())
    assert stage.work() == 0


def test_a_job_at_work_is_asked_to_stop(stage):
    job = put_at_work(stage)

    assert cancel(stage, job).status is Status.CANCEL_REQUESTED

    assert found(stage, job) == evolve(job, status=Status.CANCEL_REQUESTED)


@pytest.mark.parametrize("status", sorted(TERMINAL | {Status.CANCEL_REQUESTED}))
def test_a_job_that_has_ended_or_was_asked_to_stop_is_not_cancelled(stage, status):
    job = put(stage, status=status)

    with refused(stage, JobState):
        cancel(stage, job)


def test_a_cancelled_job_leaves_its_subject_free(stage):
    cancel(stage, put(stage, subject="room"))

    assert put(stage, subject="room")
