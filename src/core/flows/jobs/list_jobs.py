"""
See jobs: a page of them, newest first, or one.

1. Only operators see jobs, and never what they carry.
2. The list goes on after the last job of the page before.
3. A job is shown by its id.
"""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import ge, le

from ....ports.flow import Snapshot
from ....ports.jobs import Queue
from ...rules.asking import GUEST, Asker, Role, only
from ...rules.ids import JobId
from ...rules.jobs import JobShown, Status
from ...rules.pages import MOST, Page, page_of, slice_of
from ...rules.refusals import Missing


@frozen
class ListJobs:
    """An operator wants to see jobs, of one status or of any."""

    limit: int = field(default=50, validator=[ge(1), le(MOST)])
    cursor: str | None = None
    status: Status | None = None
    asker: Asker = GUEST


@frozen
class ShowJob:
    """An operator wants to see one job."""

    job: JobId
    asker: Asker = GUEST


def list_jobs(command: ListJobs, *, snapshot: Snapshot[Queue]) -> Page[JobShown]:
    """
    Return a page of jobs.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no operator.
        InvalidCursor: the cursor is not one that we gave.
    """
    only(command.asker, Role.ADMIN, Role.SUPPORT)
    part = slice_of(command.limit, command.cursor)
    with snapshot() as queue:
        jobs = queue.jobs.page(part.and_one, command.status)
    return page_of(part, tuple(map(JobShown.of, jobs)), lambda job: str(job.id))


def show_job(command: ShowJob, *, snapshot: Snapshot[Queue]) -> JobShown:
    """
    Return one job.

    Raises:
        NotSignedIn: a guest asks.
        NotAllowed: the asker is no operator.
        Missing: there is no such job.
    """
    only(command.asker, Role.ADMIN, Role.SUPPORT)
    with snapshot() as queue:
        job = queue.jobs.find(command.job)
    if job is None:
        raise Missing("job")
    return JobShown.of(job)
