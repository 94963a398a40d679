from __future__ import annotations

import json

import pytest
from attrs import evolve

from hexflows.adapters.cli.importing import Importing, Progress
from hexflows.core.rules.refusals import Unavailable

from .conftest import PASSWORD

GOOD = f"""email,username,role,verified,password
ann@example.com,ann,admin,yes,{PASSWORD}
bob@example.com,,,,
"Cem@Example.com","cem","seller","false",
"""


@pytest.fixture
def table(tmp_path):
    def write(text, name="users.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def imported(run, path):
    result = run("users", "import", path, "--json")
    return result.exit_code, json.loads(result.stdout)


def test_each_row_becomes_an_account(run, table):
    assert imported(run, table(GOOD)) == (0, {"created": 3, "already_there": 0, "failed": []})

    people = {each["email"]: each for each in run.told("users", "list")["items"]}
    assert people["ann@example.com"]["role"] == "admin"
    assert people["ann@example.com"]["is_verified"] is True
    assert people["bob@example.com"]["username"] is None
    assert people["Cem@Example.com"]["is_verified"] is False


def test_a_file_may_be_imported_twice(run, table):
    imported(run, table(GOOD))

    assert imported(run, table(GOOD)) == (0, {"created": 0, "already_there": 3, "failed": []})
    assert len(run.told("users", "list")["items"]) == 3


def test_a_file_with_a_byte_order_mark_and_windows_lines_is_read(run, table):
    code, told = imported(run, table(b"\xef\xbb\xbfemail,username\r\nann@example.com,ann\r\n"))

    assert (code, told["created"]) == (0, 1)


def test_each_bad_row_is_told_with_its_line_and_why_and_the_others_are_done(run, table):
    text = (
        "email,username,role,verified,password\n"
        "not an address,,,,\n"
        "ann@example.com,a,,,\n"
        "bob@example.com,,emperor,,\n"
        "cem@example.com,,,perhaps,\n"
        "dan@example.com,,,,short\n"
        "eve@example.com,,\n"
        "fay@example.com,,,,,more\n"
        "gus@example.com,gus,,,\n"
        "hal@example.com,GUS,,,\n"
    )

    code, told = imported(run, table(text))

    assert (code, told["created"]) == (1, 1)
    assert [(bad["line"], bad["code"]) for bad in told["failed"]] == [
        (2, "INVALID_EMAIL"),
        (3, "INVALID_USERNAME"),
        (4, "VALIDATION_ERROR"),
        (5, "VALIDATION_ERROR"),
        (6, "WEAK_PASSWORD"),
        (7, "VALIDATION_ERROR"),
        (8, "VALIDATION_ERROR"),
        (10, "USERNAME_TAKEN"),
    ]


def test_bad_rows_are_told_to_people_on_standard_error(run, table):
    result = run("users", "import", table("email\nnobody\nann@example.com\n"))

    assert result.exit_code == 1
    assert result.stderr.startswith("line 2: INVALID_EMAIL: ")
    assert result.stdout == "1 created, 0 already there, 1 failed\n"


@pytest.mark.parametrize("row", ["ann@example.com,other,,", "ann@example.com,ann,seller,", "ann@example.com,ann,,true"])
def test_an_account_with_other_data_is_not_the_same(run, table, row):
    imported(run, table("email,username,role,verified\nann@example.com,ann,,\n"))

    code, told = imported(run, table(f"email,username,role,verified\n{row}\n"))

    assert code == 1
    assert told["failed"][0]["code"] in {"EMAIL_EXISTS", "USERNAME_TAKEN"}


def test_of_two_rows_with_one_address_the_first_wins(run, table):
    code, told = imported(run, table("email,username\nann@example.com,ann\nANN@example.com,other\n"))

    assert (code, told["created"], told["failed"][0]["line"]) == (1, 1, 3)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name\nann\n", "name"),
        ("", "email"),
        ("email,email\na,b\n", "header"),
        (b"email\n\xff\xfe@example.com\n", "line"),
        ('email\n"ann@example.com\n', "line"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(run, table, text, field):
    result = run("users", "import", table(text), "--json")

    assert result.exit_code == 10
    assert json.loads(result.stdout)["errors"][0]["field"].startswith(field)


def test_a_storage_that_is_down_ends_the_import_instead_of_failing_every_row(stage, table, tmp_path):
    def down(_):
        raise Unavailable

    accounts = evolve(stage.flows.accounts, create_user=down)

    with pytest.raises(Unavailable):
        Importing(accounts.create_user, accounts.show_user, Progress(watched=False)).run(tmp_path / table(GOOD))


def test_progress_is_shown_to_who_watches_and_to_nobody_else(stage, table, tmp_path, capsys):
    flows = stage.flows.accounts

    Importing(flows.create_user, flows.show_user, Progress(watched=False)).run(tmp_path / table(GOOD))
    assert capsys.readouterr().err == ""

    progress = Progress(watched=True)
    Importing(flows.create_user, flows.show_user, progress).run(
        tmp_path / table("email\nx\ndan@example.com\n", "2.csv")
    )
    progress.end()
    assert "line 3: 1 created, 1 failed" in capsys.readouterr().err
