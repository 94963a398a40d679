"""Log in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve, field, frozen

from hexflows.adapters.jwt.tokens import JwtAccessTokens
from hexflows.adapters.memory.limits import MemoryLimits
from hexflows.core.flows.accounts._granting import Granting
from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.flows.accounts.change_password import ChangePassword
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.log_in import EmailNotVerified, LogIn, log_in
from hexflows.core.rules.accounts.policy import AccountsPolicy, Disclosure, Verification
from hexflows.core.rules.accounts.sessions import InvalidCredentials
from hexflows.core.rules.asking import SYSTEM, Asker
from hexflows.core.rules.limits import LimitReached
from hexflows.entrypoints.testing.hashing import QuickHasher
from hexflows.entrypoints.testing.making import DAY, HOUR, SECOND, email, new_id, new_secret_bytes

from ..people import (
    ANN,
    ANOTHER,
    AT_HOME,
    BOB,
    ELSEWHERE,
    PASSWORD,
    asking,
    logged_in,
    refused,
    signed_in,
    with_account,
)

COMMAND = LogIn(ANN, PASSWORD, AT_HOME)
WRONG = LogIn(ANN, ANOTHER, AT_HOME)


def hashed_by(stage, hasher):
    """Return the flow as it is on the stage, but that passwords are hashed by *hasher*."""
    tokens = JwtAccessTokens(stage.keyring.keys("access"), "stage", "stage")

    def flow(command):
        return log_in(
            command,
            transaction=stage.storage.transaction,
            snapshot=stage.storage.snapshot,
            limits=MemoryLimits(),
            hasher=hasher,
            policy=stage.policy,
            granting=Granting(stage.keyring, tokens, new_id, new_secret_bytes),
            clock=stage.clock,
        )

    return flow


@frozen
class Slow(QuickHasher):
    """A hasher during whose work something happens."""

    meanwhile: Callable[[], object] = field(kw_only=True)

    def verify(self, password, hashed):
        self.meanwhile()
        return super().verify(password, hashed)


def credential(stage, user):
    with stage.storage.snapshot() as accounts:
        return accounts.credentials.find(user.id)


def test_who_logs_in_gets_a_session_that_opens_in_every_form(stage):
    user = with_account(stage)

    answer = stage.flows.accounts.log_in(COMMAND)

    by_cookie = asking(stage, answer.grant)
    by_token = stage.flows.accounts.authenticate(Authenticate(bearer=answer.grant.token, asker=AT_HOME))
    assert answer.user == user
    assert by_cookie == by_token == Asker(user.id, user.role, True, answer.grant.session, False, "192.0.2.7", "Browser")  # noqa: FBT003 - as the fields go
    assert answer.grant.expires_at == stage.clock() + 30 * DAY


def test_each_login_is_a_session_of_its_own(stage):
    with_account(stage)

    assert logged_in(stage).session != logged_in(stage).session


def test_attempts_from_one_address_are_limited(staged):
    stage = staged(AccountsPolicy())
    for number in range(20):
        with pytest.raises(InvalidCredentials):
            stage.flows.accounts.log_in(evolve(COMMAND, email=email(f"p{number}@example.com")))
    with_account(stage)

    with refused(stage, LimitReached) as caught:
        stage.flows.accounts.log_in(COMMAND)
    assert caught.value.limit == "login"
    assert stage.flows.accounts.log_in(evolve(COMMAND, asker=ELSEWHERE))


@pytest.mark.parametrize("there", [True, False])
def test_attempts_at_one_account_are_limited_whether_it_is_there_or_not(staged, there):
    stage = staged(AccountsPolicy())
    if there:
        with_account(stage)
    for number in range(10):
        with pytest.raises(InvalidCredentials):
            stage.flows.accounts.log_in(evolve(WRONG, asker=Asker(address=f"192.0.2.{number}")))

    with refused(stage, LimitReached) as caught:
        stage.flows.accounts.log_in(COMMAND)
    assert caught.value.limit == "login-account"


@pytest.mark.parametrize("given", ["ann@example.com", "ANN@EXAMPLE.COM"])
def test_an_address_is_known_however_it_is_spelt(stage, given):
    user = with_account(stage)

    assert stage.flows.accounts.log_in(evolve(COMMAND, email=email(given))).user == user


def test_an_unknown_address_is_refused(stage):
    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(COMMAND)


def test_a_wrong_password_is_refused(stage):
    with_account(stage)

    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(WRONG)


def test_somebody_elses_password_is_refused(stage):
    with_account(stage)
    with_account(stage, BOB, password=ANOTHER)

    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(WRONG)


def test_a_disabled_account_is_refused_as_a_wrong_password_is(stage):
    user = with_account(stage)
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))

    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(COMMAND)


def test_an_account_without_a_password_is_refused(stage):
    with_account(stage, password=None)

    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(COMMAND)


def test_somebody_who_was_forgotten_is_refused(stage):
    user = with_account(stage)
    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    for address in (ANN, email(f"erased-{user.id}@erased.invalid")):
        with refused(stage, InvalidCredentials):
            stage.flows.accounts.log_in(evolve(COMMAND, email=address))


def test_an_unverified_address_is_refused_after_the_right_password_only(stage):
    with_account(stage, verified=False)

    with refused(stage, EmailNotVerified) as caught:
        stage.flows.accounts.log_in(COMMAND)
    assert str(caught.value) == "Verify your email address before you log in"
    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(WRONG)


def test_where_no_login_waits_for_it_an_unverified_address_is_let_in(staged):
    stage = staged(AccountsPolicy(limits={}, verification=Verification.OFF))
    with_account(stage, verified=False)

    assert not signed_in(stage).verified


@pytest.mark.parametrize("verification", Verification)
def test_where_nobody_may_know_who_has_an_account_an_unverified_address_is_a_wrong_password(staged, verification):
    stage = staged(AccountsPolicy(limits={}, disclosure=Disclosure.OPAQUE, verification=verification))
    with_account(stage, verified=False)

    with refused(stage, InvalidCredentials):
        stage.flows.accounts.log_in(COMMAND)


def test_a_hash_that_is_out_of_date_is_made_anew(stage):
    user = with_account(stage)
    before = credential(stage, user)
    stage.clock.advance(HOUR)

    hashed_by(stage, QuickHasher(cost=2))(COMMAND)

    after = credential(stage, user)
    assert not QuickHasher(cost=2).outdated(after.hash)
    assert after.changed_at == before.changed_at, "the password is the same"
    assert hashed_by(stage, QuickHasher(cost=2))(COMMAND).user == user


def test_a_hash_that_is_up_to_date_stays(stage):
    user = with_account(stage)
    before = credential(stage, user)

    logged_in(stage)

    assert credential(stage, user) == before


def test_a_hash_is_not_made_anew_of_a_wrong_password(stage):
    user = with_account(stage)
    before = credential(stage, user)

    with refused(stage, InvalidCredentials):
        hashed_by(stage, QuickHasher(cost=2))(WRONG)

    assert credential(stage, user) == before


@pytest.mark.parametrize("gone", [DisableUser, EraseUser])
def test_no_session_is_opened_if_the_account_goes_while_the_password_is_compared(stage, gone):
    user = with_account(stage)
    flow = getattr(stage.flows.accounts, {DisableUser: "disable_user", EraseUser: "erase_user"}[gone])

    with pytest.raises(InvalidCredentials):
        hashed_by(stage, Slow(meanwhile=lambda: flow(gone(user.id, SYSTEM))))(COMMAND)

    with stage.storage.snapshot() as accounts:
        assert accounts.sessions.of(user.id) == ()


def test_no_session_is_opened_if_the_password_changes_while_it_is_compared(stage):
    user = with_account(stage)
    asker = signed_in(stage)
    stage.clock.advance(SECOND)
    change = ChangePassword(PASSWORD, ANOTHER, asker)

    with pytest.raises(InvalidCredentials):
        hashed_by(stage, Slow(meanwhile=lambda: stage.flows.accounts.change_password(change)))(COMMAND)

    with stage.storage.snapshot() as accounts:
        assert [each.id for each in accounts.sessions.of(user.id)] == [asker.session]
