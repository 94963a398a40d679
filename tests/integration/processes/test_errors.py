from __future__ import annotations

import gzip
import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

pytestmark = pytest.mark.slow

#: A program that is set up as ours are, in which an application and a job break.
PROGRAM = """
import os
import time

import dramatiq
import sentry_sdk
from falcon.testing import TestClient

from hexflows.adapters.context import about
from hexflows.adapters.http.app import Door, make
from hexflows.adapters.http.cookies import Cookies
from hexflows.adapters.http.csrf import Csrf
from hexflows.adapters.http.routes import Route
from hexflows.adapters.keyring import HmacKeyring
from hexflows.adapters.system import new_secret
from hexflows.adapters.worker.inprocess import InProcessBroker
from hexflows.core.rules.asking import GUEST
from hexflows.core.rules.refusals import Missing
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.logs import configure
from hexflows.entrypoints.settings import settings_from

configure(settings_from(os.environ))


class Broken:
    def on_post(self, req, resp):
        password = "hunter2-local"
        raise ZeroDivisionError(f"token=hunter2-message of {password[:0]}")


class Refusing:
    def on_get(self, req, resp):
        raise Missing("hunter2-refusal")


keyring = HmacKeyring.of([Secret("s" * 32)])
cookies = Cookies.at("http://localhost")
door = Door(authenticate=lambda _: GUEST, csrf=Csrf("http://localhost", cookies, keyring, new_secret), cookies=cookies)
client = TestClient(make([Route("/broken", Broken()), Route("/refusing", Refusing())], door))
headers = {"Authorization": "Bearer hunter2-header", "Cookie": "other=hunter2-cookie"}
client.simulate_post("/broken?token=hunter2-query", body='{"password": "hunter2-body"}', headers=headers)
client.simulate_get("/refusing")

broker = InProcessBroker()


@dramatiq.actor(broker=broker, queue_name="jobs", actor_name="breaks")
def breaks(*, secret):
    raise KeyError("no such thing")


with about(job="the-job"):
    breaks.send(secret="hunter2-argument")
worker = dramatiq.Worker(broker, worker_timeout=20, worker_threads=1)
worker.start()
until = time.monotonic() + 5
while not broker.queues["jobs"].empty() and time.monotonic() < until:
    time.sleep(0.02)
worker.stop()
sentry_sdk.flush(5)
"""


@pytest.fixture
def receiver():
    """Receive what is reported; yields where to report to, and what came."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://key@127.0.0.1:{server.server_port}/1", came
        server.shutdown()
        thread.join()


def events_of(envelopes):
    lines = [json.loads(line) for envelope in envelopes for line in envelope.splitlines() if line.startswith(b"{")]
    return [line for line in lines if "exception" in line]


def test_what_breaks_is_reported_once_with_nothing_of_whom_it_happened_to(receiver, environ):
    dsn, came = receiver

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environ, "HEXFLOWS_SENTRY_DSN": dsn},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    events = events_of(came)
    assert sorted(event["exception"]["values"][-1]["type"] for event in events) == ["KeyError", "ZeroDivisionError"]
    assert "hunter2" not in b"".join(came).decode(errors="replace")
    (broken,) = [event for event in events if event["exception"]["values"][-1]["type"] == "ZeroDivisionError"]
    assert broken["tags"]["request"]
    assert broken["request"]["method"] == "POST"
    assert "user" not in broken


def test_without_a_place_to_report_to_nothing_is_imported_for_it(environ):
    program = (
        "import os, sys; from hexflows.entrypoints.logs import configure; "
        "from hexflows.entrypoints.settings import settings_from; configure(settings_from(os.environ)); "
        "sys.exit('sentry_sdk' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], env=environ, timeout=60, check=False).returncode == 0
