"""Choose another password after forgetting it."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.accounts._secrets import Mint, token_of
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.reset_password import ASKED, RequestReset, ResetPassword
from hexflows.core.rules.accounts.passwords import WeakPassword
from hexflows.core.rules.accounts.policy import AccountsPolicy
from hexflows.core.rules.accounts.sessions import InvalidCredentials
from hexflows.core.rules.accounts.users import VerifiedVia
from hexflows.core.rules.answers import Nothing
from hexflows.core.rules.asking import SYSTEM, Asker
from hexflows.core.rules.base64url import decode, encode
from hexflows.core.rules.letters import PasswordChanged, PasswordForgotten, VerifyAddress
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.onetime import ATTEMPTS, InvalidToken, Purpose, parse
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.testing.making import HOUR, SECOND, email, new_id, new_secret_bytes

from ..people import (
    ANN,
    ANOTHER,
    AT_HOME,
    BOB,
    PASSWORD,
    WEAK,
    asking,
    letters,
    logged_in,
    pending,
    refused,
    token_in,
    with_account,
)


def ask(stage, address=ANN):
    return stage.flows.accounts.request_reset(RequestReset(address, AT_HOME))


def mailed(stage):
    """Ask for a reset, and return the secret that is mailed."""
    ask(stage)
    return token_in(letters(stage, PasswordForgotten)[-1])


def reset(stage, token, password=ANOTHER):
    return stage.flows.accounts.reset_password(ResetPassword(token, password, AT_HOME))


def stored(stage, token):
    with stage.storage.snapshot() as accounts:
        return accounts.secrets.find(parse(token.text)[0])


def a_token_about(stage, user):
    """Return a secret that nobody asked for, so that there may be several at a time."""
    secret = Mint(stage.keyring, new_id, new_secret_bytes).make(Purpose.RESET_PASSWORD, str(user), stage.clock(), HOUR)
    with stage.storage.transaction() as accounts:
        accounts.secrets.add(secret)
    return token_of(secret, stage.keyring)


def wrong(token):
    """Return a token that names the same row and guesses at the rest."""
    raw = bytearray(decode(token.text, 48))
    raw[-1] ^= 1
    return Secret(encode(bytes(raw)))


def lets_in(stage, password):
    try:
        return bool(stage.flows.accounts.log_in(LogIn(ANN, password)))
    except InvalidCredentials:
        return False


def test_mails_to_one_address_are_limited_whoever_asks(staged):
    stage = staged(AccountsPolicy())
    for number in range(5):
        stage.flows.accounts.request_reset(RequestReset(ANN, Asker(address=f"192.0.2.{number}")))

    with refused(stage, LimitReached) as caught:
        ask(stage, email("ANN@example.com"))
    assert caught.value.limit == "reset"


def test_requests_from_one_address_are_limited_whomever_they_are_for(staged):
    stage = staged(AccountsPolicy())
    for number in range(30):
        ask(stage, email(f"p{number}@example.com"))

    with refused(stage, LimitReached) as caught:
        ask(stage)
    assert caught.value.limit == "mail-address"


def test_who_has_an_account_gets_a_mail(stage):
    user = with_account(stage)

    assert ask(stage) == ASKED

    (job,) = pending(stage, "accounts.send_reset_mail")
    assert job.owner == user.id
    assert [each.to for each in letters(stage, PasswordForgotten)] == [ANN.given]


def test_who_has_none_gets_the_same_answer_and_no_mail(stage):
    assert ask(stage) == ASKED

    assert len(pending(stage, "accounts.send_reset_mail")) == 1
    assert letters(stage, PasswordForgotten) == []


def test_who_is_locked_out_gets_the_same_answer_and_no_mail(stage):
    user = with_account(stage)
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))

    assert ask(stage) == ASKED
    assert letters(stage, PasswordForgotten) == []


def test_who_was_forgotten_gets_the_same_answer_and_no_mail(stage):
    user = with_account(stage)
    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    assert ask(stage) == ASKED
    assert letters(stage, PasswordForgotten) == []


def test_a_new_secret_takes_the_place_of_earlier_ones(stage):
    with_account(stage)
    first, second = mailed(stage), mailed(stage)

    with pytest.raises(InvalidToken):
        reset(stage, first)
    assert reset(stage, second) == Nothing()


def test_attempts_from_one_address_are_limited(staged):
    stage = staged(AccountsPolicy())
    with_account(stage)
    token = mailed(stage)
    for _ in range(60):
        with pytest.raises(InvalidToken):
            reset(stage, Secret("nonsense"))

    with refused(stage, LimitReached) as caught:
        reset(stage, token)
    assert caught.value.limit == "redeem"


@pytest.mark.parametrize("text", ["", "nonsense", "A" * 63, "ä"])
def test_a_text_that_cannot_be_a_token_is_refused(stage, text):
    with refused(stage, InvalidToken):
        reset(stage, Secret(text))


def test_a_token_of_nothing_is_refused(stage):
    with refused(stage, InvalidToken):
        reset(stage, Secret(encode(new_id().bytes + new_secret_bytes())))


def test_a_failed_attempt_is_counted_and_changes_nothing_else(stage):
    with_account(stage)
    token = mailed(stage)
    before = stored(stage, token)

    with pytest.raises(InvalidToken):
        reset(stage, wrong(token))

    assert stored(stage, token) == evolve(before, attempts=1)
    assert lets_in(stage, PASSWORD)
    assert reset(stage, token) == Nothing()


def test_after_too_many_guesses_a_secret_is_dead(stage):
    with_account(stage)
    token = mailed(stage)
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(InvalidToken):
            reset(stage, wrong(token))

    with pytest.raises(InvalidToken):
        reset(stage, token)

    assert lets_in(stage, PASSWORD)


def test_a_secret_is_good_for_an_hour(stage):
    with_account(stage)
    token = mailed(stage)
    stage.clock.advance(HOUR)

    with pytest.raises(InvalidToken):
        reset(stage, token)

    assert lets_in(stage, PASSWORD)


def test_a_secret_for_something_else_resets_nothing(stage):
    with_account(stage, verified=False)
    (letter,) = letters(stage, VerifyAddress)

    with pytest.raises(InvalidToken):
        reset(stage, token_in(letter))

    assert stored(stage, token_in(letter)).used_at is None


def test_a_weak_password_is_refused_and_the_secret_stays_good(stage):
    with_account(stage)
    token = mailed(stage)

    with refused(stage, WeakPassword) as caught:
        reset(stage, token, WEAK)
    assert caught.value.problems[0].field == "new_password"

    assert reset(stage, token) == Nothing()


def test_the_new_password_lets_in_and_the_old_one_no_longer(stage):
    with_account(stage)
    reset(stage, mailed(stage))

    assert lets_in(stage, ANOTHER)
    assert not lets_in(stage, PASSWORD)


def test_who_had_no_password_has_one(stage):
    with_account(stage, password=None)
    reset(stage, mailed(stage))

    assert lets_in(stage, ANOTHER)


def test_the_secret_works_once(stage):
    with_account(stage)
    token = mailed(stage)
    reset(stage, token)
    stage.clock.advance(SECOND)

    with pytest.raises(InvalidToken):
        reset(stage, token, PASSWORD)

    assert lets_in(stage, ANOTHER)


def test_every_session_ends(stage):
    with_account(stage)
    grants = [logged_in(stage), logged_in(stage)]
    reset(stage, mailed(stage))

    assert [asking(stage, each) for each in grants] == [AT_HOME, AT_HOME]


def test_other_mailed_resets_are_dead(stage):
    user = with_account(stage)
    token, other = a_token_about(stage, user.id), a_token_about(stage, user.id)
    reset(stage, token)

    with pytest.raises(InvalidToken):
        reset(stage, other, PASSWORD)

    assert lets_in(stage, ANOTHER)


def test_the_owner_is_told(stage):
    with_account(stage)
    reset(stage, mailed(stage))

    (letter,) = letters(stage, PasswordChanged)
    assert (letter.to, letter.at) == (ANN.given, stage.clock())


def test_nobody_elses_password_changes(stage):
    with_account(stage)
    with_account(stage, BOB)
    reset(stage, mailed(stage))

    assert stage.flows.accounts.log_in(LogIn(BOB, PASSWORD))


def test_who_could_read_the_mail_is_verified(stage):
    user = with_account(stage, verified=False)
    reset(stage, mailed(stage))

    with stage.storage.snapshot() as accounts:
        after = accounts.users.find(user.id)
    assert (after.verified_at, after.verified_via) == (stage.clock(), VerifiedVia.RESET)


def test_who_is_locked_out_chooses_no_password(stage):
    user = with_account(stage)
    token = mailed(stage)
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))
    with stage.storage.snapshot() as accounts:
        before = accounts.credentials.find(user.id)

    with pytest.raises(InvalidToken):
        reset(stage, token)

    with stage.storage.snapshot() as accounts:
        assert accounts.credentials.find(user.id) == before
    assert pending(stage, "accounts.send_changed_mail") == []


def test_who_was_forgotten_chooses_no_password(stage):
    user = with_account(stage)
    token = mailed(stage)
    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    with refused(stage, InvalidToken):
        reset(stage, token)


def test_a_secret_about_nobody_is_refused_and_counted(stage):
    token = a_token_about(stage, new_id())

    with pytest.raises(InvalidToken):
        reset(stage, token)

    assert (stored(stage, token).attempts, stored(stage, token).used_at) == (1, None)
