"""Killed at any line, servers and workers leave nothing half done; and the mail arrives."""

from __future__ import annotations

import pytest

from hexflows.core.rules.jobs import Status
from hexflows.entrypoints.testing.faults import Fault

from ..conftest import PASSWORD, PATIENCE, eventually
from .conftest import register
from .deadly import ACTOR, RELAY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

#: More calls than any flow makes.
MANY = 100


def test_a_server_that_is_killed_at_any_step_of_a_registration(standby, installation, serve):
    emails, kept = [], []
    for at in range(MANY):
        standby.start(be="web", at=at)
        answered = register(standby.port, f"p{at}@example.com")
        emails.append(f"p{at}@example.com")
        assert installation.check() == len(installation.emails())
        kept.append(emails[-1] in installation.emails())
        if answered:
            assert answered[0] == 201
            break
        assert standby.gone(PATIENCE)
    standby.kill()
    standby.start(be="web", at=at - 1, fault=Fault.DIE_AFTER)
    emails.append("last@example.com")
    assert register(standby.port, "last@example.com") is None
    assert standby.gone(PATIENCE)

    # The call that keeps the change is the last of all: before it nothing is there, after it all is.
    assert at >= 8
    assert kept == [False] * at + [True]
    assert installation.emails() == emails[-2:]

    served = serve().ready()
    answers = [register(served.port, each) for each in emails]

    assert [status for status, _ in answers] == [201] * len(emails)
    assert len({answer["id"] for _, answer in answers}) == installation.check() == len(emails)
    eventually(lambda: installation.letters() == sorted(emails))


def killed_at_each_step(standby, installation, app, **where):
    """Have a worker killed at each step in turn, each at a job of its own; yield the job as it was left."""
    for at in range(MANY):
        installation.set_aside()
        app.call("accounts.register", email=f"w{at}@example.com", password=PASSWORD, key=f"{at}")
        standby.start(be="worker", at=at, **where)
        eventually(lambda: standby.gone(0.05) or installation.jobs()[0].is_terminal)
        yield installation.jobs()[0]
        if standby.pid:
            standby.kill()
            return


def test_a_worker_that_is_killed_at_any_step_of_a_mail(standby, installation, app, worker):
    left, letters = [], []
    for job in killed_at_each_step(standby, installation, app, thread=ACTOR):
        left.append(job)
        letters.append(len(installation.letters()))

    # The first calls keep the claim and its attempt, the last the outcome; the letter is there from somewhere between.
    claimed, sent = [job.attempt for job in left], letters.index(1)
    assert claimed == [0] * 4 + [1] * (len(left) - 4)
    assert [job.status for job in left[4:-1]] == [Status.RUNNING] * (len(left) - 5)
    assert left[-1].status is Status.COMPLETED
    assert len(left) - sent == 5
    assert letters == [0] * sent + list(range(1, 6))

    installation.pass_time()
    worker()
    eventually(installation.done)

    assert installation.letters() == sorted(f"w{at}@example.com" for at in range(len(left)))
    attempts = [installation.job(job.id).attempt for job in left]
    assert attempts == [*(attempt + 1 for attempt in claimed[:-1]), 1]
    assert installation.check() == len(left)


def test_a_worker_that_is_killed_at_any_step_of_looking_for_jobs(standby, installation, app, worker):
    left = list(killed_at_each_step(standby, installation, app, thread=RELAY))
    assert len(left) >= 8

    installation.pass_time()
    worker()
    eventually(installation.done)

    assert installation.letters() == sorted(f"w{at}@example.com" for at in range(len(left)))
    assert all(job.status is Status.COMPLETED for job in installation.jobs())


@pytest.mark.parametrize("inside", [("tempfile.mkstemp", ".part"), ("os.rename", ".eml"), ("open", "/mail")])
def test_a_worker_that_is_killed_inside_of_the_mailer(standby, installation, app, worker, inside):
    app.call("accounts.register", email="ann@example.com", password=PASSWORD, key="ann")
    standby.start(be="worker", inside=inside)
    assert standby.gone(PATIENCE)
    assert installation.letters() == (["ann@example.com"] if inside[0] == "open" else [])
    before = sorted(installation.mails.glob("*.eml"))

    installation.pass_time()
    worker()
    eventually(installation.done)

    assert installation.letters() == ["ann@example.com"]
    assert not before or sorted(installation.mails.glob("*.eml")) == before
    (job,) = installation.jobs()
    assert (job.status, job.attempt) == (Status.COMPLETED, 2)


def test_a_job_that_kills_every_worker_ends_as_an_error(standby, installation, app, worker):
    app.call("accounts.register", email="ann@example.com", password=PASSWORD, key="ann")
    installation.set(max_attempts=2)
    for attempt in (1, 2):
        standby.start(be="worker", inside=("os.rename", ".eml"))
        assert standby.gone(PATIENCE)
        (job,) = installation.jobs()
        assert (job.status, job.attempt) == (Status.RUNNING, attempt)
        installation.pass_time()

    worker()
    eventually(installation.done)

    (job,) = installation.jobs()
    assert (job.status, job.attempt, job.error_code) == (Status.ERROR, 2, "LEASE_LAPSED")
    assert installation.letters() == []
