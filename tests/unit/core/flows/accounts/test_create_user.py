"""Open an account for somebody, as an operator. Who may is told with all operators."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.create_user import CreateUser
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.reset_password import RequestReset, ResetPassword
from hexflows.core.rules.accounts.passwords import WeakPassword
from hexflows.core.rules.accounts.policy import AccountsPolicy, Disclosure, Verification
from hexflows.core.rules.accounts.sessions import InvalidCredentials
from hexflows.core.rules.accounts.users import EmailExists, Username, UsernameTaken, VerifiedVia
from hexflows.core.rules.asking import Role
from hexflows.core.rules.letters import PasswordForgotten, VerifyAddress
from hexflows.entrypoints.testing.making import email

from ..people import ADMIN, ANN, ANOTHER, BOB, PASSWORD, WEAK, letters, refused, token_in, with_account

COMMAND = CreateUser(ANN, Role.SUPPORT, Username("Ann-Smith"), PASSWORD, verified=True, asker=ADMIN)


def test_an_operator_gives_any_role(stage):
    for number, role in enumerate(Role):
        user = stage.flows.accounts.create_user(CreateUser(email(f"p{number}@example.com"), role, asker=ADMIN))

        assert user.role is role


def test_the_account_is_as_the_operator_wants_it(stage):
    user = stage.flows.accounts.create_user(COMMAND)

    assert (user.email, user.username, user.role) == (ANN.given, "Ann-Smith", Role.SUPPORT)
    assert stage.flows.accounts.log_in(LogIn(ANN, PASSWORD)).user == user


def test_a_password_that_is_given_must_meet_the_policy(stage):
    with refused(stage, WeakPassword):
        stage.flows.accounts.create_user(evolve(COMMAND, password=WEAK))


def test_without_a_password_the_person_chooses_theirs_by_a_mailed_reset(stage):
    user = stage.flows.accounts.create_user(evolve(COMMAND, password=None))
    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(LogIn(ANN, PASSWORD))

    stage.flows.accounts.request_reset(RequestReset(ANN))
    (letter,) = letters(stage, PasswordForgotten)
    stage.flows.accounts.reset_password(ResetPassword(token_in(letter), ANOTHER))

    assert stage.flows.accounts.log_in(LogIn(ANN, ANOTHER)).user == user


@pytest.mark.parametrize("disclosure", Disclosure)
def test_an_operator_is_told_that_the_address_is_taken(staged, disclosure):
    stage = staged(AccountsPolicy(limits={}, disclosure=disclosure))
    with_account(stage)

    with refused(stage, EmailExists):
        stage.flows.accounts.create_user(COMMAND)


@pytest.mark.parametrize("disclosure", Disclosure)
def test_an_operator_is_told_that_the_name_is_taken(staged, disclosure):
    stage = staged(AccountsPolicy(limits={}, disclosure=disclosure))
    stage.flows.accounts.create_user(COMMAND)

    with refused(stage, UsernameTaken):
        stage.flows.accounts.create_user(evolve(COMMAND, email=BOB))


def test_an_address_that_the_operator_vouches_for_is_verified_and_not_asked(stage):
    user = stage.flows.accounts.create_user(COMMAND)

    with stage.storage.snapshot() as accounts:
        assert accounts.users.find(user.id).verified_via is VerifiedVia.OPERATOR
    assert stage.work() == 0


def test_any_other_address_is_asked_by_mail(stage):
    user = stage.flows.accounts.create_user(evolve(COMMAND, verified=False))

    assert not user.is_verified
    assert [each.to for each in letters(stage, VerifyAddress)] == [ANN.given]


def test_where_no_login_waits_for_it_nobody_is_asked(staged):
    stage = staged(AccountsPolicy(limits={}, verification=Verification.OFF))
    stage.flows.accounts.create_user(evolve(COMMAND, verified=False))

    assert stage.work() == 0
