"""Whoever is killed while people register: who was told that they have an account has it, and gets one letter."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from ..conftest import eventually
from .conftest import register

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

#: Who is killed, so that each is in one of ten cases at least.
VICTIMS = ("parent", "parent", "web", "web", "answering", "answering", "answering", "worker", "worker", "worker")


@pytest.fixture
def dice():
    seed = os.environ.get("HEXFLOWS_TEST_SEED") or str(time.time_ns())
    print(f"HEXFLOWS_TEST_SEED={seed}")  # noqa: T201 - shown when the test fails, to have the same again
    return random.Random(seed)  # noqa: S311 - not for secrets


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False


def insist(port, email):
    """Ask for an account until there is an answer; return it, and how often it took."""
    until, times = time.monotonic() + 120, 0
    while time.monotonic() < until:
        times += 1
        if answer := register(port, email):
            return (email, *answer, times)
        time.sleep(0.05)
    raise TimeoutError(email)


def find(served, victim):
    """Return the process of that kind, if it is there at the moment."""
    if victim == "parent":
        return served.parent
    child = served.child("worker" if victim == "worker" else "web")
    if child is None or victim != "answering":
        return child
    with suppress(psutil.NoSuchProcess):
        return next(iter(child.children()), None)


def strike(serve, served, victim):
    """Kill the victim, and return who serves then."""
    served.look()
    with suppress(psutil.NoSuchProcess):
        eventually(lambda: find(served, victim)).kill()
    if victim != "parent":
        return served
    served.process.wait()
    eventually(lambda: refused(served.port) and not served.left())
    return serve(port=served.port).ready()


@pytest.mark.parametrize(("people", "kills"), [(30, 10), pytest.param(300, 60, marks=pytest.mark.nightly)])
def test_everybody_who_was_told_so_has_an_account_and_one_letter(serve, installation, dice, people, kills):
    emails = [f"p{number}@example.com" for number in range(people)]
    victims = [victim for _ in range(kills // len(VICTIMS)) for victim in dice.sample(VICTIMS, len(VICTIMS))]
    served = serve().ready()

    with ThreadPoolExecutor(2) as pool:
        told = [pool.submit(insist, served.port, each) for each in emails[: people // 2]]
        for number, victim in enumerate(victims):
            time.sleep(dice.uniform(0, 0.5))
            served = strike(serve, served, victim)
            # So that there is somebody who asks whenever somebody is killed.
            share = emails[people // 2 :][number :: len(victims)]
            told += [pool.submit(insist, served.port, each) for each in share]
        answers = [each.result() for each in told]

    assert [status for _, status, _, _ in answers] == [201] * people
    served.tell(signal.SIGKILL)
    served.process.wait()
    eventually(lambda: not served.left())
    assert installation.check() == people
    assert sorted(installation.emails()) == sorted(emails)

    installation.pass_time()
    serve().ready()
    eventually(installation.done)

    assert installation.letters() == sorted(emails)
    assert installation.check() == len({answer["id"] for _, _, answer, _ in answers}) == people
