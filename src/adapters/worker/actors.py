"""
The worker's door: a message names a job's row, and the flow does what the row says.

There is one actor for all jobs. Its message is a hint: the row's id, the attempt that
it is about, and since when it is on its way.
"""

from __future__ import annotations

import logging
from threading import Event
from typing import Any, Final
from uuid import UUID

import dramatiq
from attrs import frozen
from dramatiq import Broker, Message

from ...core.flows.jobs.run_job import Ran, RunJob
from ...core.rules.asking import SYSTEM
from ...core.rules.ids import JobId
from ...core.rules.jobs import Job
from ...core.rules.refusals import Unavailable
from ...ports.flow import Clock, Flow
from ..context import about
from .brokers import Connection

log = logging.getLogger(__name__)

QUEUE: Final = "jobs"
ACTOR: Final = "jobs.run_job"

#: How long a message may be ahead of its row, in seconds, and how often it looks, in milliseconds.
PATIENCE: Final = 60.0
LOOK_AGAIN: Final = 250


class BrokerDown(Unavailable):
    """The broker does not take messages."""

    def __str__(self) -> str:
        return "The broker of jobs does not answer"


@frozen
class Hints:
    """Sends hints to the actor, wherever it runs. Keeps the promise of `SendHint`."""

    connection: Connection
    clock: Clock

    def __call__(self, job: Job) -> None:
        self.send(str(job.id), job.attempt, self.clock().timestamp())

    def send(self, job: str, attempt: int, since: float, *, delay: int | None = None) -> None:
        """
        Send a hint, to arrive *delay* milliseconds from now.

        Raises:
            BrokerDown: the broker does not take it.
        """
        broker = self.connection.broker
        message: Message[Any] = Message(
            queue_name=QUEUE,
            actor_name=ACTOR,
            args=(),
            kwargs={"job": job, "attempt": attempt, "since": since},
            options={},
        )
        try:
            broker.declare_queue(QUEUE)
            broker.enqueue(message, delay=delay)
        except self.connection.lost as error:
            raise BrokerDown from error


def declare(broker: Broker, *, run: Flow[RunJob, Ran], hints: Hints, stopping: Event) -> None:
    """Have *broker* give jobs to the flow, until *stopping* is set: a message that comes later is passed over."""

    def run_job(*, job: str, attempt: int, since: float, **_: object) -> None:
        if stopping.is_set():
            return
        with about(job=job):
            try:
                ran = run(RunJob(JobId(UUID(job)), attempt, asker=SYSTEM))
            except Unavailable as refusal:
                # Nothing has changed, so that the relay sends another hint when this one's time is up.
                log.warning("job not begun: %s", refusal)
                return
            if ran.status is None:
                _look_again(hints, job, attempt, since)
            elif ran.ran:
                log.info("job %s", ran.status)

    # A name on the wire is a contract; the name in Python is not. Not known here: keys of newer senders.
    dramatiq.actor(broker=broker, actor_name=ACTOR, queue_name=QUEUE)(run_job)


def _look_again(hints: Hints, job: str, attempt: int, since: float) -> None:
    """Look again a little later for a row that is not kept yet, unless it is so late that it never will be."""
    if hints.clock().timestamp() - since >= PATIENCE:
        log.warning("no such job; the change that asked for it was not kept")
        return
    try:
        hints.send(job, attempt, since, delay=LOOK_AGAIN)
    except BrokerDown as refusal:
        log.warning("job not found yet, and %s", refusal)
