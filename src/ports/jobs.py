"""What jobs are kept in, and who does them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeAlias

from attrs import frozen

from ..core.rules.ids import JobId, SessionId, UserId
from ..core.rules.jobs import Job, Status
from ..core.rules.pages import Slice
from ..core.rules.refusals import Refusal


class Jobs(Protocol):
    """Work for later, kept with the change that asks for it."""

    @abstractmethod
    def add(
        self,
        command: object,
        *,
        at: datetime,
        subject: str | None = None,
        owner: UserId | None = None,
        session: SessionId | None = None,
    ) -> JobId:
        """
        Add a job that gives *command* to its flow, due *at*, and return its id.

        Secrets in the command are sealed. *owner* is on whose behalf it runs, *session* which of their logins.

        Raises:
            Taken: ``subject`` has an active job.
        """

    @abstractmethod
    def put(self, job: Job) -> None:
        """
        Add a job that is made already.

        Raises:
            Taken: ``subject`` has an active job.
        """

    @abstractmethod
    def find(self, job: JobId) -> Job | None:
        """Return the job, if there is one."""

    @abstractmethod
    def move(self, before: Job, after: Job) -> bool:
        """
        Store *after* if the job still has the status and the attempt of *before*; say whether it had.

        Of several who move it from the same state at once, one succeeds.
        """

    @abstractmethod
    def due(self, now: datetime, limit: int) -> tuple[Job, ...]:
        """
        Return at most *limit* queued jobs that are due and have no message on its way, longest due first.

        They are held: of two relays that ask at once, none gets a job that the other got.
        """

    @abstractmethod
    def lapsed(self, now: datetime, limit: int) -> tuple[Job, ...]:
        """Return at most *limit* jobs at work whose lease has lapsed, held as by `due`."""

    @abstractmethod
    def in_flight(self, now: datetime) -> int:
        """Return how many queued jobs have a message on its way."""

    @abstractmethod
    def tally(self) -> Mapping[Status, int]:
        """Return how many jobs have each status, those that none has left out."""

    @abstractmethod
    def page(self, part: Slice, status: Status | None = None) -> tuple[Job, ...]:
        """Return at most `part.limit` jobs, newest first, from before the job whose id's text is `part.after`."""

    @abstractmethod
    def of(self, owner: UserId) -> tuple[Job, ...]:
        """Return the newest 200 jobs on behalf of the user."""

    @abstractmethod
    def remove_all(self, owner: UserId) -> None:
        """Forget every job on behalf of the user."""

    @abstractmethod
    def sweep(self, before: datetime, limit: int) -> int:
        """Forget at most *limit* jobs that ended before then; return how many."""


class Queue(Protocol):
    """One transaction's view of jobs alone."""

    @property
    def jobs(self) -> Jobs: ...


@frozen
class Done:
    """The job's flow answered."""

    #: The answer as JSON, secrets left out.
    result: str


@frozen
class Refused:
    """The job's flow refused."""

    refusal: Refusal


@frozen
class Broken:
    """The job cannot be done by trying: it was not understood, or its flow broke."""

    code: str
    error: str
    #: Whether another try may help; an unknown command is as unknown the next time.
    again: bool


@frozen
class Stopped:
    """The worker is shutting down, or the job was to be cancelled; the work was left undone."""


Outcome: TypeAlias = Done | Refused | Broken | Stopped

#: Gives a job's command to its flow, on behalf of its owner. Never raises: what goes wrong is an outcome.
Perform: TypeAlias = Callable[[Job], Outcome]

#: Sends the hint that a job is due to whoever works. Raises `Unavailable` when the broker does not take it.
SendHint: TypeAlias = Callable[[Job], None]

#: Renews the lease of a job that is at work, until the block is left.
KeepAlive: TypeAlias = Callable[[Job], AbstractContextManager[None]]
