"""Ask for a verification mail, and verify an address by the secret in it."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from attrs import evolve

from hexflows.adapters.memory.limits import MemoryLimits
from hexflows.core.flows.accounts._secrets import Mint
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.reset_password import RequestReset
from hexflows.core.flows.accounts.verify_email import (
    ASKED,
    EmailVerified,
    RequestVerification,
    VerifyEmail,
    verify_email,
)
from hexflows.core.rules.accounts.policy import AccountsPolicy
from hexflows.core.rules.accounts.users import VerifiedVia
from hexflows.core.rules.asking import SYSTEM, Asker
from hexflows.core.rules.base64url import decode, encode
from hexflows.core.rules.letters import PasswordForgotten, VerifyAddress
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.onetime import ATTEMPTS, InvalidToken, parse
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.testing.making import DAY, SECOND, email, new_id, new_secret_bytes
from hexflows.entrypoints.testing.watching import watched_view

from ..people import ANN, AT_HOME, BOB, letters, pending, proof_of, refused, token_in, with_account


def ask(stage, address=ANN):
    return stage.flows.accounts.request_verification(RequestVerification(address, AT_HOME))


def mailed(stage, address=ANN):
    """Return the newest secret that was mailed to verify the address."""
    return token_in([each for each in letters(stage, VerifyAddress) if each.to == address.given][-1])


def verify(stage, token):
    return stage.flows.accounts.verify_email(VerifyEmail(token, AT_HOME))


def stored(stage, token):
    with stage.storage.snapshot() as accounts:
        return accounts.secrets.find(parse(token.text)[0])


def user_of(stage, address=ANN):
    with stage.storage.snapshot() as accounts:
        return accounts.users.find_by_email(address)


def wrong(token):
    """Return a token that names the same row and guesses at the rest."""
    raw = bytearray(decode(token.text, 48))
    raw[-1] ^= 1
    return Secret(encode(bytes(raw)))


def test_mails_to_one_address_are_limited_whoever_asks(staged):
    stage = staged(AccountsPolicy())
    for number in range(5):
        asker = Asker(address=f"192.0.2.{number}")
        stage.flows.accounts.request_verification(RequestVerification(ANN, asker))

    with refused(stage, LimitReached) as caught:
        stage.flows.accounts.request_verification(RequestVerification(email("ANN@example.com"), AT_HOME))
    assert caught.value.limit == "verification"


def test_requests_from_one_address_are_limited_whomever_they_are_for(staged):
    stage = staged(AccountsPolicy())
    for number in range(30):
        ask(stage, email(f"p{number}@example.com"))

    with refused(stage, LimitReached) as caught:
        ask(stage)
    assert caught.value.limit == "mail-address"


@pytest.mark.parametrize("there", [True, False])
def test_everybody_gets_the_same_answer_and_a_mail(stage, there):
    user = with_account(stage, verified=False) if there else None
    stage.work()

    assert ask(stage) == ASKED

    (job,) = pending(stage, "accounts.send_verification_mail")
    assert job.owner == (user.id if user else None)
    assert mailed(stage)


def test_who_is_verified_gets_the_same_answer_and_no_mail(stage):
    with_account(stage)

    assert ask(stage) == ASKED
    assert letters(stage, VerifyAddress) == []


def test_a_new_secret_takes_the_place_of_earlier_ones(stage):
    with_account(stage, verified=False)
    first = mailed(stage)
    ask(stage)
    second = mailed(stage)

    with pytest.raises(InvalidToken):
        verify(stage, first)
    assert verify(stage, second).verified


def test_a_new_secret_takes_the_place_of_nobody_elses(stage):
    with_account(stage, verified=False)
    token = mailed(stage)
    ask(stage, BOB)

    assert verify(stage, token).verified


def test_attempts_to_verify_from_one_address_are_limited(staged):
    stage = staged(AccountsPolicy())
    with_account(stage, verified=False)
    token = mailed(stage)
    for _ in range(60):
        with pytest.raises(InvalidToken):
            verify(stage, Secret("nonsense"))

    with refused(stage, LimitReached) as caught:
        verify(stage, token)
    assert caught.value.limit == "redeem"


@pytest.mark.parametrize("text", ["", "nonsense", "A" * 63, "ä"])
def test_a_text_that_cannot_be_a_token_is_refused(stage, text):
    with refused(stage, InvalidToken):
        verify(stage, Secret(text))


def test_a_token_of_nothing_is_refused(stage):
    with refused(stage, InvalidToken):
        verify(stage, Secret(encode(new_id().bytes + new_secret_bytes())))


def test_the_user_with_the_address_is_verified(stage):
    user = with_account(stage, verified=False)

    assert verify(stage, mailed(stage)) == EmailVerified(verified=True, user_id=user.id)

    verified = user_of(stage)
    assert (verified.verified_at, verified.verified_via) == (stage.clock(), VerifiedVia.LINK)


def test_nobody_else_is_verified(stage):
    with_account(stage, verified=False)
    with_account(stage, BOB, verified=False)

    verify(stage, mailed(stage))

    assert not user_of(stage, BOB).is_verified


def test_a_secret_works_once(stage):
    with_account(stage, verified=False)
    token = mailed(stage)
    verify(stage, token)
    stage.clock.advance(SECOND)

    with pytest.raises(InvalidToken):
        verify(stage, token)

    assert stored(stage, token).used_at == stage.clock() - SECOND


def test_a_secret_is_good_for_a_day(stage):
    with_account(stage, verified=False)
    token = mailed(stage)
    stage.clock.advance(DAY)

    with pytest.raises(InvalidToken):
        verify(stage, token)

    assert not user_of(stage).is_verified


def test_a_failed_attempt_is_counted_and_changes_nothing_else(stage):
    with_account(stage, verified=False)
    token = mailed(stage)
    before = stored(stage, token)

    with pytest.raises(InvalidToken):
        verify(stage, wrong(token))

    assert stored(stage, token) == evolve(before, attempts=1)
    assert not user_of(stage).is_verified
    assert verify(stage, token).verified


def test_after_too_many_guesses_a_secret_is_dead(stage):
    with_account(stage, verified=False)
    token = mailed(stage)
    for _ in range(ATTEMPTS):
        with pytest.raises(InvalidToken):
            verify(stage, wrong(token))

    with pytest.raises(InvalidToken):
        verify(stage, token)

    assert not user_of(stage).is_verified


def test_a_secret_for_something_else_verifies_nothing(stage):
    with_account(stage, verified=False)
    stage.flows.accounts.request_reset(RequestReset(ANN))
    (letter,) = letters(stage, PasswordForgotten)
    proof = proof_of(stage, BOB)

    for other in (token_in(letter), proof):
        with pytest.raises(InvalidToken):
            verify(stage, other)

    assert not user_of(stage).is_verified


def test_who_was_verified_otherwise_meanwhile_stays_so(stage):
    with_account(stage, verified=False)
    token = mailed(stage)
    with stage.storage.transaction() as accounts:
        user = accounts.users.hold(accounts.users.find_by_email(ANN).id)
        accounts.users.keep(user.verify(VerifiedVia.OPERATOR, stage.clock()))

    assert verify(stage, token).user_id == user.id
    assert user_of(stage).verified_via is VerifiedVia.OPERATOR


def test_an_address_without_an_account_gives_its_browser_a_secret_of_its_own(stage):
    ask(stage)
    token = mailed(stage)

    answer = verify(stage, token)

    assert (answer.verified, answer.user_id) == (True, None)
    assert answer.proof != token
    assert stored(stage, answer.proof).subject == ANN.canonical
    assert stored(stage, answer.proof).expires_at == stage.clock() + DAY


def test_a_second_browser_gets_none(stage):
    ask(stage)
    token = mailed(stage)
    verify(stage, token)
    before = stored(stage, token)

    with pytest.raises(InvalidToken):
        verify(stage, token)

    assert stored(stage, token) == evolve(before, attempts=2)


def test_who_registers_before_they_verify_is_verified_by_the_same_mail(stage):
    ask(stage)
    token = mailed(stage)
    user = with_account(stage, verified=False)

    assert verify(stage, token) == EmailVerified(verified=True, user_id=user.id)


def test_who_is_locked_out_may_verify_and_stays_locked_out(stage):
    user = with_account(stage, verified=False)
    token = mailed(stage)
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))

    assert verify(stage, token).user_id == user.id
    assert (user_of(stage).is_active, user_of(stage).is_verified) == (False, True)


def test_for_who_was_forgotten_a_mail_that_is_on_its_way_verifies_nothing(stage):
    user = with_account(stage, verified=False)
    token = mailed(stage)
    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    with refused(stage, InvalidToken):
        verify(stage, token)


def test_who_is_forgotten_before_we_hold_them_is_not_verified(stage):
    user = with_account(stage, verified=False)
    token = mailed(stage)

    @contextmanager
    def transaction():
        with stage.storage.transaction() as view:

            def around(name, args, call):
                if name == "users.hold":
                    view.users.keep(view.users.find(user.id).erase(stage.clock()))
                return call()

            yield watched_view(view, around)

    answer = verify_email(
        VerifyEmail(token),
        transaction=transaction,
        limits=MemoryLimits(),
        policy=stage.policy,
        mint=Mint(stage.keyring, new_id, new_secret_bytes),
        clock=stage.clock,
    )

    assert (answer.user_id, stored(stage, answer.proof).subject) == (None, ANN.canonical)
    with stage.storage.snapshot() as accounts:
        assert not accounts.users.find(user.id).is_verified
