"""
Jobs: work that is kept with the change that asks for it, and done later.

A job is a row. The transaction that needs something done (a mail, a deployment)
adds the row, so that both are kept or neither. A relay sends (row id, attempt) to a
broker; the message is a hint and holds nothing else. Whoever gets it claims the row
by compare-and-set on (status, attempt), which counts the attempt before the work
begins, so that a job that kills its workers dies too. While it runs, the claim is a
lease that is renewed; a lease that lapses gives the row back. The row alone decides
on another try. A broker that loses everything loses nothing, a message that comes
twice does nothing, and every flow may safely run twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen

from .ids import JobId, SessionId, UserId
from .refusals import Conflict


class Status(StrEnum):
    """Where a job stands; the last five are for ever."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCEL_REQUESTED = "cancel_requested"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    #: It was refused, as can be expected: the reason is a refusal.
    FAILED = "failed"
    #: It broke, or was never understood.
    ERROR = "error"
    SUPERSEDED = "superseded"


class Event(StrEnum):
    """What may happen to a job."""

    CLAIM = "claim"
    COMPLETE = "complete"
    FAIL = "fail"
    BREAK = "break"
    #: It may go better another time.
    AGAIN = "again"
    #: The worker stops before the work is done; the attempt is not counted.
    RELEASE = "release"
    CANCEL = "cancel"
    #: The work noticed that it is to be cancelled, and stopped.
    STOP = "stop"
    SUPERSEDE = "supersede"


NEXT: Final[Mapping[tuple[Status, Event], Status]] = {
    (Status.QUEUED, Event.CLAIM): Status.RUNNING,
    (Status.QUEUED, Event.BREAK): Status.ERROR,
    (Status.QUEUED, Event.CANCEL): Status.CANCELLED,
    (Status.QUEUED, Event.SUPERSEDE): Status.SUPERSEDED,
    (Status.RUNNING, Event.COMPLETE): Status.COMPLETED,
    (Status.RUNNING, Event.FAIL): Status.FAILED,
    (Status.RUNNING, Event.BREAK): Status.ERROR,
    (Status.RUNNING, Event.AGAIN): Status.QUEUED,
    (Status.RUNNING, Event.RELEASE): Status.QUEUED,
    (Status.RUNNING, Event.CANCEL): Status.CANCEL_REQUESTED,
    (Status.RUNNING, Event.SUPERSEDE): Status.SUPERSEDED,
    (Status.CANCEL_REQUESTED, Event.COMPLETE): Status.COMPLETED,
    (Status.CANCEL_REQUESTED, Event.FAIL): Status.FAILED,
    (Status.CANCEL_REQUESTED, Event.BREAK): Status.ERROR,
    (Status.CANCEL_REQUESTED, Event.AGAIN): Status.CANCELLED,
    (Status.CANCEL_REQUESTED, Event.RELEASE): Status.CANCELLED,
    (Status.CANCEL_REQUESTED, Event.STOP): Status.CANCELLED,
    (Status.CANCEL_REQUESTED, Event.SUPERSEDE): Status.SUPERSEDED,
}

#: Statuses that a job never leaves.
TERMINAL: Final = frozenset(Status) - {status for status, _ in NEXT}

#: Statuses in which a subject counts as being worked on.
ACTIVE: Final = frozenset(Status) - TERMINAL

#: Statuses in which somebody is taken to work on it.
AT_WORK: Final = ACTIVE - {Status.QUEUED}

#: How long a claim holds without being renewed.
LEASE: Final = timedelta(seconds=60)

#: How long a message may be on its way before another is sent.
FLIGHT: Final = timedelta(seconds=60)

#: The first and the longest wait between two attempts.
FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(hours=1)

#: How often a job is tried. With the waits above: for about a day.
ATTEMPTS: Final = 32


class JobState(Conflict):
    """The job is not in a state in which that can happen to it."""

    code = "INVALID_STATE"

    def __init__(self, status: Status, event: Event) -> None:
        super().__init__(status, event)
        self.status = status
        self.event = event

    def __str__(self) -> str:
        return f"A job that is {self.status} cannot {self.event}"


class JobActive(Conflict):
    """The subject is being worked on already."""

    def __str__(self) -> str:
        return "There is such a job under way"


@frozen
class Job:
    """One piece of work for later, at one moment."""

    id: JobId
    #: The flow that does it, such as ``accounts.send_verification_mail``.
    name: str
    #: Its command as JSON, with secrets sealed.
    payload: str = field(repr=False)
    created_at: datetime = field()
    due_at: datetime = field()
    status: Status = Status.QUEUED
    #: How often it was begun.
    attempt: int = 0
    max_attempts: int = ATTEMPTS
    #: On whose behalf it runs; None for nobody's.
    owner: UserId | None = None
    session: SessionId | None = None
    #: What it works on; at most one active job a subject. None: any number.
    subject: str | None = None
    #: Until when a message about it is taken to be on its way.
    sent_until: datetime | None = None
    #: Until when it is taken to be at work.
    lease_until: datetime | None = None
    finished_at: datetime | None = None
    #: Hundredths of the work that are done; None if it does not say.
    progress: int | None = None
    #: The answer as JSON, secrets left out.
    result: str | None = field(default=None, repr=False)
    #: The code of the refusal, or the name of what broke; and what people read.
    error_code: str | None = None
    error: str | None = None
    #: The job that this one repeats at an operator's wish.
    retry_of: JobId | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether nothing will ever happen to it again."""
        return self.status in TERMINAL

    def after(self, event: Event) -> Job:
        """
        Return the job after *event*.

        Raises:
            JobState: that cannot happen to it now.
        """
        status = NEXT.get((self.status, event))
        if status is None:
            raise JobState(self.status, event)
        return evolve(self, status=status)

    def send(self, now: datetime) -> Job:
        """Return the job with a message about it on its way."""
        return evolve(self, sent_until=now + FLIGHT)

    def recall(self) -> Job:
        """Return the job with no message about it on its way."""
        return evolve(self, sent_until=None)

    def claim(self, now: datetime) -> Job:
        """Return the job begun once more, on a lease."""
        begun = self.after(Event.CLAIM)
        return evolve(begun, attempt=self.attempt + 1, lease_until=now + LEASE, sent_until=None)

    def beat(self, now: datetime) -> Job:
        """Return the job with its lease renewed."""
        return evolve(self, lease_until=now + LEASE)

    def complete(self, result: str, now: datetime) -> Job:
        """Return the job done, with its answer."""
        return evolve(self._finish(Event.COMPLETE, now), result=result)

    def fail(self, code: str, error: str, now: datetime) -> Job:
        """Return the job refused for good."""
        return evolve(self._finish(Event.FAIL, now), error_code=code, error=error)

    def break_down(self, code: str, error: str, now: datetime) -> Job:
        """Return the job broken for good."""
        return evolve(self._finish(Event.BREAK, now), error_code=code, error=error)

    def try_again(self, code: str, error: str, now: datetime, roll: float) -> Job:
        """Return the job waiting for another attempt; broken for good if it was the last one."""
        if self.attempt >= self.max_attempts:
            return self.break_down(code, error, now)
        again = self.after(Event.AGAIN)
        at = now + wait_after(self.attempt, roll)
        return evolve(_idle(again, now), due_at=at, error_code=code, error=error)

    def lapse(self, now: datetime, roll: float) -> Job:
        """Return the job after its worker let the lease lapse: as after any attempt that may go better."""
        return self.try_again("LEASE_LAPSED", "The worker did not come back", now, roll)

    def release(self, now: datetime) -> Job:
        """Return the job as if this attempt had not begun."""
        back = self.after(Event.RELEASE)
        return evolve(_idle(back, now), attempt=self.attempt - 1, due_at=now)

    def cancel(self, now: datetime) -> Job:
        """Return the job cancelled, or asked to stop if it runs."""
        return _idle(self.after(Event.CANCEL), now)

    def repeat(self, new: JobId, now: datetime) -> Job:
        """
        Return a new job that does the same.

        Raises:
            JobState: it has not ended yet.
        """
        if not self.is_terminal:
            raise JobState(self.status, Event.AGAIN)
        return Job(
            new, self.name, self.payload, now, now, owner=self.owner, session=self.session, subject=self.subject,
            max_attempts=self.max_attempts, retry_of=self.id,
        )  # fmt: skip

    def _finish(self, event: Event, now: datetime) -> Job:
        return evolve(self.after(event), finished_at=now, lease_until=None, sent_until=None)


def wait_after(attempt: int, roll: float) -> timedelta:
    """Return how long to wait after *attempt*: doubling, bounded, spread by *roll* over its upper half."""
    # The exponent is bounded too, or the power overflows long before the minimum is taken.
    whole = min(FIRST_WAIT * (1 << min(attempt - 1, 30)), LONGEST_WAIT)
    return whole / 2 + whole / 2 * roll


def _idle(job: Job, now: datetime) -> Job:
    """Return the job without lease, finished if its status is for ever."""
    if job.status is Status.CANCEL_REQUESTED:
        return job
    return evolve(job, lease_until=None, sent_until=None, finished_at=now if job.is_terminal else None)


@frozen
class JobShown:
    """A job as operators see it; what it carries is not shown."""

    id: JobId
    name: str
    status: Status
    attempt: int
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None
    owner: UserId | None
    subject: str | None
    result: str | None
    error_code: str | None
    error: str | None
    retry_of: JobId | None

    @classmethod
    def of(cls, job: Job) -> JobShown:
        """Return what is shown of *job*."""
        return cls(
            job.id, job.name, job.status, job.attempt, job.created_at, job.due_at, job.finished_at, job.owner,
            job.subject, job.result, job.error_code, job.error, job.retry_of,
        )  # fmt: skip
