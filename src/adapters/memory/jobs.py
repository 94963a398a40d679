"""Jobs in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import datetime
from uuid import UUID

from attrs import frozen

from ...core.rules.ids import JobId, SessionId, UserId
from ...core.rules.jobs import ACTIVE, AT_WORK, Job, Status
from ...core.rules.pages import Slice
from ...ports.flow import NewId, Taken
from ...ports.jobs import Jobs
from ...ports.packing import Packing
from .sweeping import forget


@frozen
class MemoryJobs(Jobs):
    """Jobs by id, and which subjects are worked on."""

    _rows: MutableMapping[JobId, Job]
    _active: MutableMapping[str, JobId]
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
        if job.subject is not None and job.status in ACTIVE and job.subject in self._active:
            raise Taken("subject")
        self._store(job)
        if self._on_add is not None:
            self._on_add(job)

    def find(self, job: JobId) -> Job | None:
        return self._rows.get(job)

    def move(self, before: Job, after: Job) -> bool:
        found = self._rows.get(before.id)
        if found is None or (found.status, found.attempt) != (before.status, before.attempt):
            return False
        self._release(found)
        self._store(after)
        return True

    def due(self, now: datetime, limit: int) -> tuple[Job, ...]:
        waiting = (each for each in self._rows.values() if each.status is Status.QUEUED and each.due_at <= now)
        idle = (each for each in waiting if each.sent_until is None or each.sent_until <= now)
        return tuple(sorted(idle, key=lambda each: (each.due_at, each.id))[:limit])

    def lapsed(self, now: datetime, limit: int) -> tuple[Job, ...]:
        lost = [
            (each.lease_until, each.id)
            for each in self._rows.values()
            if each.status in AT_WORK and each.lease_until is not None and each.lease_until <= now
        ]
        return tuple(self._rows[job] for _, job in sorted(lost)[:limit])

    def in_flight(self, now: datetime) -> int:
        return sum(
            each.status is Status.QUEUED and each.sent_until is not None and each.sent_until > now
            for each in self._rows.values()
        )

    def tally(self) -> Mapping[Status, int]:
        return Counter(each.status for each in self._rows.values())

    def page(self, part: Slice, status: Status | None = None) -> tuple[Job, ...]:
        rows: Iterable[Job] = self._rows.values()
        if part.after is not None:
            after = UUID(part.after)
            rows = (each for each in rows if each.id < after)
        if status is not None:
            rows = (each for each in rows if each.status is status)
        return _newest(rows, part.limit)

    def of(self, owner: UserId) -> tuple[Job, ...]:
        return _newest((each for each in self._rows.values() if each.owner == owner), 200)

    def remove_all(self, owner: UserId) -> None:
        for each in list(self._rows.values()):
            if each.owner == owner:
                self._release(each)
                del self._rows[each.id]

    def sweep(self, before: datetime, limit: int) -> int:
        return forget(self._rows, lambda each: each.finished_at is not None and each.finished_at < before, limit)

    def _store(self, job: Job) -> None:
        self._rows[job.id] = job
        if job.subject is not None and job.status in ACTIVE:
            self._active[job.subject] = job.id

    def _release(self, job: Job) -> None:
        if job.subject is not None and self._active.get(job.subject) == job.id:
            del self._active[job.subject]


def _newest(jobs: Iterable[Job], limit: int) -> tuple[Job, ...]:
    return tuple(sorted(jobs, key=lambda each: each.id, reverse=True)[:limit])
