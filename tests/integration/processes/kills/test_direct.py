"""Direct delivery: the message is at the broker before the row is kept, and whatever becomes of the row is right."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from redis import Redis

from hexflows.adapters.worker.actors import QUEUE
from hexflows.adapters.worker.brokers import NAMESPACE, connect
from hexflows.core.flows.accounts._secrets import Mint
from hexflows.core.flows.accounts.mail_secrets import SendVerificationMail
from hexflows.core.rules.jobs import Status
from hexflows.core.rules.onetime import Purpose
from hexflows.entrypoints.opening import open_parts
from hexflows.entrypoints.settings import settings_from

from ..conftest import eventually
from .conftest import register

pytestmark = pytest.mark.slow


@pytest.fixture
def broker(redis_url):
    """A broker on Redis, with nothing in it."""
    connection = connect(redis_url)
    # Only queues that it knows of are emptied.
    connection.broker.declare_queue(QUEUE)
    connection.broker.flush_all()
    yield redis_url
    connection.broker.flush_all()


@pytest.fixture
def direct(environ, broker):
    """The environment of an installation that delivers directly."""
    return {**environ, "HEXFLOWS_DELIVERY": "direct", "HEXFLOWS_BROKER_URL": broker}


def asks_again(url):
    """Say whether a worker has found no row for its message, and will look again a little later."""
    with Redis.from_url(url) as redis:
        return redis.hlen(f"{NAMESPACE}:jobs.DQ.msgs") > 0


class Undone(Exception):
    """The sign-up went wrong after its message was sent."""


@pytest.fixture
def ask_for_mail(direct):
    """Keep a mail to come, and do something else before it is kept."""

    def ask_for_mail(to, meanwhile):
        with open_parts(settings_from(direct)) as parts:
            mint, now = Mint(parts.keyring, parts.new_id, parts.new_secret), parts.clock()
            secret = mint.make(Purpose.VERIFY_EMAIL, to, now, timedelta(hours=1))
            with parts.accounts() as accounts:
                accounts.secrets.add(secret)
                accounts.jobs.add(SendVerificationMail(secret.id, to), at=now)
                meanwhile()

    return ask_for_mail


def test_a_broker_that_refuses_undoes_the_registration(standby, installation, direct, worker):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    standby.start(be="web", environ={**direct, "HEXFLOWS_BROKER_URL": f"redis://127.0.0.1:{port}/0"})

    status, answer = register(standby.port, "ann@example.com")

    assert (status, answer["errorCode"]) == (503, "BROKER_DOWN")
    assert installation.check() == 0

    standby.kill()
    standby.start(be="web", environ=direct)
    assert register(standby.port, "ann@example.com")[0] == 201
    worker(delivery="direct", broker_url=direct["HEXFLOWS_BROKER_URL"])
    eventually(installation.done)
    assert installation.letters() == ["ann@example.com"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_that_comes_before_the_row_is_kept_asks_again(installation, worker, broker, ask_for_mail):
    worker(delivery="direct", broker_url=broker)

    ask_for_mail("ann@example.com", lambda: eventually(lambda: asks_again(broker)))

    eventually(installation.letters)
    eventually(installation.done)
    assert [(job.status, job.attempt) for job in installation.jobs()] == [(Status.COMPLETED, 1)]
    assert installation.letters() == ["ann@example.com"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_undone_after_its_message_was_sent_mails_nobody(installation, worker, broker, ask_for_mail):
    def undo():
        eventually(lambda: asks_again(broker))
        raise Undone

    worker(delivery="direct", broker_url=broker)
    with suppress(Undone):
        ask_for_mail("ann@example.com", undo)
    # Long enough for the message to look again, several times.
    time.sleep(1.5)
    ask_for_mail("bob@example.com", lambda: None)

    eventually(installation.done)
    assert installation.letters() == ["bob@example.com"]
    # It is still not known that the row will never come.
    eventually(lambda: asks_again(broker))
