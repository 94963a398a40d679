"""Register."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.register import Register, Registered
from hexflows.core.rules.accounts.passwords import WeakPassword
from hexflows.core.rules.accounts.policy import AccountsPolicy, Disclosure, Verification
from hexflows.core.rules.accounts.users import EmailExists, RoleNotAllowed, Username, UsernameTaken
from hexflows.core.rules.asking import SYSTEM, Role
from hexflows.core.rules.letters import AlreadyRegistered, VerifyAddress
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.receipts import IdempotencyConflict, InvalidKey
from hexflows.core.rules.secrecy import Password
from hexflows.entrypoints.testing.making import email

from ..people import ANN, ANOTHER, AT_HOME, BOB, PASSWORD, WEAK, letters, pending, proof_of, refused, with_account

COMMAND = Register(ANN, PASSWORD, asker=AT_HOME)
NAMED = evolve(COMMAND, username=Username("Ann-Smith"))
KEYED = evolve(NAMED, key="once")
OPAQUE = AccountsPolicy(limits={}, disclosure=Disclosure.OPAQUE)


def test_who_registers_has_an_account_and_no_session(stage):
    user = stage.flows.accounts.register(NAMED).user

    with stage.storage.snapshot() as accounts:
        assert accounts.credentials.find(user.id)
        assert accounts.sessions.of(user.id) == ()
    assert (user.email, user.username, user.role) == ("Ann@example.com", "Ann-Smith", Role.CUSTOMER)
    assert user.is_active
    assert not user.is_verified


def test_attempts_from_one_address_are_limited(staged):
    stage = staged(AccountsPolicy())
    for number in range(10):
        stage.flows.accounts.register(Register(email(f"p{number}@example.com"), PASSWORD, asker=AT_HOME))

    with refused(stage, LimitReached):
        stage.flows.accounts.register(COMMAND)


def test_the_system_is_not_limited(staged):
    stage = staged(AccountsPolicy())

    for number in range(20):
        stage.flows.accounts.register(Register(email(f"p{number}@example.com"), PASSWORD, asker=SYSTEM))


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SELLER])
def test_some_roles_can_be_chosen(stage, role):
    assert stage.flows.accounts.register(evolve(COMMAND, role=role)).user.role is role


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPPORT])
@pytest.mark.parametrize("asker", [AT_HOME, SYSTEM])
def test_nobody_makes_themselves_an_operator(stage, role, asker):
    with refused(stage, RoleNotAllowed):
        stage.flows.accounts.register(evolve(COMMAND, role=role, asker=asker))


def test_a_weak_password_opens_no_account(stage):
    with refused(stage, WeakPassword):
        stage.flows.accounts.register(evolve(COMMAND, password=WEAK))


def test_the_policy_is_told_what_an_attacker_would_try_first(staged):
    told = []

    def policy(_password, words):
        told.append(words)
        return ()

    staged(AccountsPolicy(limits={}, password=policy)).flows.accounts.register(NAMED)

    assert {"ann", "ann-smith", "ann@example.com"} <= set(told[0])


def test_a_repeat_gets_the_same_answer_and_changes_nothing(stage):
    first = stage.flows.accounts.register(KEYED)
    before = stage.storage.everything()

    assert stage.flows.accounts.register(KEYED) == Registered(first.user, replayed=True)
    assert stage.flows.accounts.register(evolve(KEYED, password=ANOTHER)).replayed
    assert stage.storage.everything() == before


def test_a_repeat_tells_what_came_of_it_then(stage):
    first = stage.flows.accounts.register(KEYED)
    (letter,) = letters(stage, VerifyAddress)
    assert letter.to == ANN.given

    assert stage.flows.accounts.register(KEYED).user == first.user


@pytest.mark.parametrize("other", [{"username": Username("Somebody")}, {"username": None}, {"role": Role.SELLER}])
def test_another_request_under_the_same_key_is_a_conflict(stage, other):
    stage.flows.accounts.register(KEYED)

    with refused(stage, IdempotencyConflict):
        stage.flows.accounts.register(evolve(KEYED, **other))


def test_a_key_that_cannot_be_one_opens_no_account(stage):
    with refused(stage, InvalidKey):
        stage.flows.accounts.register(evolve(COMMAND, key="two words"))


def test_without_a_key_a_repeat_is_told_that_the_address_is_taken(stage):
    stage.flows.accounts.register(COMMAND)

    with refused(stage, EmailExists):
        stage.flows.accounts.register(COMMAND)


def test_the_name_must_be_new_however_it_is_spelt(stage):
    stage.flows.accounts.register(NAMED)

    with refused(stage, UsernameTaken):
        stage.flows.accounts.register(evolve(COMMAND, email=BOB, username=Username("ann-smith")))


def test_of_a_taken_address_and_a_taken_name_the_address_is_told(stage):
    stage.flows.accounts.register(NAMED)

    with refused(stage, EmailExists):
        stage.flows.accounts.register(NAMED)


def test_where_it_is_not_told_the_owner_of_the_address_is(staged):
    stage = staged(OPAQUE)
    with_account(stage)

    assert stage.flows.accounts.register(NAMED) == Registered(None)

    (letter,) = letters(stage, AlreadyRegistered)
    assert (letter.to, letter.login) == (ANN.given, "http://127.0.0.1:8000/login")


def test_where_it_is_not_told_a_taken_name_is_left_out(staged):
    stage = staged(OPAQUE)
    stage.flows.accounts.register(NAMED)

    assert stage.flows.accounts.register(evolve(NAMED, email=BOB)) == Registered(None)

    with stage.storage.snapshot() as accounts:
        assert accounts.users.find_by_email(ANN).username == NAMED.username
        assert accounts.users.find_by_email(BOB).username is None


def test_where_it_is_not_told_a_proof_is_used_up_on_a_taken_address_too(staged):
    stage = staged(OPAQUE)
    proof = proof_of(stage, BOB)
    with_account(stage, ANN)

    stage.flows.accounts.register(evolve(COMMAND, proof=proof))
    stage.flows.accounts.register(evolve(COMMAND, email=BOB, proof=proof))

    with stage.storage.snapshot() as accounts:
        assert not accounts.users.find_by_email(BOB).is_verified


def test_an_address_that_this_browser_verified_is_verified(stage):
    assert stage.flows.accounts.register(evolve(COMMAND, proof=proof_of(stage, ANN))).user.is_verified


def test_any_other_address_is_asked(stage):
    user = stage.flows.accounts.register(evolve(COMMAND, proof=proof_of(stage, BOB))).user

    assert not user.is_verified
    assert [each.to for each in letters(stage, VerifyAddress)] == [BOB.given, ANN.given]


def test_where_no_login_waits_for_it_nobody_is_asked(staged):
    stage = staged(AccountsPolicy(limits={}, verification=Verification.OFF))
    stage.flows.accounts.register(COMMAND)

    assert stage.work() == 0


def test_where_it_is_not_told_all_are_asked_alike(staged):
    stage = staged(evolve(OPAQUE, verification=Verification.OFF))
    stage.flows.accounts.register(COMMAND)

    assert letters(stage, VerifyAddress)


def test_user_credential_and_mail_are_kept_together(stage):
    user = stage.flows.accounts.register(COMMAND).user

    with stage.storage.snapshot() as accounts:
        assert accounts.users.find(user.id)
        assert accounts.credentials.find(user.id)
    assert [job.owner for job in pending(stage, "accounts.send_verification_mail")] == [user.id]


def test_no_password_is_stored_in_clear(stage):
    secret = "Correct-Horse-Battery-1"
    stage.flows.accounts.register(evolve(COMMAND, password=Password(secret)))

    assert secret not in stage.storage.everything()
