"""A mail server that is down, or says no: mails wait and none is lost, none is made up, and what is refused is told."""

from __future__ import annotations

import json
import socket
from collections import Counter

import pytest
from aiosmtpd.controller import Controller
from attrs import field, frozen

from .conftest import PASSWORD, eventually

pytestmark = pytest.mark.slow


@frozen
class Post:
    """A mail server's mind: what it says to letters for an address, answer after answer; in the end it takes them."""

    answers: dict = field(factory=dict)
    taken: Counter = field(factory=Counter)
    asked: Counter = field(factory=Counter)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the library's name
        self.asked[address] += 1
        if self.answers.get(address):
            return self.answers[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.update(envelope.rcpt_tos)
        return "250 OK"


@pytest.fixture
def port():
    """A port at which nobody listens yet."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def open_post(port):
    """Have a mail server come up."""
    opened = []

    def open_(post):
        controller = Controller(post, hostname="127.0.0.1", port=port)
        controller.start()
        opened.append(controller)

    yield open_
    for controller in opened:
        controller.stop()


@pytest.fixture
def jobs(hexflows):
    """Return the jobs by their status."""

    def listed():
        done = hexflows("jobs", "list", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["items"]

    return listed


def register(served, email, password=PASSWORD):
    return served.ask("POST", "/auth/register", {"email": email, "password": password})[0]


def test_mails_wait_for_a_server_that_is_down_and_all_arrive_once(serve, jobs, port, open_post):
    served = serve(mail_url=f"smtp://127.0.0.1:{port}").ready()
    emails = [f"p{number}@example.com" for number in range(5)]
    assert [register(served, each) for each in emails] == [201] * 5
    assert register(served, "P0@Example.com") == 409
    assert register(served, "weak@example.com", "weak") == 400
    eventually(lambda: all(job["attempt"] for job in jobs()))
    assert {(job["status"], job["error_code"]) for job in jobs()} <= {("queued", "MAIL_DELAYED"), ("running", None)}

    post = Post()
    open_post(post)

    eventually(lambda: post.taken == Counter(emails))
    eventually(lambda: {job["status"] for job in jobs()} == {"completed"})
    assert post.taken == Counter(emails)
    assert len(jobs()) == 5


def test_a_letter_that_is_put_off_arrives_and_one_that_is_refused_says_why(serve, jobs, port, open_post):
    post = Post({"slow@example.com": ["451 Try again later"] * 2, "never@example.com": ["550 No such mailbox"] * 9})
    open_post(post)
    served = serve(mail_url=f"smtp://127.0.0.1:{port}").ready()

    assert register(served, "slow@example.com") == register(served, "never@example.com") == 201

    eventually(lambda: post.taken)
    eventually(lambda: {job["status"] for job in jobs()} == {"completed", "failed"})
    slow, never = sorted(jobs(), key=lambda job: job["status"])
    assert (slow["attempt"], post.asked["slow@example.com"], post.taken) == (3, 3, Counter(["slow@example.com"]))
    assert (never["status"], never["error_code"], never["attempt"]) == ("failed", "MAIL_REFUSED", 1)
    assert "550 No such mailbox" in never["error"]
    assert post.asked["never@example.com"] == 1
    # Whoever cannot be reached has an account all the same, and may ask for another mail.
    assert register(served, "never@example.com") == 409
