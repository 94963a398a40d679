from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner

from hexflows.adapters.cli.frame import EXIT, Cli, Command, as_json, paged, show, show_pages
from hexflows.core.rules.pages import Page
from hexflows.core.rules.refusals import Malformed, Missing, Problem, Refusal


def refusing(refusal, kind=Command):
    @click.command(cls=kind)
    @as_json
    def command():
        raise refusal

    return command


def test_every_kind_of_refusal_has_an_exit_code_of_its_own():
    assert set(EXIT) == set(Refusal.__subclasses__())
    assert len(set(EXIT.values())) == len(EXIT)
    assert not {0, 1, 2} & set(EXIT.values())


def test_a_refusal_is_told_in_a_line_on_standard_error():
    result = CliRunner().invoke(refusing(Missing("user")))

    assert result.exit_code == 13
    assert result.stdout == ""
    assert result.stderr == "NOT_FOUND: There is no such user\n"


def test_several_problems_are_told_one_a_line():
    refusal = Malformed((Problem("email", "is required"), Problem("role", "must be one of: a, b")))

    result = CliRunner().invoke(refusing(refusal))

    assert result.exit_code == 10
    assert result.stderr.splitlines() == ["VALIDATION_ERROR:", "  email: is required", "  role: must be one of: a, b"]


def test_a_refusal_is_told_as_json_on_request():
    result = CliRunner().invoke(refusing(Malformed((Problem("email", "is required"),))), ["--json"])

    assert result.exit_code == 10
    assert json.loads(result.stdout) == {
        "code": "VALIDATION_ERROR",
        "kind": "Invalid",
        "message": "email: is required",
        "errors": [{"field": "email", "message": "is required", "code": "VALIDATION_ERROR"}],
        "retry_after": None,
    }


def test_a_group_tells_the_refusals_of_its_commands():
    group = Cli(commands={"do": refusing(Missing("user"), click.Command)})

    assert CliRunner().invoke(group, ["do"]).stderr == "NOT_FOUND: There is no such user\n"
    assert json.loads(CliRunner().invoke(group, ["do", "--json"]).stdout)["code"] == "NOT_FOUND"


def test_what_is_no_refusal_is_not_hidden():
    assert isinstance(CliRunner().invoke(refusing(ZeroDivisionError())).exception, ZeroDivisionError)


@click.command(cls=Command)
@paged
@as_json
def counting(limit, cursor, *, everything):
    """List the numbers from 0 to 6."""

    def fetch(limit, cursor):
        start = int(cursor or 0)
        items = tuple(range(start, min(start + limit, 7)))
        return Page(items, str(items[-1] + 1) if items[-1] < 6 else None)

    show_pages(fetch, str, limit=limit, cursor=cursor, everything=everything)


def test_one_page_tells_where_the_next_begins():
    result = CliRunner().invoke(counting, ["--limit", "3"])

    assert result.stdout.split() == ["0", "1", "2"]
    assert result.stderr == "there are more: --cursor 3\n"


def test_the_last_page_tells_of_no_other():
    result = CliRunner().invoke(counting, ["--limit", "3", "--cursor", "6"])

    assert result.stdout.split() == ["6"]
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("options", "items", "following"),
    [
        ([], [0, 1, 2, 3, 4, 5, 6], None),
        (["--limit", "2"], [0, 1], "2"),
        (["--limit", "2", "--cursor", "2", "--all"], [2, 3, 4, 5, 6], None),
    ],
)
def test_pages_are_one_object_in_json(options, items, following):
    result = CliRunner().invoke(counting, [*options, "--json"])

    assert json.loads(result.stdout) == {"items": items, "next": following}


def test_every_page_is_printed_on_request():
    result = CliRunner().invoke(counting, ["--all", "--limit", "2"])

    assert result.stdout.split() == list("0123456")
    assert result.stderr == ""


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_a_page_has_a_size_that_makes_sense(limit):
    assert CliRunner().invoke(counting, ["--limit", limit]).exit_code == 2


def test_text_is_shown_unless_json_is_asked_for():
    @click.command(cls=Command)
    @as_json
    def command():
        show({"a": 1}, "one")

    assert CliRunner().invoke(command).stdout == "one\n"
    assert json.loads(CliRunner().invoke(command, ["--json"]).stdout) == {"a": 1}
