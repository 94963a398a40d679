"""What the server answers is what its document says, whatever it is asked. Limits are off but where they are tested."""

from __future__ import annotations

import json
from collections import Counter
from itertools import count

import hypothesis
import pytest
import schemathesis
from attrs import field, frozen
from schemathesis import GenerationMode
from schemathesis.engine import events, from_schema

PASSWORD = "Correct-Horse-1"
ANN = {"email": "ann@example.com", "password": PASSWORD}

#: How many examples of each operation are made, beside one for each rule of each field.
EXAMPLES = min(hypothesis.settings.default.max_examples // 2, 300)

#: What a request that fits the document may still be refused for: what is right today was wrong tomorrow.
TODAY = {"INVALID_TOKEN", "INVALID_USERNAME"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@frozen
class Found:
    """What a run has found: answers by operation and status, and what is wrong with them."""

    answers: Counter = field(factory=Counter)
    wrong: list = field(factory=list)

    @property
    def statuses(self):
        return {status for _, status in self.answers}

    def add(self, event):
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.wrong.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            told = event.recorder
            paths = {of: case.value.operation.path for of, case in told.cases.items()}
            seen = ((paths[of], each.request.method, each.response) for of, each in told.interactions.items())
            self.answers.update((f"{method} {path}", answer.status_code) for path, method, answer in seen if answer)
            checks = (check for checks in told.checks.values() for check in checks if check.failure_info)
            self.wrong.extend(
                f"{each.name}: {each.failure_info.failure}\n{each.failure_info.code_sample}" for each in checks
            )


def post(served, path, message):
    return json.loads(served.ask("POST", path, message)[1])


def document_of(served):
    return json.loads(served.ask("GET", "/openapi.json")[1])


def schema_of(served, document=None):
    schema = schemathesis.openapi.from_dict(document or document_of(served))
    schema.config.update(base_url=f"http://127.0.0.1:{served.port}", continue_on_failure=True)
    nightly = hypothesis.settings.get_current_profile_name() == "nightly"
    schema.config.generation.update(max_examples=EXAMPLES, database="none", deterministic=not nightly)
    # What fits may be refused all the same: a password that is weak, a token that nobody gave.
    schema.config.checks.positive_data_acceptance.enabled = False
    return schema


def sign_in(schema, served):
    """Sign in anew for each request: some of them end the session that they come with."""

    class SignedIn:
        def get(self, case, context):
            return post(served, "/auth/login?tokens=true", ANN)["token"]

        def set(self, case, token, context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    schema.auth(refresh_interval=None)(SignedIn)


def run(schema):
    found = Found()
    for event in from_schema(schema).execute():
        found.add(event)
    return found


@pytest.fixture(scope="module")
def served(start):
    served = start(verification="off")
    post(served, "/auth/register", ANN)
    return served


def test_a_guest_gets_no_answer_outside_of_the_document(served, record_testsuite_property):
    found = run(schema_of(served))

    record_testsuite_property("answers to a guest", found.answers.total())
    assert found.wrong == []
    assert {200, 201, 202, 204, 400, 401, 404, 405, 409, 415} <= found.statuses
    assert max(found.statuses) < 500
    assert ("GET /auth/sessions", 200) not in found.answers


def test_nor_does_anybody_who_is_signed_in(served, record_testsuite_property):
    schema = schema_of(served)
    sign_in(schema, served)

    found = run(schema)

    record_testsuite_property("answers to a user", found.answers.total())
    assert found.wrong == []
    assert max(found.statuses) < 500
    assert {("GET /auth/me", 200), ("GET /auth/sessions", 200), ("DELETE /auth/sessions", 204)} <= set(found.answers)


def test_what_fits_the_document_is_taken(served, record_testsuite_property):
    """Where it is not a question of what is true today: passwords are strong, addresses new, and tokens may be old."""
    schema = schema_of(served)
    # NUL is refused in every text, which is not worth a pattern at every text of the document.
    schema.config.generation.update(modes=[GenerationMode.POSITIVE], allow_x00=False)
    schema.config.checks.positive_data_acceptance.enabled = True
    sign_in(schema, served)
    numbers = count()

    @schema.hook
    def map_case(context, case):
        if isinstance(case.body, dict):
            true = {"email": f"{next(numbers)}@example.org", "password": PASSWORD, "new_password": PASSWORD}
            case.body = {name: true.get(name, value) for name, value in case.body.items()}
        return case

    @schema.hook
    def filter_failure(context, failure, case, response):
        return response.status_code != 400 or response.json()["errorCode"] not in TODAY

    found = run(schema)

    record_testsuite_property("answers to what fits", found.answers.total())
    assert found.wrong == []
    assert {("POST /auth/signup", 201), ("POST /auth/register", 201)} <= set(found.answers)


def test_limits_are_in_the_document_too(start, record_testsuite_property):
    schema = schema_of(start(limits="signup=2/hour,login=5/hour,verification=2/hour,reset=2/hour"))

    found = run(schema)

    record_testsuite_property("answers within limits", found.answers.total())
    assert found.wrong == []
    assert {path for path, status in found.answers if status == 429} >= {
        "POST /auth/signup",
        "POST /auth/register",
        "POST /auth/login",
        "POST /auth/send-verification-email",
    }


#: What a document may say that is not so, by the check that finds out.
SPOILED = {
    "status_code_conformance": lambda responses: responses.pop("200"),
    "content_type_conformance": lambda responses: responses["200"].update(content={"text/plain": {}}),
    "response_headers_conformance": lambda responses: responses["200"]["headers"].update(Other={"required": True}),
    "response_schema_conformance": lambda responses: responses["200"]["content"]["application/json"].update(
        schema=False
    ),
}


@pytest.mark.parametrize("check", SPOILED)
def test_a_document_that_says_something_else_is_found_out(served, check):
    document = document_of(served)
    csrf = document["paths"]["/auth/csrf"]
    SPOILED[check](csrf["get"]["responses"])

    found = run(schema_of(served, {**document, "paths": {"/auth/csrf": csrf}}))

    assert {each.partition(":")[0] for each in found.wrong} == {check}
