from __future__ import annotations

import json

import pytest

from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.rules.accounts.sessions import InvalidCredentials
from hexflows.core.rules.secrecy import Password
from hexflows.entrypoints.testing.making import email

from .conftest import PASSWORD


def test_an_operator_makes_the_first_admin(run, stage):
    user = run.create("ann@example.com", "--role", "admin", "--username", "ann")

    assert (user["email"], user["role"], user["username"], user["is_verified"]) == (
        "ann@example.com",
        "admin",
        "ann",
        True,
    )
    assert stage.flows.accounts.log_in(LogIn(email("ann@example.com"), Password(PASSWORD))).user.role == "admin"


def test_an_address_that_nobody_vouches_for_is_asked_by_mail(run, stage):
    assert run.create("ann@example.com", "--unverified")["is_verified"] is False

    stage.work()
    assert len(stage.mailer.sent) == 1


def test_a_password_is_prompted_for_twice_and_shown_to_nobody(run):
    result = run("users", "create", "--email", "ann@example.com", stdin=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0
    assert PASSWORD not in result.output


def test_no_option_takes_a_password(run):
    result = run("users", "create", "--email", "ann@example.com", "--password", PASSWORD)

    assert result.exit_code == 2


def test_somebody_without_a_password_cannot_log_in(run, stage):
    run.told("users", "create", "--email", "ann@example.com", "--no-password")

    with pytest.raises(InvalidCredentials):
        stage.flows.accounts.log_in(LogIn(email("ann@example.com"), Password(PASSWORD)))


def test_a_weak_password_is_refused_and_nobody_is_made(run):
    result = run("users", "create", "--email", "ann@example.com", "--password-stdin", stdin="short\n")

    assert result.exit_code == 10
    assert result.stderr.startswith("WEAK_PASSWORD: ")
    assert run.told("users", "list")["items"] == []


def test_a_taken_address_is_a_conflict(run):
    run.create("ann@example.com")

    result = run("users", "create", "--email", "ANN@example.com", "--no-password", "--json")

    assert result.exit_code == 14
    assert json.loads(result.stdout)["code"] == "EMAIL_EXISTS"


def test_a_user_is_shown_by_id_or_by_address(run):
    ann = run.create("ann@example.com")

    assert run.told("users", "show", ann["id"]) == ann
    assert run.told("users", "show", " Ann@Example.com ") == ann
    assert "ann@example.com" in run("users", "show", ann["id"]).stdout


@pytest.mark.parametrize(
    ("who", "code"), [("nobody@example.com", 13), ("00000000-0000-7000-8000-000000000000", 13), ("nobody", 10)]
)
def test_nobody_is_told_so(run, who, code):
    assert run("users", "show", who).exit_code == code


def test_users_are_listed_in_pages(run):
    made = [run.create(f"u{number}@example.com")["id"] for number in range(5)]

    first = run.told("users", "list", "--limit", "2")
    rest = run.told("users", "list", "--limit", "2", "--cursor", first["next"], "--all")

    assert [user["id"] for user in first["items"] + rest["items"]] == made


def test_a_bad_cursor_is_refused(run):
    assert run("users", "list", "--cursor", "nonsense").exit_code == 10


def test_somebody_is_locked_out_and_let_in_again(run, stage):
    ann = run.create("ann@example.com")

    assert run.told("users", "disable", "ann@example.com")["is_active"] is False
    with pytest.raises(InvalidCredentials):
        stage.flows.accounts.log_in(LogIn(email("ann@example.com"), Password(PASSWORD)))

    assert run.told("users", "enable", ann["id"])["is_active"] is True
    assert stage.flows.accounts.log_in(LogIn(email("ann@example.com"), Password(PASSWORD)))


def test_somebody_is_given_a_role(run):
    run.create("ann@example.com")

    assert run.told("users", "grant", "ann@example.com", "support")["role"] == "support"
    assert run("users", "grant", "ann@example.com", "emperor").exit_code == 2


def test_everything_stored_about_somebody_is_printed(run, stage):
    ann = run.create("ann@example.com")
    stage.flows.accounts.log_in(LogIn(email("ann@example.com"), Password(PASSWORD)))

    exported = json.loads(run("users", "export", "ann@example.com").stdout)

    assert exported["user"] == ann
    assert len(exported["sessions"]) == 1


def test_somebody_is_forgotten_only_when_that_is_meant(run):
    ann = run.create("ann@example.com")

    assert run("users", "erase", "ann@example.com", stdin="n\n").exit_code == 1
    assert run.told("users", "show", ann["id"])["email"] == "ann@example.com"

    assert run("users", "erase", "ann@example.com", "--yes").exit_code == 0
    assert run("users", "show", "ann@example.com").exit_code == 13
    assert "ann" not in run("users", "show", ann["id"]).stdout


def test_somebody_is_signed_out_everywhere(run, stage):
    run.create("ann@example.com")
    grant = stage.flows.accounts.log_in(LogIn(email("ann@example.com"), Password(PASSWORD))).grant
    shown = Authenticate(cookie=grant.cookie, bearer=None)
    assert stage.flows.accounts.authenticate(shown).user

    assert run.told("sessions", "revoke", "ann@example.com") == {}

    assert stage.flows.accounts.authenticate(shown).user is None
