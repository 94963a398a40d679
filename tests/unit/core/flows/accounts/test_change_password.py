"""Change one's own password."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from attrs import evolve

from hexflows.adapters.memory.limits import MemoryLimits
from hexflows.core.flows.accounts.change_password import ChangePassword, change_password
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.flows.accounts.reset_password import RequestReset, ResetPassword
from hexflows.core.rules.accounts.passwords import WeakPassword
from hexflows.core.rules.accounts.policy import AccountsPolicy
from hexflows.core.rules.accounts.sessions import InvalidCredentials
from hexflows.core.rules.answers import Nothing
from hexflows.core.rules.asking import GUEST, SYSTEM
from hexflows.core.rules.letters import PasswordChanged, PasswordForgotten
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.onetime import InvalidToken
from hexflows.core.rules.refusals import NotSignedIn
from hexflows.core.rules.secrecy import Password
from hexflows.entrypoints.testing.hashing import QuickHasher

from ..people import (
    ANN,
    ANOTHER,
    AT_HOME,
    BOB,
    CUSTOMER,
    PASSWORD,
    WEAK,
    asking,
    letters,
    logged_in,
    refused,
    signed_in,
    token_in,
    with_account,
)


def change(stage, asker, current=PASSWORD, new=ANOTHER):
    return stage.flows.accounts.change_password(ChangePassword(current, new, asker))


def meanwhile(stage, asker, deed):
    """Change the password, while *deed* is done between the look at the old one and the change."""
    done = []

    @contextmanager
    def transaction():
        if not done:
            done.append(deed())
        with stage.storage.transaction() as accounts:
            yield accounts

    return change_password(
        ChangePassword(PASSWORD, ANOTHER, asker),
        transaction=transaction,
        snapshot=stage.storage.snapshot,
        limits=MemoryLimits(),
        hasher=QuickHasher(),
        policy=stage.policy,
        clock=stage.clock,
    )


@pytest.mark.parametrize("asker", [GUEST, SYSTEM, CUSTOMER])
def test_somebody_must_be_signed_in(stage, asker):
    with refused(stage, NotSignedIn):
        change(stage, asker)


def test_attempts_at_one_account_are_limited(staged):
    stage = staged(AccountsPolicy())
    with_account(stage)
    asker = signed_in(stage)
    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            change(stage, asker, current=ANOTHER)

    with refused(stage, LimitReached) as caught:
        change(stage, asker)
    assert caught.value.limit == "login-account"


def test_the_current_password_must_be_right(stage):
    with_account(stage)
    asker = signed_in(stage)

    with refused(stage, InvalidCredentials):
        change(stage, asker, current=ANOTHER)


def test_who_has_no_password_has_none_to_change(stage):
    user = with_account(stage, password=None)

    with refused(stage, InvalidCredentials):
        change(stage, evolve(CUSTOMER, user=user.id))


@pytest.mark.parametrize("weak", [WEAK, Password("Ann1!"), Password("x" * 300)])
def test_the_new_password_must_meet_the_policy(stage, weak):
    with_account(stage)
    asker = signed_in(stage)

    with refused(stage, WeakPassword) as caught:
        change(stage, asker, new=weak)
    assert caught.value.problems[0].field == "new_password"


def test_nothing_is_changed_if_somebody_else_changed_the_password_meanwhile(stage):
    with_account(stage)
    asker, other = signed_in(stage), signed_in(stage)
    third = Password("Staple-Battery-3")

    with pytest.raises(InvalidCredentials):
        meanwhile(stage, asker, lambda: change(stage, other, new=third))

    assert stage.flows.accounts.log_in(LogIn(ANN, third))


def test_nothing_is_changed_if_the_user_was_forgotten_meanwhile(stage):
    user = with_account(stage)
    asker = signed_in(stage)

    with pytest.raises(InvalidCredentials):
        meanwhile(stage, asker, lambda: stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM)))

    with stage.storage.snapshot() as accounts:
        assert accounts.credentials.find(user.id) is None


def test_the_new_password_lets_in_and_the_old_one_no_longer(stage):
    with_account(stage)

    assert change(stage, signed_in(stage)) == Nothing()

    assert stage.flows.accounts.log_in(LogIn(ANN, ANOTHER))
    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(LogIn(ANN, PASSWORD))


def test_every_other_session_ends_and_the_one_that_asks_goes_on(stage):
    with_account(stage)
    with_account(stage, BOB)
    here, there, bob = logged_in(stage), logged_in(stage), logged_in(stage, BOB)

    change(stage, asking(stage, here))

    assert asking(stage, here).session == here.session
    assert asking(stage, there) == AT_HOME
    assert asking(stage, bob).session == bob.session


def test_a_session_that_was_dead_does_not_come_back_to_life(stage):
    with_account(stage)
    dead, living = logged_in(stage), logged_in(stage)
    asker = asking(stage, dead)
    change(stage, asking(stage, living))

    change(stage, asker, current=ANOTHER, new=PASSWORD)

    assert asking(stage, dead) == AT_HOME


def test_a_session_that_logs_out_meanwhile_stays_logged_out(stage):
    with_account(stage)
    grant = logged_in(stage)
    asker = asking(stage, grant)

    meanwhile(stage, asker, lambda: stage.flows.accounts.log_out(LogOut(asker)))

    assert asking(stage, grant) == AT_HOME


def test_without_a_session_every_session_ends(stage):
    with_account(stage)
    grant = logged_in(stage)

    change(stage, evolve(asking(stage, grant), session=None))

    assert asking(stage, grant) == AT_HOME


def test_mailed_resets_are_dead(stage):
    with_account(stage)
    stage.flows.accounts.request_reset(RequestReset(ANN))
    (letter,) = letters(stage, PasswordForgotten)
    change(stage, signed_in(stage))

    with pytest.raises(InvalidToken):
        stage.flows.accounts.reset_password(ResetPassword(token_in(letter), PASSWORD))

    assert stage.flows.accounts.log_in(LogIn(ANN, ANOTHER))


def test_the_owner_is_told(stage):
    with_account(stage)
    change(stage, signed_in(stage))

    (letter,) = letters(stage, PasswordChanged)
    assert (letter.to, letter.at) == (ANN.given, stage.clock())
