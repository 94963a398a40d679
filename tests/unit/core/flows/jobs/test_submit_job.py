"""Have any flow done as a job. Who may is told with all operators."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.flows.jobs.submit_job import SubmitJob
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.jobs import Status
from hexflows.core.rules.refusals import Malformed, Missing

from ..people import ANN, AT_HOME, asking, logged_in, refused, signed_in, with_account
from ..work import everything

MESSAGE = {"email": "ann@example.com", "password": "Correct-Horse-1"}


def submit(stage, flow="accounts.register", message=MESSAGE, **known):
    return stage.flows.jobs.submit_job(SubmitJob(flow, message, **known)).job


def came(stage, job):
    """Do what is due, and return the job."""
    stage.work()
    with stage.storage.snapshot() as queue:
        return queue.jobs.find(job)


@pytest.mark.parametrize("flow", ["accounts.nonsense", "nonsense", ""])
def test_a_flow_that_is_not_there_is_missing(stage, flow):
    with refused(stage, Missing):
        submit(stage, flow, {})


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"email": "ann@example.com"},
        MESSAGE | {"rôle": "admin"},
        MESSAGE | {"role": "emperor"},
        MESSAGE | {"role": 1, "username": ""},
        MESSAGE | {"asker": {"system": True}},
    ],
)
def test_what_is_wrong_with_a_message_is_refused_now(stage, message):
    with refused(stage, Malformed):
        submit(stage, message=message)


def test_a_job_waits_for_the_flow(stage):
    job = submit(stage)

    (waiting,) = everything(stage)
    assert (waiting.id, waiting.name, waiting.status) == (job, "accounts.register", Status.QUEUED)
    assert (waiting.due_at, waiting.owner, waiting.session) == (stage.clock(), None, None)


def test_no_secret_in_it_is_stored_in_clear(stage):
    submit(stage)

    assert MESSAGE["password"] not in stage.storage.everything()


def test_its_outcome_is_kept_on_the_job(stage):
    done = came(stage, submit(stage))

    assert (done.status, done.attempt, done.finished_at) == (Status.COMPLETED, 1, stage.clock())
    assert '"ann@example.com"' in done.result
    with stage.storage.snapshot() as accounts:
        assert accounts.users.find_by_email(ANN)


def test_a_refusal_is_kept_on_the_job(stage):
    with_account(stage)

    refusal = came(stage, submit(stage))

    assert (refusal.status, refusal.error_code) == (Status.FAILED, "EMAIL_EXISTS")


def test_it_runs_on_behalf_of_its_owner(stage):
    user = with_account(stage)

    done = came(stage, submit(stage, "accounts.me", {}, owner=user.id))

    assert str(user.id) in done.result


def test_it_runs_with_the_rights_that_the_owner_has_then(stage):
    user = with_account(stage)
    job = submit(stage, "accounts.me", {}, owner=user.id)
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))

    assert came(stage, job).error_code == "NOT_SIGNED_IN"


def test_it_runs_in_the_session_that_is_named(stage):
    with_account(stage)
    grant = logged_in(stage)
    asker = asking(stage, grant)

    came(stage, submit(stage, "accounts.log_out", {}, owner=asker.user, session=asker.session))

    assert asking(stage, grant) == AT_HOME


def test_in_a_session_that_was_ended_it_has_no_rights(stage):
    with_account(stage)
    asker = signed_in(stage)
    job = submit(stage, "accounts.me", {}, owner=asker.user, session=asker.session)
    stage.flows.accounts.log_out(LogOut(asker))

    assert came(stage, job).error_code == "NOT_SIGNED_IN"


def test_an_owner_gets_no_rights_of_the_system(stage):
    user = with_account(stage)

    job = came(stage, submit(stage, "accounts.list_users", {}, owner=user.id))

    assert job.error_code == "NOT_ALLOWED"
