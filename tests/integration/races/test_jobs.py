"""Of many workers at once, each job is done by one, once."""

from __future__ import annotations

from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.jobs import Status
from hexflows.entrypoints.testing.making import new_id

from .conftest import PASSWORD
from .crowd import OPERATOR, Call

JOBS = 40
WORKERS = 8


def test_each_letter_is_sent_once_however_many_work(app, post, crowd):
    emails = [f"{new_id().hex}@example.com" for _ in range(JOBS)]
    for each in emails:
        app.call("accounts.register", email=each, password=PASSWORD)

    came = crowd.calls([Call("jobs.run_due", who=OPERATOR)] * WORKERS)

    assert sum(each.answer["ran"] for each in came) == JOBS
    assert post.arrived() == dict.fromkeys(emails, 1)
    jobs = app.call("jobs.list_jobs", limit=100, asker=SYSTEM).items
    assert [(each.status, each.attempt) for each in jobs] == [(Status.COMPLETED, 1)] * JOBS


def test_one_hint_that_comes_to_many_is_followed_once(app, post, crowd):
    email = f"{new_id().hex}@example.com"
    app.call("accounts.register", email=email, password=PASSWORD)
    (job,) = app.call("jobs.list_jobs", asker=SYSTEM).items

    came = crowd.calls([Call("jobs.run_job", {"job": str(job.id), "attempt": 0}, OPERATOR)] * 40)

    assert [each.answer["ran"] for each in came].count(True) == 1
    assert post.arrived() == {email: 1}


def test_a_job_that_is_cancelled_while_it_is_claimed_is_one_or_the_other(app, post, crowd):
    emails = [f"{new_id().hex}@example.com" for _ in range(JOBS)]
    for each in emails:
        app.call("accounts.register", email=each, password=PASSWORD)
    jobs = app.call("jobs.list_jobs", limit=100, asker=SYSTEM).items
    cancels = [Call("jobs.cancel_job", {"job": str(each.id)}, OPERATOR) for each in jobs]
    hints = [Call("jobs.run_job", {"job": str(each.id), "attempt": 0}, OPERATOR) for each in jobs]

    came = crowd.calls([each for pair in zip(cancels, hints, strict=True) for each in pair])

    assert {each.code for each in came} <= {None, "INVALID_STATE"}
    after = {each.id: each for each in app.call("jobs.list_jobs", limit=100, asker=SYSTEM).items}
    cancelled = [each.code is None and each.answer["status"] == "cancelled" for each in came[::2]]
    for job, stopped, hint in zip(jobs, cancelled, came[1::2], strict=True):
        assert hint.answer["ran"] is not stopped
        assert after[job.id].status is (Status.CANCELLED if stopped else Status.COMPLETED)
    assert len(post.messages) == cancelled.count(False)
