"""How the HTTP door says no."""

from __future__ import annotations

import json
import logging

import falcon
import pytest
from attrs import define

from hexflows.adapters.http.problems import PROBLEM, STATUS
from hexflows.core.rules.accounts.emails import InvalidEmail
from hexflows.core.rules.accounts.users import EmailExists
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.refusals import (
    Conflict,
    Malformed,
    Missing,
    NotSignedIn,
    OutcomeUnknown,
    Problem,
    Refusal,
    TooMany,
    Unavailable,
)

MEMBERS = {
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "success",
    "message",
    "errorCode",
    "errors",
    "requestId",
}


def a_refusal_of(kind):
    return type("Somehow", (kind,), {"__str__": lambda self: "somehow"})()


@pytest.mark.parametrize("kind", [each for each in Refusal.__subclasses__() if each is each.kind])
def test_every_kind_has_a_status(setup, kind):
    answer = setup.problem(a_refusal_of(kind))

    assert answer.status_code == STATUS[kind]
    assert answer.json["errorCode"] == "SOMEHOW"
    assert answer.json["status"] == answer.status_code


def test_the_statuses_are_those_of_the_design():
    assert {kind.__name__: int(status) for kind, status in STATUS.items()} == {
        "Invalid": 400,
        "Unauthenticated": 401,
        "Forbidden": 403,
        "NotFound": 404,
        "Conflict": 409,
        "Gone": 410,
        "TooMany": 429,
        "Upstream": 502,
        "Unavailable": 503,
    }


def test_the_body_says_all_of_it(setup):
    answer = setup.problem(EmailExists(), headers={"X-Request-Id": "request-1"})

    assert answer.headers["content-type"] == PROBLEM
    assert answer.json == {
        "type": "urn:hexflows:problem:email-exists",
        "title": "Email exists",
        "status": 409,
        "detail": "Email already exists",
        "instance": "/trouble",
        "success": False,
        "message": "Email already exists",
        "errorCode": "EMAIL_EXISTS",
        "errors": [],
        "requestId": "request-1",
    }


def test_a_single_problem_keeps_its_code_and_names_its_field(setup):
    answer = setup.problem(InvalidEmail("createAccount.email", "Email is not one"))

    assert answer.json["errorCode"] == "INVALID_EMAIL"
    assert answer.json["errors"] == [{"field": "createAccount.email", "message": "Email is not one"}]


def test_all_problems_are_told_at_once(setup):
    answer = setup.problem(Malformed((Problem("a", "is required"), Problem("b.0", "must be a text"))))

    assert answer.json["errorCode"] == "VALIDATION_ERROR"
    assert [each["field"] for each in answer.json["errors"]] == ["a", "b.0"]


@define
class PriceChanged(Conflict):
    current: int
    status: str

    def __str__(self):
        return "The price changed"


def test_facts_are_members_that_hide_no_other(setup):
    body = setup.problem(PriceChanged(500, "fine")).json

    assert body["current"] == 500
    assert body["status"] == 409


def test_a_refusal_without_a_text_is_told_by_its_name(setup):
    class SoldOut(Conflict):
        pass

    assert setup.problem(SoldOut()).json["detail"] == "Sold out"


def test_a_limit_tells_when_to_come_back(setup):
    answer = setup.problem(LimitReached("signup", 10, 3600, 123))

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "123"
    assert answer.headers["ratelimit"] == '"signup";r=0;t=123'
    assert answer.headers["ratelimit-policy"] == '"signup";q=10;w=3600'


@pytest.mark.parametrize("refusal", [a_refusal_of(TooMany), a_refusal_of(Unavailable), OutcomeUnknown()])
def test_what_passes_says_when_to_ask_again(setup, refusal):
    assert int(setup.problem(refusal).headers["retry-after"]) > 0


def test_what_does_not_pass_says_no_such_thing(setup):
    assert "retry-after" not in setup.problem(Missing("user")).headers


def test_who_is_not_known_is_told_how_to_say_it(setup):
    answer = setup.problem(NotSignedIn())

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


class TestTheProtocolsOwnErrors:
    def test_an_unknown_path(self, client):
        answer = client.simulate_get("/nowhere")

        assert answer.status_code == 404
        assert answer.json["errorCode"] == "NOT_FOUND"
        assert set(answer.json) == MEMBERS

    def test_a_path_that_does_not_fit(self, client):
        assert client.simulate_get("/things/seven").json["errorCode"] == "NOT_FOUND"

    def test_a_method_that_a_path_does_not_take(self, client):
        answer = client.simulate_delete("/echo")

        assert answer.status_code == 405
        assert answer.json["errorCode"] == "METHOD_NOT_ALLOWED"
        assert "POST" in answer.headers["allow"]

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (falcon.HTTPContentTooLarge(description="of a library"), 413, "PAYLOAD_TOO_LARGE"),
            (falcon.HTTPUnsupportedMediaType(description="of a library"), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (falcon.HTTPBadRequest(description="of a library"), 400, "BAD_REQUEST"),
            (falcon.HTTPInvalidHeader("of a library", "Content-Length"), 400, "BAD_REQUEST"),
            (falcon.HTTPUnprocessableEntity(description="of a library"), 422, "BAD_REQUEST"),
            (falcon.HTTPServiceUnavailable(description="of a library"), 503, "INTERNAL_ERROR"),
        ],
    )
    def test_they_have_the_same_body_and_tell_nothing_of_a_library(self, setup, error, status, code):
        answer = setup.problem(error)

        assert answer.status_code == status
        assert answer.json["errorCode"] == code
        assert set(answer.json) == MEMBERS
        assert "of a library" not in answer.text


class TestWhatIsNoRefusal:
    @pytest.mark.parametrize("error", [ValueError("a secret detail"), KeyError("x"), RecursionError(), MemoryError()])
    def test_it_is_hidden(self, setup, error):
        answer = setup.problem(error)

        assert answer.status_code == 500
        assert answer.json["errorCode"] == "INTERNAL_ERROR"
        assert set(answer.json) == MEMBERS
        assert "secret detail" not in answer.text
        assert "half" not in answer.text

    def test_it_is_logged_with_its_traceback_and_the_id_that_was_told(self, setup, caplog):
        from hexflows.adapters.context import context

        ids = []
        caplog.handler.addFilter(lambda record: ids.append(context().get("request")) or True)
        with caplog.at_level(logging.ERROR):
            answer = setup.problem(ValueError("a secret detail"))

        (record,) = (each for each in caplog.records if each.levelno == logging.ERROR)
        assert "a secret detail" in str(record.exc_info[1])
        assert answer.json["requestId"] == answer.headers["x-request-id"]
        assert answer.json["requestId"] in ids

    def test_an_answer_that_cannot_be_written_is_hidden_too(self, setup):

        class Unwritable:
            def on_get(self, req, resp):
                resp.media = {"x": object()}

        client = setup.client()
        client.app.add_route("/unwritable", Unwritable())

        answer = client.simulate_get("/unwritable")
        assert answer.status_code == 500
        assert json.loads(answer.text)["errorCode"] == "INTERNAL_ERROR"
