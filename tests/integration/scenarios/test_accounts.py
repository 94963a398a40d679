"""One person's way through their account, through every door, on every storage: the outcomes are the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import click.testing
import falcon.testing
import pytest

from hexflows.adapters.cli import call, jobs
from hexflows.adapters.wire.commands import Reader
from hexflows.core.rules.accounts.passwords import composed
from hexflows.entrypoints.catalog import bound, entries
from hexflows.entrypoints.http import app_of
from hexflows.entrypoints.library import open_app
from hexflows.entrypoints.opening import open_in_memory
from hexflows.entrypoints.wiring import assemble

from .accounts import EXPECTED, walk
from .doors import CliDoor, HttpDoor, LibraryDoor, Mailbox, WorkerDoor, over, process

SECRET = "a secret that is long enough for these tests"

#: What every installation of the scenario is told.
SETTINGS = {"bcrypt_cost": 4, "limits": "off", "secret": SECRET}


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def app(request, tmp_path):
    """An installation that is open in this process."""
    if request.param == "memory":
        opened = open_app(tmp_path, memory=True, **SETTINGS)
    else:
        opened = open_app(tmp_path, database_url=request.getfixturevalue(URLS[request.param]), **SETTINGS)
    with opened:
        yield opened


URLS = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}


@pytest.fixture
def mailbox(tmp_path):
    return Mailbox(tmp_path / "mail")


@pytest.fixture
def environ(tmp_path, database_url):
    """The environment of processes that share one installation."""
    ours = {f"HEXFLOWS_{name.upper()}": str(value) for name, value in SETTINGS.items()}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("HEXFLOWS_")},
        **ours,
        "HEXFLOWS_DATA": str(tmp_path),
        "HEXFLOWS_DATABASE_URL": database_url,
    }


def test_library(app, mailbox):
    assert walk(LibraryDoor(app, mailbox.token)) == EXPECTED


def test_worker_in_this_process(app, mailbox):
    assert walk(WorkerDoor(app, mailbox.token, lambda _: app.run_due())) == EXPECTED


def test_http_in_this_process(tmp_path, mailbox):
    with open_app(tmp_path, memory=True, **SETTINGS) as app, open_in_memory(app.settings) as parts:
        flows = assemble(parts)
        client = falcon.testing.TestClient(app_of(app.settings, parts, flows))

        def send(method, path, headers, body):
            done = client.simulate_request(method, path, headers=dict(headers), body=body)
            return done.status_code, done.json if done.content else None

        from hexflows.core.flows.jobs.run_due import RunDue

        door = HttpDoor(send, mailbox.token, lambda: flows.jobs.run_due(RunDue()))

        assert walk(door) == EXPECTED


def test_command_line_in_this_process(tmp_path, mailbox):
    with open_app(tmp_path, memory=True, **SETTINGS) as app:
        flows = app.flows
        group = click.Group(
            commands=[
                call.commands(
                    accounts=lambda: flows.accounts,
                    known=lambda: {name: each.command for name, each in entries().items()},
                    flow=lambda name: bound(flows, name),
                    read=lambda: Reader(policy=composed),
                ),
                jobs.commands(jobs=lambda: flows.jobs),
            ]
        )

        def run(arguments, given):
            done = click.testing.CliRunner().invoke(group, list(arguments), input=given)
            return done.exit_code, json.loads(done.stdout or "null")

        assert walk(CliDoor(run, mailbox.token)) == EXPECTED


def test_command_line(environ, mailbox):
    assert walk(CliDoor(process(environ), mailbox.token)) == EXPECTED


def test_http(environ, mailbox):
    with serving(environ) as url:
        door = HttpDoor(over(url), lambda *about: waited(lambda: mailbox.token(*about)), lambda: None)

        assert walk(door) == EXPECTED


def test_worker(environ, mailbox, database_url, tmp_path):
    with open_app(tmp_path, database_url=database_url, **SETTINGS) as app, running(environ, "worker"):

        def drained(job):
            waited(lambda: ended(app, job))

        door = WorkerDoor(app, lambda *about: waited(lambda: mailbox.token(*about)), drained)

        assert walk(door) == EXPECTED


def ended(app, job):
    assert app.job(job).finished_at


@contextmanager
def running(environ, *arguments):
    """Run a command of ours until the block is left."""
    child = subprocess.Popen([sys.executable, "-m", "hexflows", *arguments], env=environ, stdout=subprocess.PIPE)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(30)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()


@contextmanager
def serving(environ):
    """Serve at a free port; give the address as soon as it answers."""
    with running(environ, "serve", "--port", "0") as child:
        line = child.stdout.readline().decode()
        yield next(word for word in line.split() if word.startswith("http"))


def waited(look, seconds=30.0):
    """Return what *look* returns as soon as it does not fail."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return look()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
