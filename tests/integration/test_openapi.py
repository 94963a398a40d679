"""The whole application against its own OpenAPI document, and the page that shows it in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import hypothesis
import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from hexflows.adapters.wire.commands import command
from hexflows.core.flows.accounts.create_user import CreateUser
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.rules.asking import SYSTEM
from hexflows.entrypoints.http import app_of
from hexflows.entrypoints.opening import open_in_memory
from hexflows.entrypoints.settings import settings_from
from hexflows.entrypoints.wiring import assemble

ANN = {"email": "ann@example.com", "password": "Correct-Horse-1"}

#: What the document allows may be refused all the same: a weak password, a token that nobody gave.
LEFT_OUT = "positive_data_acceptance"

#: What only those get who are signed in.
SECURED = {("GET /auth/me", 200), ("GET /auth/sessions", 200), ("DELETE /auth/sessions", 204)}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def signing_in(log_in):
    """Return what signs in anew for each request: some of them end the session that they come with."""

    class SignedIn:
        def get(self, case, context):
            return log_in(command(LogIn, ANN)).grant.token.text

        def set(self, case, token, context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    return SignedIn


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An address, and the flows behind it. Limits are off: who asks a thousand times is to be answered each time."""
    data = tmp_path_factory.mktemp("data")
    settings = settings_from({}, data=data, limits="off", bcrypt_cost=4)
    with open_in_memory(settings) as parts:
        flows = assemble(parts)
        flows.accounts.create_user(command(CreateUser, {**ANN, "role": "customer", "verified": True}, asker=SYSTEM))
        with make_server("127.0.0.1", 0, app_of(settings, parts, flows), handler_class=Quiet) as server:
            running = Thread(target=server.serve_forever)
            running.start()
            yield f"http://127.0.0.1:{server.server_port}", flows
            server.shutdown()
            running.join()


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("signed_in", [False, True])
def test_no_answer_is_outside_of_the_document(served, signed_in):
    url, flows = served
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    schema.config.update(base_url=url)
    schema.config.generation.update(max_examples=hypothesis.settings.default.max_examples // 3, database="none")
    if signed_in:
        schema.auth(refresh_interval=None)(signing_in(flows.accounts.log_in))

    answered, wrong = set(), []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            answered |= answers_in(event.recorder)
            wrong += failures_in(event.recorder)

    assert wrong == []
    assert signed_in is (answered >= SECURED)


def answers_in(recorder):
    """Return the operations and the statuses that they answered with."""
    told = recorder.interactions.items()
    return {(recorder.cases[of].value.operation.label, each.response.status_code) for of, each in told if each.response}


def failures_in(recorder):
    """Return what is wrong with answers, and how to get them again."""
    checks = (check for checks in recorder.checks.values() for check in checks if check.name != LEFT_OUT)
    return [f"{each.failure_info.failure}\n{each.failure_info.code_sample}" for each in checks if each.failure_info]


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_shows_every_operation_and_its_policy_stops_nothing(served, tmp_path):
    url, _ = served
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None and not os.environ.get("HEXFLOWS_REQUIRE_BROWSER"):
        pytest.skip("there is no Chromium on this machine")
    assert chromium, "HEXFLOWS_REQUIRE_BROWSER is set, and there is no Chromium"
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
    shown = subprocess.run(
        [
            chromium,
            *quiet,
            f"--user-data-dir={tmp_path}",
            "--enable-logging=stderr",
            "--virtual-time-budget=15000",
            "--dump-dom",
            f"{url}/docs#/auth/post_auth_signup",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    operations = re.findall(r'class="opblock opblock-(\w+)', shown.stdout)

    assert len(operations) == 15
    assert "Content Security Policy" not in shown.stderr
