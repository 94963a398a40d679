"""`hexflows jobs`: work for later, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

import click

from ...core.flows.jobs.list_jobs import ListJobs, ShowJob
from ...core.flows.jobs.retry_job import CancelJob, RetryJob
from ...core.flows.jobs.run_due import Drained, RunDue
from ...core.rules.asking import SYSTEM
from ...core.rules.ids import JobId
from ...core.rules.jobs import JobShown, Status
from ...core.rules.pages import Page
from ...ports.flow import Flow
from .frame import Cli, as_json, paged, show, show_pages


class JobFlows(Protocol):
    """The flows that operators look after jobs with."""

    @property
    def list_jobs(self) -> Flow[ListJobs, Page[JobShown]]: ...
    @property
    def show_job(self) -> Flow[ShowJob, JobShown]: ...
    @property
    def retry_job(self) -> Flow[RetryJob, JobShown]: ...
    @property
    def cancel_job(self) -> Flow[CancelJob, JobShown]: ...
    @property
    def run_due(self) -> Flow[RunDue, Drained]: ...


def line(job: JobShown) -> str:
    """Return a job as a line of a table."""
    fault = f"  {job.error_code}: {job.error}" if job.error_code else ""
    return f"{job.id}  {job.status:<16}  {job.name}  attempt {job.attempt}{fault}"


def commands(*, jobs: Callable[[], JobFlows]) -> click.Group:
    """Return the group, which asks for the flows only when one of its commands runs."""

    @click.group("jobs", cls=Cli)
    def group() -> None:
        """Look after work that is done later."""

    @group.command("list")
    @click.option("--status", type=click.Choice(list(map(str, Status))), help="Only jobs that stand so.")
    @paged
    @as_json
    def list_(status: str | None, limit: int, cursor: str | None, *, everything: bool) -> None:
        """List jobs, newest first."""
        flows, wanted = jobs(), Status(status) if status else None
        show_pages(
            lambda limit, cursor: flows.list_jobs(ListJobs(limit, cursor, wanted, asker=SYSTEM)),
            line,
            limit=limit,
            cursor=cursor,
            everything=everything,
        )

    @group.command("show")
    @click.argument("job", type=click.UUID)
    @as_json
    def show_(job: UUID) -> None:
        """Show one job. What it carries is not shown."""
        found = jobs().show_job(ShowJob(JobId(job), asker=SYSTEM))
        show(found, line(found))

    @group.command("retry")
    @click.argument("job", type=click.UUID)
    @as_json
    def retry(job: UUID) -> None:
        """Do a job that has ended again: a new one is made of it."""
        made = jobs().retry_job(RetryJob(JobId(job), asker=SYSTEM))
        show(made, line(made))

    @group.command("cancel")
    @click.argument("job", type=click.UUID)
    @as_json
    def cancel(job: UUID) -> None:
        """Cancel a job that has not ended; one at work is asked to stop."""
        cancelled = jobs().cancel_job(CancelJob(JobId(job), asker=SYSTEM))
        show(cancelled, line(cancelled))

    @group.command("run")
    @click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="At most so many.")
    @as_json
    def run(limit: int) -> None:
        """Do the jobs that are due, here and now, beside the workers."""
        drained = jobs().run_due(RunDue(limit, asker=SYSTEM))
        show(drained, f"{drained.ran} tried, {drained.completed} completed")

    return group
