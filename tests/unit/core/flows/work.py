"""Work for later: how jobs get on a stage, and how they stand there."""

from __future__ import annotations

from hexflows.core.rules.pages import Slice
from hexflows.entrypoints.testing.making import NOON, new_job

#: A job whose flow is there and answers at once, whoever asks.
IDLE = {"name": "accounts.log_out", "payload": "{}"}


def put(stage, **changes):
    """Have a job there."""
    return _put(stage, new_job(**(IDLE | changes)))


def put_at_work(stage, **changes):
    """Have a job there that somebody claimed at noon."""
    return _put(stage, new_job(**(IDLE | changes)).claim(NOON))


def put_done(stage, **changes):
    """Have a job there that was done at noon."""
    return _put(stage, new_job(**(IDLE | changes)).claim(NOON).complete("{}", NOON))


def found(stage, job):
    """Return the job as it stands now."""
    with stage.storage.snapshot() as queue:
        return queue.jobs.find(job.id)


def everything(stage):
    """Return every job, newest first."""
    with stage.storage.snapshot() as queue:
        return queue.jobs.page(Slice(200))


def _put(stage, job):
    with stage.storage.transaction() as queue:
        queue.jobs.put(job)
    return job
