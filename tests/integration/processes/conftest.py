"""Real processes, as an operator starts them: each test has its own data folder, and leaves no process behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

PASSWORD = "Correct-Horse-1"

#: Seconds that a busy machine may take for what takes it one when it is not.
PATIENCE = 30


def eventually(met, within=PATIENCE):
    """Wait until *met* returns something true, and return that."""
    until = time.monotonic() + within
    while not (found := met()):
        assert time.monotonic() < until, f"not within {within} s: {met}"
        time.sleep(0.05)
    return found


class Served:
    """One `hexflows serve`, and whatever it started."""

    def __init__(self, environ, log, *arguments):
        self.log = log
        with log.open("ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hexflows.entrypoints.cli", "serve", *arguments],
                env=environ,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        self.parent = psutil.Process(self.process.pid)
        self.family = {}

    def ready(self):
        line = self.process.stdout.readline().decode()
        assert line.startswith("hexflows serves http://"), self.log.read_text()
        self.port = int(line.rpartition(":")[2])
        self.look()
        return self

    def look(self):
        """Remember who is there, so that they can be found when their parent is not."""
        self.family |= {each.pid: each for each in self.parent.children(recursive=True)}
        return self.family.values()

    def child(self, module):
        """Return the child that runs the module, if it is there."""
        with suppress(psutil.NoSuchProcess):
            return next(
                (each for each in self.parent.children() if f"hexflows.entrypoints.{module}" in each.cmdline()), None
            )

    def left(self):
        """Return who is there still. A process that has ended and is only waited for does nothing any more."""
        return [each for each in self.family.values() if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def tell(self, number):
        self.look()
        self.process.send_signal(number)

    def ended(self):
        """Wait until the parent has ended, and return its exit code and what it printed after its first line."""
        printed, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, printed.decode()

    def clean_up(self):
        if self.process.poll() is None:
            self.look()
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        for each in self.left():
            with suppress(psutil.NoSuchProcess):
                each.kill()


@pytest.fixture
def environ(tmp_path):
    """Return an environment of our own, quick and on a new data folder."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("HEXFLOWS_")}
    return {
        **others,
        "HEXFLOWS_DATA": str(tmp_path / "data"),
        "HEXFLOWS_PORT": "0",
        "HEXFLOWS_LIMITS": "off",
        "HEXFLOWS_BCRYPT_COST": "4",
        "HEXFLOWS_GRACE": "10",
    }


@pytest.fixture
def serve(environ, tmp_path):
    """Start `hexflows serve`; what is left when the test is over is ended."""
    started = []

    def start(*arguments, **settings):
        variables = {f"HEXFLOWS_{name.upper()}": str(value) for name, value in settings.items()}
        served = Served({**environ, **variables}, tmp_path / f"log{len(started)}", *arguments)
        started.append(served)
        return served

    yield start
    for served in started:
        served.clean_up()


@pytest.fixture
def hexflows(environ):
    """Run another command on the same data folder, and return what it did."""

    def run(*arguments, stdin="", **settings):
        variables = {f"HEXFLOWS_{name.upper()}": str(value) for name, value in settings.items()}
        return subprocess.run(
            [sys.executable, "-m", "hexflows.entrypoints.cli", *arguments],
            env={**environ, **variables},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


@pytest.fixture(params=[signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def ending(request):
    return request.param
