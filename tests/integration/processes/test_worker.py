from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from threading import Thread

import pytest

from hexflows.adapters.worker.actors import QUEUE
from hexflows.adapters.worker.brokers import connect

from .conftest import PATIENCE, eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def worker(environ, tmp_path):
    """Start `hexflows worker`; one that is left when the test is over is ended."""
    started = []

    def start(**settings):
        variables = {f"HEXFLOWS_{name.upper()}": str(value) for name, value in settings.items()}
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "hexflows.entrypoints.cli", "worker"], env={**environ, **variables}, stderr=log
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def silent_mail():
    """A mail server that takes connections and never says a word; yields its URL and who has called."""
    called = []

    @contextmanager
    def open_():
        with socket.create_server(("127.0.0.1", 0)) as server:

            def take():
                while True:
                    try:
                        called.append(server.accept()[0])
                    except OSError:
                        return

            taking = Thread(target=take, daemon=True)
            taking.start()
            yield f"smtp://127.0.0.1:{server.getsockname()[1]}", called
            server.shutdown(socket.SHUT_RDWR)
            taking.join()

    with open_() as opened:
        yield opened
    for each in called:
        each.close()


@pytest.fixture
def register(hexflows):
    """Have somebody registered, so that a mail is to be sent."""

    def register(email="ann@example.com", **settings):
        done = hexflows("users", "create", "--email", email, "--unverified", "--no-password", **settings)
        assert done.returncode == 0, done.stderr

    return register


@pytest.fixture
def jobs(hexflows):
    def listed(**settings):
        done = hexflows("jobs", "list", "--json", **settings)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["items"]

    return listed


def test_a_worker_does_what_is_due_and_what_comes_later(worker, register, tmp_path, jobs):
    register("ann@example.com")
    worker()
    eventually(lambda: len(list((tmp_path / "data" / "mail").glob("*.eml"))) == 1)

    register("bob@example.com")
    eventually(lambda: len(list((tmp_path / "data" / "mail").glob("*.eml"))) == 2)

    eventually(lambda: {(job["status"], job["attempt"]) for job in jobs()} == {("completed", 1)})


def test_a_signal_ends_an_idle_worker_soon(worker, ending, tmp_path):
    process = worker()
    eventually(lambda: "worker is ready" in (tmp_path / "worker.log").read_text())

    process.send_signal(ending)

    assert process.wait(timeout=PATIENCE) == 0


def test_a_job_that_is_not_done_in_time_goes_back_with_no_attempt_counted(worker, register, jobs, silent_mail):
    url, called = silent_mail
    register()
    process = worker(mail_url=url, grace=1)
    eventually(lambda: called)
    assert [(job["status"], job["attempt"]) for job in jobs()] == [("running", 1)]

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=PATIENCE) == 0
    assert [(job["status"], job["attempt"]) for job in jobs()] == [("queued", 0)]


def test_being_told_twice_gives_jobs_back_at_once(worker, register, jobs, silent_mail, tmp_path):
    url, called = silent_mail
    register()
    process = worker(mail_url=url, grace=600)
    eventually(lambda: called)

    process.send_signal(signal.SIGINT)
    eventually(lambda: "worker stops" in (tmp_path / "worker.log").read_text())
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=PATIENCE) == 0
    assert [(job["status"], job["attempt"]) for job in jobs()] == [("queued", 0)]


def test_a_hint_that_died_with_its_worker_is_sent_anew_at_once(worker, register, jobs, silent_mail, tmp_path):
    # One job is at work and two wait with their hints sent when the worker is killed.
    url, called = silent_mail
    for name in ("ann", "bob", "cem"):
        register(f"{name}@example.com")
    process = worker(mail_url=url, workers=1)
    eventually(lambda: called)
    process.kill()
    process.wait()

    worker()

    eventually(lambda: len(list((tmp_path / "data" / "mail").glob("*.eml"))) == 2, within=20)
    assert sorted(job["status"] for job in jobs()) == ["completed", "completed", "running"]


@pytest.fixture
def broker(redis_url):
    """A broker on Redis, with nothing in it."""
    connection = connect(redis_url)
    # Only queues that it knows of are emptied.
    connection.broker.declare_queue(QUEUE)
    connection.broker.flush_all()
    yield redis_url
    connection.broker.flush_all()


@pytest.mark.parametrize("delivery", ["outbox", "direct"])
def test_jobs_are_done_over_redis(worker, register, broker, jobs, delivery):
    settings = {"broker_url": broker, "delivery": delivery}
    worker(**settings)

    register(**settings)

    eventually(lambda: [(job["status"], job["attempt"]) for job in jobs(**settings)] == [("completed", 1)])


def test_direct_delivery_with_a_broker_that_is_down_keeps_nothing(hexflows):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    settings = {"broker_url": f"redis://127.0.0.1:{port}/0", "delivery": "direct"}

    done = hexflows("users", "create", "--email", "ann@example.com", "--unverified", "--no-password", **settings)

    assert done.returncode == 18
    assert hexflows("users", "show", "ann@example.com").returncode == 13


def test_direct_delivery_without_a_broker_is_refused_at_the_start(worker, tmp_path):
    assert worker(delivery="direct").wait(timeout=PATIENCE) == 10
    assert "HEXFLOWS_DELIVERY" in (tmp_path / "worker.log").read_text()
