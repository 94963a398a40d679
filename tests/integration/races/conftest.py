"""An installation that many use at once: on SQLite and on PostgreSQL, by threads and by processes."""

from __future__ import annotations

import re
import socket
from collections import Counter
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from attrs import field, frozen

import hexflows
from hexflows.core.flows.accounts.create_user import CreateUser
from hexflows.core.rules.asking import SYSTEM, Role
from hexflows.core.rules.secrecy import Password
from hexflows.entrypoints.testing.making import new_email

from .crowd import Processes, Threads, Workers

PASSWORD = "Correct-Horse-1"


@frozen
class Post:
    """A mail server that keeps every message that it is given."""

    messages: list = field(factory=list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def arrived(self):
        """Return how many messages came to each address."""
        return Counter(str(each["To"]) for each in self.messages)

    def token(self):
        """Return the token in the message that came last."""
        text = self.messages[-1].get_body(("plain",)).get_content()
        return re.search(r"token=([\w-]+)", text)[1]


@pytest.fixture(scope="session")
def mail_server():
    post = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}", post
    controller.stop()


@pytest.fixture
def post(mail_server):
    """The mail server, with nothing in it."""
    _, post = mail_server
    post.messages.clear()
    return post


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    """The address of an empty database."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    request.getfixturevalue("postgres_storage")
    return request.getfixturevalue("_postgres_shared")[0]


@pytest.fixture
def settings(url, mail_server, tmp_path):
    """The installation's settings: hashes are cheap and limits are off, unless they are the point."""
    return {
        "data": str(tmp_path),
        "database_url": url,
        "secret": "for tests alone and of thirty-two bytes or more",
        "mail_url": mail_server[0],
        "bcrypt_cost": 4,
        "limits": "off",
        "sqlite_synchronous": "NORMAL",
    }


@pytest.fixture(scope="session")
def workers():
    workers = Workers()
    yield workers
    workers.close()


@pytest.fixture(params=["threads", "processes"])
def gather(request):
    """Gathers a crowd on an installation, given its settings."""
    gathered = []

    def gather(settings):
        threads = request.param == "threads"
        gathered.append(Threads(settings) if threads else Processes(request.getfixturevalue("workers"), settings))
        return gathered[-1]

    yield gather
    for crowd in gathered:
        crowd.close()


@pytest.fixture
def crowd(gather, settings):
    """Many who call flows at once."""
    return gather(settings)


@pytest.fixture
def app(settings, post):
    """The installation, for what happens before and after."""
    with hexflows.open(**settings) as app:
        yield app


@frozen
class Person:
    """Somebody with an account."""

    id: str
    email: str


@pytest.fixture
def ann(app):
    """Somebody with a verified account."""
    return somebody(app)


def somebody(app, email=None):
    """Return somebody new with a verified account."""
    email = email or new_email()
    profile = app.flows.accounts.create_user(
        CreateUser(email, Role.CUSTOMER, None, Password(PASSWORD), verified=True, asker=SYSTEM)
    )
    return Person(str(profile.id), profile.email)


@pytest.fixture
def log_in(app):
    """Log somebody in and return what they are given."""

    def log_in(person, password=PASSWORD):
        return app.tell(app.call("accounts.log_in", email=person.email, password=password))["grant"]

    return log_in
