from __future__ import annotations

from threading import Event

import pytest
from dramatiq.errors import BrokerError

from hexflows.adapters.context import context
from hexflows.adapters.worker.actors import ACTOR, PATIENCE, QUEUE, BrokerDown, Hints, declare
from hexflows.adapters.worker.brokers import Connection, connect
from hexflows.adapters.worker.inprocess import InProcessBroker
from hexflows.core.flows.jobs.run_job import Ran
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.jobs import Status
from hexflows.core.rules.refusals import Unavailable
from hexflows.entrypoints.testing.making import new_job


class Deaf(InProcessBroker):
    """A broker that takes nothing."""

    def enqueue(self, message, *, delay=None):
        raise BrokerError("deaf")


@pytest.fixture
def connection():
    return connect(None)


@pytest.fixture
def hints(connection, clock):
    return Hints(connection, clock)


@pytest.fixture
def sent(connection):
    """Take what was sent off the broker: to be worked on now, or later."""

    def take(queue=QUEUE):
        messages = connection.broker.queues[queue]
        return [messages.get_nowait() for _ in range(messages.qsize())]

    return take


@pytest.fixture
def deliver(connection, hints, sent):
    """Declare the actor, and hand it what was sent."""

    def deliver(run, stopping=None):
        declare(connection.broker, run=run, hints=hints, stopping=stopping or Event())
        for message in sent():
            connection.broker.get_actor(ACTOR)(**message.kwargs)

    return deliver


def test_a_hint_names_the_row_and_the_attempt_and_nothing_else(hints, sent, clock):
    job = new_job(attempt=3)

    hints(job)

    (message,) = sent()
    assert message.kwargs == {"job": str(job.id), "attempt": 3, "since": clock().timestamp()}
    assert message.args == ()


def test_a_hint_reaches_the_flow_as_the_system_with_the_job_in_every_line_of_the_log(hints, deliver):
    job, asked = new_job(attempt=1), []

    def run(command):
        asked.append((command.job, command.attempt, command.asker, dict(context())))
        return Ran(Status.COMPLETED, ran=True)

    hints(job)
    deliver(run)

    assert asked == [(job.id, 1, SYSTEM, {"job": str(job.id)})]


def test_a_hint_of_a_newer_release_is_understood(connection, hints, deliver):
    asked = []
    declare(
        connection.broker,
        run=lambda command: asked.append(command) or Ran(None, ran=False),
        hints=hints,
        stopping=Event(),
    )

    connection.broker.get_actor(ACTOR)(job=str(new_job().id), attempt=0, since=0.0, colour="blue")

    assert len(asked) == 1


def test_nothing_is_begun_once_the_worker_stops(hints, deliver):
    stopping = Event()
    stopping.set()

    hints(new_job())
    deliver(lambda _: pytest.fail("begun"), stopping)


def test_a_row_that_is_not_there_yet_is_looked_for_again(hints, deliver, sent):
    job = new_job()

    hints(job)
    deliver(lambda _: Ran(None, ran=False))

    (again,) = sent(f"{QUEUE}.DQ")
    assert again.kwargs["job"] == str(job.id)


def test_a_row_that_never_comes_is_forgotten(hints, deliver, sent, clock):
    hints(new_job())
    clock.pass_(seconds=PATIENCE)
    deliver(lambda _: Ran(None, ran=False))

    assert sent() == sent(f"{QUEUE}.DQ") == []


def test_a_storage_that_is_down_leaves_the_row_to_the_relay(hints, deliver, sent):
    def run(_):
        raise Unavailable

    hints(new_job())
    deliver(run)

    assert sent() == sent(f"{QUEUE}.DQ") == []


def test_a_broker_that_takes_nothing_is_a_refusal(clock):
    with pytest.raises(BrokerDown):
        Hints(Connection(Deaf(), (BrokerError,)), clock)(new_job())


def test_a_broker_that_takes_nothing_ends_the_search_for_a_row(clock):
    broker = Deaf()
    hints = Hints(Connection(broker, (BrokerError,)), clock)
    declare(broker, run=lambda _: Ran(None, ran=False), hints=hints, stopping=Event())

    assert broker.get_actor(ACTOR)(job=str(new_job().id), attempt=0, since=clock().timestamp()) is None
