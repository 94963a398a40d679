"""Who may do what operators and workers do with jobs: everybody else is refused, and nothing changes."""

from __future__ import annotations

import pytest

from hexflows.core.flows.jobs.list_jobs import ListJobs, ShowJob
from hexflows.core.flows.jobs.relay_jobs import RelayJobs
from hexflows.core.flows.jobs.retry_job import CancelJob, RetryJob
from hexflows.core.flows.jobs.run_due import RunDue
from hexflows.core.flows.jobs.run_job import RunJob
from hexflows.core.flows.jobs.submit_job import SubmitJob
from hexflows.core.rules.asking import GUEST, SYSTEM
from hexflows.core.rules.refusals import Missing, NotAllowed, NotSignedIn
from hexflows.entrypoints.testing.making import new_id

from ..people import ADMIN, CUSTOMER, FOR_ADMIN, SELLER, SUPPORT, refused
from ..work import put, put_done

#: By name, each flow's command about a job.
SHOWING = {"list_jobs": lambda _, asker: ListJobs(asker=asker), "show_job": ShowJob}
CHANGING = {"cancel_job": CancelJob, "retry_job": RetryJob}
WORKING = {
    "relay_jobs": lambda _, asker: RelayJobs(asker=asker),
    "run_due": lambda _, asker: RunDue(asker=asker),
    "run_job": lambda job, asker: RunJob(job, 0, asker),
    "submit_job": lambda _, asker: SubmitJob("accounts.log_out", {}, asker=asker),
}

ALLOWED = [
    *((flow, [SYSTEM, ADMIN, FOR_ADMIN, SUPPORT], [CUSTOMER, SELLER]) for flow in SHOWING.items()),
    *((flow, [SYSTEM, ADMIN, FOR_ADMIN], [CUSTOMER, SELLER, SUPPORT]) for flow in CHANGING.items()),
    *((flow, [SYSTEM], [CUSTOMER, SELLER, SUPPORT, ADMIN, FOR_ADMIN]) for flow in WORKING.items()),
]

MAY = [(*flow, asker) for flow, askers, _ in ALLOWED for asker in askers]
MAY_NOT = [(*flow, asker) for flow, _, askers in ALLOWED for asker in askers]


def ids(values):
    return [f"{name}-{'system' if asker.system else ''}{asker.role or ''}" for name, _, asker in values]


@pytest.mark.parametrize(("name", "command", "asker"), MAY, ids=ids(MAY))
def test_operators_and_workers_may(stage, name, command, asker):
    job = put_done(stage) if name == "retry_job" else put(stage)

    assert getattr(stage.flows.jobs, name)(command(job.id, asker)) is not None


@pytest.mark.parametrize(("name", "command", "asker"), MAY_NOT, ids=ids(MAY_NOT))
def test_others_may_not(stage, name, command, asker):
    job = put(stage)

    with refused(stage, NotAllowed):
        getattr(stage.flows.jobs, name)(command(job.id, asker))


@pytest.mark.parametrize(("name", "command"), [flow for flow, _, _ in ALLOWED], ids=[flow[0] for flow, _, _ in ALLOWED])
def test_guests_may_not(stage, name, command):
    job = put(stage)

    with refused(stage, NotSignedIn):
        getattr(stage.flows.jobs, name)(command(job.id, GUEST))


@pytest.mark.parametrize("name", ["show_job", "cancel_job", "retry_job"])
def test_a_job_that_is_not_there_is_missing(stage, name):
    put(stage)

    with refused(stage, Missing) as caught:
        getattr(stage.flows.jobs, name)((SHOWING | CHANGING)[name](new_id(), ADMIN))
    assert caught.value.what == "job"
