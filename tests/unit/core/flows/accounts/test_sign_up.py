"""Sign up, and be signed in."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.sign_up import SignedUp, SignUp
from hexflows.core.rules.accounts.passwords import WeakPassword
from hexflows.core.rules.accounts.policy import AccountsPolicy, Disclosure, Verification
from hexflows.core.rules.accounts.users import EmailExists
from hexflows.core.rules.asking import SYSTEM, Role
from hexflows.core.rules.letters import AlreadyRegistered, VerifyAddress
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.receipts import InvalidKey
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.testing.making import DAY, HOUR, SECOND, email

from ..people import (
    ANN,
    ANOTHER,
    AT_HOME,
    BOB,
    ELSEWHERE,
    PASSWORD,
    WEAK,
    asking,
    letters,
    logged_in,
    pending,
    proof_of,
    refused,
    with_account,
)

COMMAND = SignUp(ANN, PASSWORD, asker=AT_HOME)
KEYED = evolve(COMMAND, key="once")
OPAQUE = AccountsPolicy(limits={}, disclosure=Disclosure.OPAQUE)


def test_who_signs_up_has_an_account_and_is_signed_in(stage):
    answer = stage.flows.accounts.sign_up(COMMAND)

    asker = asking(stage, answer.grant)
    assert (asker.user, asker.role, asker.verified) == (answer.user.id, Role.CUSTOMER, False)
    assert (answer.user.email, answer.user.is_verified, answer.replayed) == ("Ann@example.com", False, False)


def test_attempts_from_one_address_are_limited(staged):
    stage = staged(AccountsPolicy())
    for number in range(10):
        stage.flows.accounts.sign_up(SignUp(email(f"p{number}@example.com"), PASSWORD, asker=AT_HOME))

    with refused(stage, LimitReached) as caught:
        stage.flows.accounts.sign_up(COMMAND)
    assert caught.value.limit == "signup"

    assert stage.flows.accounts.sign_up(evolve(COMMAND, asker=ELSEWHERE)).user
    stage.clock.advance(HOUR)
    assert stage.flows.accounts.sign_up(evolve(COMMAND, email=BOB)).user


def test_a_weak_password_opens_no_account(stage):
    with refused(stage, WeakPassword):
        stage.flows.accounts.sign_up(evolve(COMMAND, password=WEAK))


def test_a_repeat_gets_the_same_answer_without_tokens(stage):
    first = stage.flows.accounts.sign_up(KEYED)
    before = stage.storage.everything()

    again = stage.flows.accounts.sign_up(KEYED)

    assert again == SignedUp(first.user, None, replayed=True)
    assert stage.storage.everything() == before


def test_the_password_of_a_repeat_is_neither_compared_nor_kept(staged):
    stage = staged(AccountsPolicy(limits={}, verification=Verification.OFF))
    first = stage.flows.accounts.sign_up(KEYED)

    again = stage.flows.accounts.sign_up(evolve(KEYED, password=ANOTHER))

    assert (again.user, again.grant) == (first.user, None)
    assert logged_in(stage, password=PASSWORD)


def test_a_key_is_the_address_own_whoever_else_uses_it(stage):
    ann = stage.flows.accounts.sign_up(KEYED)

    bob = stage.flows.accounts.sign_up(evolve(KEYED, email=BOB))

    assert bob.user.id != ann.user.id
    assert not bob.replayed


def test_another_spelling_of_the_address_is_the_same_request(stage):
    first = stage.flows.accounts.sign_up(KEYED)

    assert stage.flows.accounts.sign_up(evolve(KEYED, email=email("ANN@example.com"))).user == first.user


def test_a_key_is_forgotten_after_a_day(stage):
    stage.flows.accounts.sign_up(KEYED)
    stage.clock.advance(DAY + SECOND)

    with refused(stage, EmailExists):
        stage.flows.accounts.sign_up(KEYED)


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "schlüssel"])
def test_a_key_that_cannot_be_one_opens_no_account(stage, key):
    with refused(stage, InvalidKey):
        stage.flows.accounts.sign_up(evolve(COMMAND, key=key))


def test_a_refusal_frees_the_key(stage):
    user = with_account(stage)
    with refused(stage, EmailExists):
        stage.flows.accounts.sign_up(KEYED)
    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    assert not stage.flows.accounts.sign_up(KEYED).replayed


@pytest.mark.parametrize("taken", [ANN, email("ANN@EXAMPLE.COM")])
def test_a_taken_address_is_refused_however_it_is_spelt(stage, taken):
    with_account(stage)

    with refused(stage, EmailExists):
        stage.flows.accounts.sign_up(evolve(COMMAND, email=taken))


def test_where_it_is_not_told_the_owner_of_a_taken_address_is(staged):
    stage = staged(OPAQUE)
    with_account(stage)

    assert stage.flows.accounts.sign_up(COMMAND) == SignedUp(None, None)
    assert [letter.to for letter in letters(stage, AlreadyRegistered)] == [ANN.given]


def test_where_it_is_not_told_a_free_address_is_answered_alike_and_asked(staged):
    stage = staged(OPAQUE)

    assert stage.flows.accounts.sign_up(COMMAND) == SignedUp(None, None)
    assert [letter.to for letter in letters(stage, VerifyAddress)] == [ANN.given]


def test_where_it_is_not_told_a_repeat_changes_nothing(staged):
    stage = staged(OPAQUE)
    stage.flows.accounts.sign_up(KEYED)
    before = stage.storage.everything()

    assert stage.flows.accounts.sign_up(KEYED) == SignedUp(None, None, replayed=True)
    assert stage.storage.everything() == before


def test_an_address_that_this_browser_verified_is_verified_and_not_asked(stage):
    proof = proof_of(stage, ANN)

    answer = stage.flows.accounts.sign_up(evolve(COMMAND, proof=proof))

    assert answer.user.is_verified
    assert pending(stage, "accounts.send_verification_mail") == []


def test_a_proof_works_once(stage):
    proof = proof_of(stage, ANN)
    user = stage.flows.accounts.sign_up(evolve(COMMAND, proof=proof)).user
    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    assert not stage.flows.accounts.sign_up(evolve(COMMAND, proof=proof)).user.is_verified


@pytest.mark.parametrize("proof", [None, Secret("nonsense"), Secret("A" * 64)])
def test_another_browser_does_not_make_a_verified_account(stage, proof):
    proof_of(stage, ANN)

    answer = stage.flows.accounts.sign_up(evolve(COMMAND, proof=proof))

    assert not answer.user.is_verified
    assert [job.owner for job in pending(stage, "accounts.send_verification_mail")] == [answer.user.id]


def test_a_proof_is_good_for_its_own_address_only(stage):
    answer = stage.flows.accounts.sign_up(evolve(COMMAND, proof=proof_of(stage, BOB)))

    assert not answer.user.is_verified
    assert pending(stage, "accounts.send_verification_mail")


def test_a_proof_is_good_for_a_day(stage):
    proof = proof_of(stage, ANN)
    stage.clock.advance(DAY)

    assert not stage.flows.accounts.sign_up(evolve(COMMAND, proof=proof)).user.is_verified


def test_where_logins_wait_for_it_the_address_is_asked_as_it_was_typed(stage):
    stage.flows.accounts.sign_up(COMMAND)

    assert [letter.to for letter in letters(stage, VerifyAddress)] == ["Ann@example.com"]


def test_where_no_login_waits_for_it_nobody_is_asked(staged):
    stage = staged(AccountsPolicy(limits={}, verification=Verification.OFF))
    stage.flows.accounts.sign_up(COMMAND)

    assert stage.work() == 0


def test_all_of_it_is_kept_together_or_not_at_all(stage):
    stage.clock.advance(HOUR)
    answer = stage.flows.accounts.sign_up(COMMAND)

    with stage.storage.snapshot() as accounts:
        user = accounts.users.find(answer.user.id)
        credential = accounts.credentials.find(user.id)
        (session,) = accounts.sessions.of(user.id)
        (job,) = accounts.jobs.of(user.id)
    assert user.created_at == credential.changed_at == session.created_at == job.due_at == stage.clock()
    assert (session.id, session.address, session.agent) == (answer.grant.session, AT_HOME.address, AT_HOME.agent)
    assert job.name == "accounts.send_verification_mail"
