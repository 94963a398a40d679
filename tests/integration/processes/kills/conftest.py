"""Installations whose processes are killed: on SQLite and on PostgreSQL."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import update

import hexflows
from hexflows.adapters.sql.opening import open_storage
from hexflows.adapters.sql.tables.jobs import jobs as table
from hexflows.core.rules.jobs import Status
from hexflows.entrypoints.testing.crashes.leaving import every_job, everybody, sound
from hexflows.entrypoints.testing.packing import PlainPacking

from ...databases import as_accounts, everything
from ..conftest import PASSWORD, PATIENCE


class Standby:
    """The program that forks what dies where it is told to."""

    def __init__(self, environ, log):
        with log.open("ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, Path(__file__).with_name("deadly.py")],
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                bufsize=1,
            )
        self.environ, self.log = environ, log
        self.port = int(self.process.stdout.readline())
        self.pid = None

    def start(self, **wanted):
        """Have a process started; at most one is there."""
        self.process.stdin.write(json.dumps({"environ": self.environ, **wanted}) + "\n")
        self.pid = int(self.process.stdout.readline())

    def gone(self, within):
        """Say whether it was killed within that time."""
        if not select.select([self.process.stdout], [], [], within)[0]:
            return False
        code = int(self.process.stdout.readline())
        assert code == -signal.SIGKILL, self.log.read_text()
        self.pid = None
        return True

    def kill(self):
        """End it, if it is there."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            assert self.gone(PATIENCE)

    def close(self):
        self.kill()
        self.process.communicate()


class Installation:
    """A database and a folder of mails, as they are found after a crash."""

    def __init__(self, storage, mails):
        self.storage, self.mails = storage, mails
        self.seen = as_accounts(storage, PlainPacking())

    def jobs(self):
        with self.seen.snapshot() as accounts:
            return every_job(accounts)

    def job(self, id_):
        with self.seen.snapshot() as accounts:
            return accounts.jobs.find(id_)

    def emails(self):
        with self.seen.snapshot() as accounts:
            return [user.email.given for user in everybody(accounts)]

    def check(self):
        """Make sure that registrations, which were all under keys, are there whole, and return how many there are."""
        sound(self.seen)
        rows = everything(self.storage)
        counts = {name: len(rows[name]) for name in ("users", "credentials", "secrets", "receipts", "jobs")}
        assert len(set(counts.values())) == 1, counts
        assert all(row["answer"] for row in rows["receipts"])
        return counts["users"]

    def set(self, *wheres, **values):
        with self.storage.migrating() as connection:
            connection.execute(update(table).where(*wheres).values(values))

    def set_aside(self):
        """Have nobody find the jobs that are there."""
        later = datetime.now(UTC) + timedelta(days=300)
        self.set(table.c.status == Status.QUEUED, due_at=later)
        self.set(table.c.status == Status.RUNNING, lease_until=later)

    def pass_time(self):
        """Have every job due, and every lease lapse: nobody works."""
        now = datetime.now(UTC)
        self.set(table.c.status == Status.QUEUED, due_at=now, sent_until=None)
        self.set(table.c.status == Status.RUNNING, lease_until=now)

    def letters(self):
        """Return to whom the letters are, each once that is there; all of them are whole."""
        messages = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in self.mails.glob("*.eml")]
        assert all("token=" in each.get_body(("plain",)).get_content() for each in messages)
        return sorted(str(each["To"]) for each in messages)

    def done(self):
        """Say whether nothing is left to do."""
        return all(job.is_terminal for job in self.jobs())


@pytest.fixture
def environ(environ, database_url):
    return {
        **environ,
        "HEXFLOWS_DATABASE_URL": database_url,
        "HEXFLOWS_SECRET": "for tests alone and of thirty-two bytes or more",
        "HEXFLOWS_SQLITE_SYNCHRONOUS": "NORMAL",
        "HEXFLOWS_PROCESSES": "1",
        "HEXFLOWS_GRACE": "2",
    }


@pytest.fixture
def installation(environ, database_url, tmp_path):
    storage = open_storage(database_url)
    yield Installation(storage, tmp_path / "data" / "mail")
    storage.dispose()


@pytest.fixture
def standby(environ, tmp_path):
    standby = Standby(environ, tmp_path / "standby")
    yield standby
    standby.close()


@pytest.fixture
def app(environ):
    """The installation from inside, for what comes before."""
    names = ("data", "database_url", "secret", "limits", "bcrypt_cost", "sqlite_synchronous")
    with hexflows.open(**{name: environ[f"HEXFLOWS_{name.upper()}"] for name in names}) as app:
        yield app


@pytest.fixture
def worker(environ, tmp_path):
    """Start `hexflows worker`; one that is left when the test is over is ended."""
    started = []

    def start(**settings):
        variables = {f"HEXFLOWS_{name.upper()}": str(value) for name, value in settings.items()}
        with (tmp_path / "worker").open("ab") as log:
            command = [sys.executable, "-m", "hexflows.entrypoints.cli", "worker"]
            started.append(subprocess.Popen(command, env={**environ, **variables}, stderr=log))

    yield start
    for process in started:
        process.kill()
        process.wait()


def register(port, email):
    """Ask for an account, always with the same key; return the status and the answer, or None if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    body = json.dumps({"email": email, "password": PASSWORD})
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"key-of-{email}"}
    try:
        connection.request("POST", "/auth/register", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
