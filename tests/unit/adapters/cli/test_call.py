from __future__ import annotations

import json

import pytest

from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.rules.secrecy import Password
from hexflows.entrypoints.testing.making import email

from .conftest import PASSWORD


def called(run, *arguments, message=None):
    result = run("call", *arguments, stdin=json.dumps(message) if message is not None else "")
    return result.exit_code, json.loads(result.stdout)


def test_a_flow_is_called_with_json_and_answers_with_json(run):
    code, told = called(run, "accounts.register", message={"email": "ann@example.com", "password": PASSWORD})

    assert code == 0
    assert told["user"]["email"] == "ann@example.com"


def test_a_refusal_is_json_too_with_the_exit_code_of_its_kind(run):
    code, told = called(run, "accounts.register", message={"email": "nobody", "colour": "blue"})

    assert code == 10
    assert {each["field"] for each in told["errors"]} == {"email", "password", "colour"}


def test_without_anybody_named_the_system_asks(run):
    assert called(run, "accounts.list_users") == (0, {"items": [], "next": None})


def test_on_behalf_of_somebody_there_are_their_rights_and_no_more(run):
    run.create("ann@example.com")
    run.create("root@example.com", "--role", "admin")

    assert called(run, "accounts.me", "--as", "ann@example.com")[1]["email"] == "ann@example.com"
    assert called(run, "accounts.list_users", "--as", "ann@example.com")[0] == 12
    assert called(run, "accounts.list_users", "--as", "root@example.com")[0] == 0


def test_who_is_locked_out_is_nobody(run):
    run.create("root@example.com", "--role", "admin")
    run("users", "disable", "root@example.com")

    assert called(run, "accounts.list_users", "--as", "root@example.com")[0] == 11


def test_on_behalf_of_somebody_in_their_session_as_long_as_it_lives(run, stage):
    ann = run.create("ann@example.com")
    session = stage.flows.accounts.log_in(LogIn(email("ann@example.com"), Password(PASSWORD))).grant.session
    behalf = ("--as", ann["id"], "--session", str(session))

    assert called(run, "accounts.me", *behalf)[0] == 0
    assert called(run, "accounts.log_out", *behalf)[0] == 0
    assert called(run, "accounts.me", *behalf)[0] == 11
    assert run("call", "accounts.me", "--session", str(session)).exit_code == 2


def test_a_guest_has_the_rights_of_a_guest(run):
    assert called(run, "accounts.list_users", "--guest")[0] == 11
    assert run("call", "accounts.me", "--guest", "--as", "ann@example.com").exit_code == 2


def test_who_asks_is_never_read_from_the_message(run):
    code, told = called(run, "accounts.list_users", "--guest", message={"asker": {"system": True}})

    assert code == 10
    assert told["errors"][0]["field"] == "asker"


def test_a_flow_that_is_not_there_is_told_so(run):
    assert called(run, "accounts.fly")[0] == 13


@pytest.mark.parametrize("text", ["{", "[]", '{"email": 1, "email": 2}', '{"limit": NaN}', "[" * 100_000])
def test_what_is_no_object_in_json_is_refused(run, text):
    result = run("call", "accounts.list_users", stdin=text)

    assert result.exit_code == 10
    assert json.loads(result.stdout)["code"] == "VALIDATION_ERROR"


def test_a_repeat_answers_as_the_first_time_and_says_so(run):
    message = {"email": "ann@example.com", "password": PASSWORD, "key": "k1"}
    first = run("call", "accounts.register", stdin=json.dumps(message))
    again = run("call", "accounts.register", stdin=json.dumps(message))

    assert again.stdout == first.stdout
    assert (first.stderr, again.stderr) == ("", "this is the answer of the first time\n")
