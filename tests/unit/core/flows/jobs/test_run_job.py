"""Do a job, once for each time it is claimed. Who may is told with all operators."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.jobs.relay_jobs import RelayJobs
from hexflows.core.flows.jobs.retry_job import CancelJob
from hexflows.core.flows.jobs.run_job import PASSING, Ran, RunJob, run_job
from hexflows.core.rules.jobs import ATTEMPTS, LEASE, Status, wait_after
from hexflows.core.rules.letters import MailDelayed, MailRefused
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.receipts import RequestInProgress
from hexflows.core.rules.refusals import Busy, Missing, NotAllowed, OutcomeUnknown, OutOfReach, Refusal
from hexflows.entrypoints.testing.making import HOUR, NOON, SECOND, new_id
from hexflows.ports.jobs import Broken, Done, Refused, Stopped

from ..people import ADMIN, ANN, PASSWORD
from ..work import everything, found, put

DONE = Done('{"it": "is done"}')
BROKEN = Broken("ValueError", "it broke", again=True)


def run(stage, job, outcome=DONE, meanwhile=lambda _: None, keep_alive=lambda _: nullcontext()):
    """Follow the hint about the job; *meanwhile* happens while it is at work."""

    def perform(claimed):
        meanwhile(claimed)
        return outcome

    return run_job(
        RunJob(job.id, job.attempt),
        transaction=stage.storage.transaction,
        perform=perform,
        keep_alive=keep_alive,
        clock=stage.clock,
        draws=lambda: 0.5,
    )


def not_again(_):
    pytest.fail("the work was done")


def test_a_hint_about_a_job_that_is_not_there_is_followed_by_nothing(stage):
    assert stage.flows.jobs.run_job(RunJob(new_id(), 0)) == Ran(None, ran=False)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.QUEUED}))
def test_a_job_that_does_not_wait_is_not_done(stage, status):
    job = put(stage, status=status)

    assert run(stage, job, meanwhile=not_again) == Ran(status, ran=False)
    assert found(stage, job) == job


@pytest.mark.parametrize("attempt", [0, 2])
def test_a_hint_of_another_attempt_is_out_of_date(stage, attempt):
    job = put(stage, attempt=1)

    assert run(stage, evolve(job, attempt=attempt), meanwhile=not_again) == Ran(Status.QUEUED, ran=False)
    assert found(stage, job) == job


def test_a_hint_that_comes_twice_is_followed_once(stage):
    job = put(stage)

    assert run(stage, job) == Ran(Status.COMPLETED, ran=True)
    assert run(stage, job, meanwhile=not_again) == Ran(Status.COMPLETED, ran=False)


def test_the_attempt_is_counted_before_the_work_begins(stage):
    job = put(stage)
    seen = []

    run(stage, job, meanwhile=lambda claimed: seen.append((claimed, found(stage, job))))

    assert seen == [(job.claim(NOON), job.claim(NOON))]


def test_work_that_kills_its_worker_has_counted(stage):
    job = put(stage)

    def die(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(stage, job, meanwhile=die)

    assert found(stage, job) == job.claim(NOON)


def test_the_lease_is_kept_alive_during_the_work_and_no_longer(stage):
    told = []

    @contextmanager
    def keep_alive(job):
        told.append(("from", job.attempt))
        yield
        told.append(("to", job.attempt))

    run(stage, put(stage), meanwhile=lambda _: told.append("work"), keep_alive=keep_alive)

    assert told == [("from", 1), "work", ("to", 1)]


def test_the_work_is_done_outside_any_transaction(stage):
    job = put(stage)

    assert run(stage, job, meanwhile=lambda _: put(stage)) == Ran(Status.COMPLETED, ran=True)
    assert len(everything(stage)) == 2


def test_what_was_done_is_kept(stage):
    job = put(stage)
    run(stage, job)

    assert found(stage, job) == job.claim(NOON).complete(DONE.result, NOON)


@pytest.mark.parametrize("refusal", [NotAllowed(), Missing("user"), MailRefused("no such mailbox")])
def test_what_was_refused_for_good_is_not_tried_again(stage, refusal):
    job = put(stage)

    assert run(stage, job, Refused(refusal)) == Ran(Status.FAILED, ran=True)

    failed = found(stage, job)
    assert (failed.error_code, failed.error, failed.finished_at) == (refusal.code, str(refusal), NOON)


@pytest.mark.parametrize(
    "refusal",
    [
        MailDelayed("the server is down"),
        OutOfReach(),
        OutcomeUnknown(),
        Busy(),
        LimitReached("login", 1, 60, 60),
        RequestInProgress(),
    ],
)
def test_what_may_pass_waits_for_another_attempt(stage, refusal):
    job = put(stage)

    assert run(stage, job, Refused(refusal)) == Ran(Status.QUEUED, ran=True)

    again = found(stage, job)
    assert (again.attempt, again.error_code, again.finished_at) == (1, refusal.code, None)
    assert again.due_at == NOON + wait_after(1, 0.5)


def test_what_may_pass_is_told_by_its_kind():
    assert set(PASSING) - {RequestInProgress} <= set(Refusal.__subclasses__())


def test_waits_grow_up_to_an_hour(stage):
    job = put(stage, max_attempts=40)
    waits = []
    while (now := found(stage, job)).attempt < 20:
        run(stage, now, BROKEN)
        waits.append(found(stage, job).due_at - stage.clock())

    assert waits[:3] == [1.5 * SECOND, 3 * SECOND, 6 * SECOND]
    assert waits == sorted(waits)
    assert waits[-1] == 0.75 * HOUR


@pytest.mark.parametrize("outcome", [BROKEN, Refused(OutOfReach())])
def test_after_the_last_attempt_it_is_an_error(stage, outcome):
    job = put(stage)
    while found(stage, job).status is Status.QUEUED:
        run(stage, found(stage, job), outcome)

    ended = found(stage, job)
    assert (ended.status, ended.attempt) == (Status.ERROR, ATTEMPTS)
    assert ended.error_code in {"ValueError", "OUT_OF_REACH"}
    assert ended.finished_at == NOON


def test_what_no_other_try_can_help_is_an_error_at_once(stage):
    job = put(stage)

    assert run(stage, job, evolve(BROKEN, again=False)) == Ran(Status.ERROR, ran=True)
    assert (found(stage, job).error_code, found(stage, job).error) == ("ValueError", "it broke")


def test_a_flow_that_is_not_there_is_an_error_at_once(stage):
    job = put(stage, name="accounts.nonsense")

    assert stage.flows.jobs.run_job(RunJob(job.id, 0)) == Ran(Status.ERROR, ran=True)
    assert found(stage, job).error_code == "UNKNOWN_FLOW"


def test_a_worker_that_stops_gives_the_job_back_uncounted(stage):
    job = put(stage, attempt=3)
    stage.clock.advance(HOUR)

    assert run(stage, job, Stopped()) == Ran(Status.QUEUED, ran=True)

    assert found(stage, job) == evolve(job, due_at=stage.clock())
    assert run(stage, job) == Ran(Status.COMPLETED, ran=True)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (DONE, Status.COMPLETED),
        (Refused(NotAllowed()), Status.FAILED),
        (evolve(BROKEN, again=False), Status.ERROR),
        (BROKEN, Status.CANCELLED),
        (Refused(OutOfReach()), Status.CANCELLED),
        (Stopped(), Status.CANCELLED),
    ],
)
def test_of_a_job_that_is_cancelled_at_work_the_outcome_is_kept_and_no_other_try_made(stage, outcome, status):
    job = put(stage)

    def cancel(_):
        stage.flows.jobs.cancel_job(CancelJob(job.id, ADMIN))

    assert run(stage, job, outcome, meanwhile=cancel) == Ran(status, ran=True)
    assert (found(stage, job).status, found(stage, job).finished_at) == (status, NOON)


def test_a_job_that_was_taken_back_and_done_by_another_is_left_alone(stage):
    job = put(stage)

    def sleep_longer_than_the_lease(_):
        stage.clock.advance(LEASE)
        stage.flows.jobs.relay_jobs(RelayJobs())
        stage.clock.advance(HOUR)
        run(stage, found(stage, job), Done("{}"))

    assert run(stage, job, meanwhile=sleep_longer_than_the_lease) == Ran(Status.COMPLETED, ran=True)
    assert (found(stage, job).attempt, found(stage, job).result) == (2, "{}")


def test_a_job_that_was_taken_back_and_waits_is_left_alone(stage):
    job = put(stage)

    def sleep_longer_than_the_lease(_):
        stage.clock.advance(LEASE)
        stage.flows.jobs.relay_jobs(RelayJobs())

    assert run(stage, job, meanwhile=sleep_longer_than_the_lease) == Ran(Status.QUEUED, ran=True)
    assert (found(stage, job).attempt, found(stage, job).error_code) == (1, "LEASE_LAPSED")


def test_a_job_that_was_forgotten_with_its_owner_at_work_is_gone(stage):
    owner = new_id()
    job = put(stage, owner=owner)

    def forget(_):
        with stage.storage.transaction() as queue:
            queue.jobs.remove_all(owner)

    assert run(stage, job, meanwhile=forget) == Ran(None, ran=True)
    assert found(stage, job) is None


def test_a_job_that_is_done_twice_has_one_effect(stage):
    with stage.storage.transaction() as queue:
        id_ = queue.jobs.add(Register(ANN, PASSWORD), at=NOON)
    stage.flows.jobs.run_job(RunJob(id_, 0))
    (mail, job) = everything(stage)

    with stage.storage.transaction() as queue:
        assert queue.jobs.move(job, evolve(job, status=Status.QUEUED, result=None, finished_at=None))
    stage.flows.jobs.run_job(RunJob(id_, 1))

    again = found(stage, job)
    assert (again.status, again.attempt, again.result) == (Status.COMPLETED, 2, job.result)
    assert everything(stage) == (mail, again)
