"""Jobs in SQL: one table for what is to be done later, and every move of a row a compare-and-set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import frozen
from sqlalchemy import Integer, bindparam, func, or_, select, update

from ...core.rules.ids import JobId, SessionId, UserId
from ...core.rules.jobs import AT_WORK, Job, Status
from ...core.rules.pages import Slice
from ...ports.flow import NewId
from ...ports.jobs import Jobs
from ...ports.packing import Packing
from .connections import Connection
from .sentences import Adding, finding, held, row_of, sweeping
from .statements import Statement
from .tables.jobs import jobs
from .types import Instant

_row = row_of(Job)
_now = bindparam("now", type_=Instant)
_limit = bindparam("limit", type_=Integer)
_owner = bindparam("whose", type_=jobs.c.owner.type)

_find = finding(jobs, Job)
_add = Adding(jobs)
_move = Statement(
    update(jobs)
    .where(jobs.c.id == bindparam("id", type_=jobs.c.id.type))
    .where(jobs.c.status == bindparam("status_before", type_=jobs.c.status.type))
    .where(jobs.c.attempt == bindparam("attempt_before", type_=Integer))
    .values({each.key: bindparam(each.key, type_=each.type) for each in jobs.columns if each.key != "id"})
)
_waiting = (jobs.c.status == Status.QUEUED, jobs.c.due_at <= _now)
_due = Statement(
    held(
        select(jobs)
        .where(*_waiting, or_(jobs.c.sent_until.is_(None), jobs.c.sent_until <= _now))
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(_limit),
        skip=True,
    ),
    Job,
)
_lapsed = Statement(
    held(
        select(jobs)
        .where(or_(*(jobs.c.status == each for each in sorted(AT_WORK))), jobs.c.lease_until <= _now)
        .order_by(jobs.c.lease_until)
        .limit(_limit),
        skip=True,
    ),
    Job,
)
_in_flight: Statement[tuple[Any, ...]] = Statement(
    select(func.count().label("count"))
    .select_from(jobs)
    .where(jobs.c.status == Status.QUEUED, jobs.c.sent_until > _now)
)
_tally: Statement[Any] = Statement(select(jobs.c.status, func.count().label("count")).group_by(jobs.c.status))
_of = Statement(select(jobs).where(jobs.c.owner == _owner).order_by(jobs.c.id.desc()).limit(200), Job)
_remove_all = Statement(jobs.delete().where(jobs.c.owner == _owner))
_sweep = sweeping(jobs, lambda before: jobs.c.finished_at < before)


def _page(*, after: bool, status: bool) -> Statement[Job]:
    page = select(jobs).order_by(jobs.c.id.desc()).limit(_limit)
    if after:
        page = page.where(jobs.c.id < bindparam("after", type_=jobs.c.id.type))
    if status:
        page = page.where(jobs.c.status == bindparam("wanted", type_=jobs.c.status.type))
    return Statement(page, Job)


_pages = {(after, status): _page(after=after, status=status) for after in (False, True) for status in (False, True)}


@frozen
class SqlJobs(Jobs):
    """Jobs, one row each."""

    _connection: Connection
    _packing: Packing
    _new_id: NewId
    #: Told of each new job inside the transaction; None where a relay finds them.
    _on_add: Callable[[Job], None] | None = None

    def add(
        self,
        command: object,
        *,
        at: datetime,
        subject: str | None = None,
        owner: UserId | None = None,
        session: SessionId | None = None,
    ) -> JobId:
        name, payload = self._packing.pack(command)
        job = Job(JobId(self._new_id()), name, payload, at, at, owner=owner, session=session, subject=subject)
        self.put(job)
        return job.id

    def put(self, job: Job) -> None:
        _add.run(self._connection, **_row(job))
        if self._on_add is not None:
            self._on_add(job)

    def find(self, job: JobId) -> Job | None:
        return _find.row(self._connection, id=job)

    def move(self, before: Job, after: Job) -> bool:
        moved = _move.run(self._connection, **_row(after), status_before=before.status, attempt_before=before.attempt)
        return moved == 1

    def due(self, now: datetime, limit: int) -> tuple[Job, ...]:
        return _due.rows(self._connection, now=now, limit=limit)

    def lapsed(self, now: datetime, limit: int) -> tuple[Job, ...]:
        return _lapsed.rows(self._connection, now=now, limit=limit)

    def in_flight(self, now: datetime) -> int:
        row = _in_flight.row(self._connection, now=now)
        return int(row[0]) if row else 0

    def tally(self) -> Mapping[Status, int]:
        return dict(_tally.rows(self._connection))

    def page(self, part: Slice, status: Status | None = None) -> tuple[Job, ...]:
        values: dict[str, Any] = {"limit": part.limit}
        if part.after is not None:
            values["after"] = UUID(part.after)
        if status is not None:
            values["wanted"] = status
        return _pages[part.after is not None, status is not None].rows(self._connection, **values)

    def of(self, owner: UserId) -> tuple[Job, ...]:
        return _of.rows(self._connection, whose=owner)

    def remove_all(self, owner: UserId) -> None:
        _remove_all.run(self._connection, whose=owner)

    def sweep(self, before: datetime, limit: int) -> int:
        return _sweep.run(self._connection, before=before, limit=limit)
