"""Jobs: every event in every status, waits that grow and stop growing, and what each move leaves."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hexflows.core.rules import jobs as rules
from hexflows.core.rules.ids import JobId, UserId
from hexflows.core.rules.jobs import ACTIVE, NEXT, TERMINAL, Event, JobActive, JobShown, JobState, Status, wait_after
from hexflows.entrypoints.testing.making import NOON, SECOND, new_id, new_job

EVERYTHING = list(product(Status, Event))


@pytest.mark.parametrize(("status", "event"), EVERYTHING)
def test_every_event_in_every_status_moves_the_job_or_is_refused(status, event):
    job = new_job(status=status)

    if (status, event) in NEXT:
        assert job.after(event) == evolve(job, status=NEXT[status, event])
    else:
        with pytest.raises(JobState) as refused:
            job.after(event)
        assert (refused.value.status, refused.value.event) == (status, event)
        assert str(refused.value) == f"A job that is {status} cannot {event}"


@pytest.mark.parametrize("status", Status)
def test_five_statuses_are_for_ever(status):
    assert (status in TERMINAL) == (status not in ACTIVE)
    assert new_job(status=status).is_terminal == (status in TERMINAL)
    assert {"completed", "cancelled", "failed", "error", "superseded"} == TERMINAL


@pytest.mark.parametrize("status", sorted(ACTIVE))
def test_every_active_job_can_come_to_an_end(status):
    reached, coming = set(), {status}
    while coming:
        reached |= coming
        coming = {to for (at, _), to in NEXT.items() if at in coming} - reached

    assert reached & TERMINAL


def test_a_claim_counts_the_attempt_and_holds_for_a_lease():
    job = new_job().send(NOON)
    assert job.sent_until == NOON + rules.FLIGHT

    begun = job.claim(NOON)

    assert (begun.status, begun.attempt, begun.lease_until) == (Status.RUNNING, 1, NOON + rules.LEASE)
    assert begun.sent_until is None
    assert begun.beat(NOON + SECOND).lease_until == NOON + SECOND + rules.LEASE


@pytest.mark.parametrize(
    ("end", "status", "told"),
    [
        (lambda job: job.complete('{"a":1}', NOON), Status.COMPLETED, ('{"a":1}', None, None)),
        (lambda job: job.fail("EMAIL_EXISTS", "taken", NOON), Status.FAILED, (None, "EMAIL_EXISTS", "taken")),
        (lambda job: job.break_down("KeyError", "'x'", NOON), Status.ERROR, (None, "KeyError", "'x'")),
    ],
    ids=["complete", "fail", "break"],
)
def test_an_end_says_what_came_of_it(end, status, told):
    ended = end(new_job().claim(NOON))

    assert (ended.status, ended.finished_at, ended.lease_until) == (status, NOON, None)
    assert (ended.result, ended.error_code, ended.error) == told


def test_another_try_comes_later_and_says_why():
    again = new_job().claim(NOON).try_again("UPSTREAM", "down", NOON, 0.0)

    assert (again.status, again.attempt, again.due_at) == (Status.QUEUED, 1, NOON + SECOND)
    assert (again.error_code, again.error, again.lease_until, again.finished_at) == ("UPSTREAM", "down", None, None)


def test_after_the_last_try_it_is_broken():
    job = new_job(max_attempts=2)
    first = job.claim(NOON).try_again("UPSTREAM", "down", NOON, 0.5)
    last = first.claim(NOON).try_again("UPSTREAM", "down", NOON, 0.5)

    assert (first.status, last.status, last.finished_at) == (Status.QUEUED, Status.ERROR, NOON)


def test_a_released_job_is_as_if_it_had_not_begun():
    job = new_job()

    assert job.claim(NOON).release(NOON + SECOND) == evolve(job, due_at=NOON + SECOND)


def test_a_queued_job_is_cancelled_and_a_running_one_is_asked_to_stop():
    cancelled, asked = new_job().cancel(NOON), new_job().claim(NOON).cancel(NOON)

    assert (cancelled.status, cancelled.finished_at) == (Status.CANCELLED, NOON)
    # Its lease goes on: somebody is at work until they notice.
    assert (asked.status, asked.finished_at, asked.lease_until) == (Status.CANCEL_REQUESTED, None, NOON + rules.LEASE)


@pytest.mark.parametrize("back", ["again", "release"])
def test_a_job_that_is_to_be_cancelled_does_not_come_back(back):
    asked = new_job().claim(NOON).cancel(NOON)

    ended = asked.release(NOON) if back == "release" else asked.try_again("UPSTREAM", "down", NOON, 0.5)

    assert (ended.status, ended.finished_at, ended.lease_until) == (Status.CANCELLED, NOON, None)


def test_a_job_is_repeated_as_a_new_one():
    job = new_job(owner=UserId(new_id()), subject="x", payload='{"a":1}', max_attempts=3)
    job = job.claim(NOON).fail("NO", "no", NOON)

    again = job.repeat(JobId(new_id()), NOON + SECOND)

    assert again.id != job.id
    assert again == new_job(
        id=again.id,
        owner=job.owner,
        subject="x",
        payload='{"a":1}',
        max_attempts=3,
        retry_of=job.id,
        created_at=NOON + SECOND,
        due_at=NOON + SECOND,
    )


@pytest.mark.parametrize("status", sorted(ACTIVE))
def test_a_job_that_has_not_ended_is_not_repeated(status):
    with pytest.raises(JobState):
        new_job(status=status).repeat(JobId(new_id()), NOON)


@given(attempt=st.integers(1, 10_000), roll=st.floats(0, 1, exclude_max=True))
def test_waits_are_bounded(attempt, roll):
    assert timedelta(seconds=1) <= wait_after(attempt, roll) <= rules.LONGEST_WAIT


@given(attempt=st.integers(1, 100), roll=st.floats(0, 1, exclude_max=True))
def test_waits_do_not_shrink(attempt, roll):
    assert wait_after(attempt, roll) <= wait_after(attempt + 1, roll)
    # The dice spread the upper half: nobody waits less than half of what anybody waits.
    assert wait_after(attempt, 0.0) <= wait_after(attempt, roll) <= 2 * wait_after(attempt, 0.0)


def test_a_job_is_tried_for_about_a_day():
    waited = sum((wait_after(attempt, 0.5) for attempt in range(1, rules.ATTEMPTS)), timedelta())

    assert timedelta(hours=14) <= waited <= timedelta(hours=30)


def test_what_a_job_carries_is_not_shown():
    job = new_job(payload='{"token":"sealed"}', result="{}", owner=UserId(new_id()))

    shown = JobShown.of(job)

    assert "sealed" not in repr(shown)
    assert (shown.id, shown.name, shown.owner, shown.result) == (job.id, job.name, job.owner, "{}")


def test_an_active_job_is_refused_in_words():
    assert str(JobActive()) == "There is such a job under way"
    assert (JobActive.code, JobState.code) == ("JOB_ACTIVE", "INVALID_STATE")
