from __future__ import annotations

import time
from threading import Event, Lock

import dramatiq
import pytest
from dramatiq import Message, Worker
from dramatiq.errors import QueueNotFound

from hexflows.adapters.worker.inprocess import InProcessBroker


@pytest.fixture
def broker():
    return InProcessBroker()


@pytest.fixture
def work():
    """Start workers, and stop them when the test is over."""
    workers = []

    def start(broker, **options):
        worker = Worker(broker, worker_timeout=20, **options)
        worker.start()
        workers.append(worker)

    yield start
    for worker in workers:
        worker.stop(timeout=5000)


def message(**kwargs):
    return Message(queue_name="q", actor_name="do", args=(), kwargs=kwargs, options={})


def test_each_message_is_worked_on_once(broker, work):
    seen, lock, done = [], Lock(), Event()

    @dramatiq.actor(broker=broker, queue_name="q", actor_name="do")
    def do(*, number):
        with lock:
            seen.append(number)
            if len(seen) == 500:
                done.set()

    for number in range(250):
        broker.enqueue(message(number=number))
    work(broker, worker_threads=4)
    for number in range(250, 500):
        broker.enqueue(message(number=number))

    assert done.wait(5)
    assert sorted(seen) == list(range(500))


def test_a_message_that_is_to_come_later_comes_later(broker, work):
    came = []
    done = Event()

    @dramatiq.actor(broker=broker, queue_name="q", actor_name="do")
    def do(*, name):
        came.append((name, time.monotonic()))
        if len(came) == 2:
            done.set()

    work(broker, worker_threads=1)
    began = time.monotonic()
    broker.enqueue(message(name="later"), delay=200)
    broker.enqueue(message(name="now"))

    assert done.wait(5)
    assert [name for name, _ in came] == ["now", "later"]
    assert came[1][1] - began >= 0.2


def test_a_message_that_fails_is_forgotten_and_the_next_is_worked_on(broker, work):
    done = Event()

    @dramatiq.actor(broker=broker, queue_name="q", actor_name="do")
    def do(*, number):
        if number < 10:
            raise ZeroDivisionError
        done.set()

    # More than are fetched at once, so that a place that is not given back would stop everything.
    work(broker, worker_threads=1)
    for number in range(11):
        broker.enqueue(message(number=number))

    assert done.wait(5)


def test_a_queue_must_be_declared(broker):
    with pytest.raises(QueueNotFound):
        broker.enqueue(message())


def test_what_is_flushed_does_not_come(broker, work):
    came = []

    @dramatiq.actor(broker=broker, queue_name="q", actor_name="do")
    def do(*, number):
        came.append(number)

    broker.enqueue(message(number=1))
    broker.flush_all()
    work(broker, worker_threads=1)
    time.sleep(0.1)

    assert came == []
