"""Mail the secrets that verify an address and reset a password."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from attrs import evolve

from hexflows.adapters.keyring import HmacKeyring
from hexflows.adapters.memory.mail import MemoryMailer
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.mail_secrets import (
    SendResetMail,
    SendVerificationMail,
    send_reset_mail,
    send_verification_mail,
)
from hexflows.core.flows.accounts.reset_password import RequestReset, ResetPassword
from hexflows.core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from hexflows.core.rules.answers import Sent
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.letters import MailRefused, PasswordForgotten, VerifyAddress
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.testing.making import DAY, HOUR, SECOND, email, new_id

from ..people import ANN, ANOTHER, pending, refused, token_in, with_account

OLD = Secret("a secret of at least thirty-two bytes")  # that of every stage
NEW = Secret("another secret of at least thirty-two bytes")


def secret_of(stage, flow):
    """Return which secret the job is about that waits for the flow."""
    (job,) = pending(stage, flow)
    return UUID(json.loads(job.payload)["secret"])


@pytest.fixture
def verification(stage):
    """Return what mails the secret of an address without an account."""
    stage.flows.accounts.request_verification(RequestVerification(ANN))
    return SendVerificationMail(secret_of(stage, "accounts.send_verification_mail"), ANN.given)


@pytest.fixture
def reset(stage):
    """Return what mails the secret with which Ann chooses another password."""
    with_account(stage)
    stage.flows.accounts.request_reset(RequestReset(ANN))
    return SendResetMail(secret_of(stage, "accounts.send_reset_mail"))


def sent(stage, command):
    """Send the mail; return whether it was sent, and the one letter if it was."""
    flow = "send_reset_mail" if isinstance(command, SendResetMail) else "send_verification_mail"
    before = stage.mailer.sent
    answer = getattr(stage.flows.accounts, flow)(command)
    after = stage.mailer.sent[len(before) :]
    assert answer == Sent(sent=bool(after))
    return after[0] if after else None


def test_an_address_is_mailed_the_link_that_verifies_it(stage, verification):
    envelope = sent(stage, verification)

    letter = envelope.letter
    assert letter == VerifyAddress(ANN.given, letter.link, stage.clock() + DAY)
    assert letter.link.startswith("http://127.0.0.1:8000/verify-email?token=")
    assert stage.flows.accounts.verify_email(VerifyEmail(token_in(letter))).verified


def test_a_user_is_mailed_the_link_that_resets_their_password(stage, reset):
    envelope = sent(stage, reset)

    letter = envelope.letter
    assert letter == PasswordForgotten(ANN.given, letter.link, stage.clock() + HOUR)
    assert letter.link.startswith("http://127.0.0.1:8000/reset-password?token=")
    assert stage.flows.accounts.reset_password(ResetPassword(token_in(letter), ANOTHER))


def test_the_secret_is_stored_nowhere(stage, verification):
    token = token_in(sent(stage, verification).letter)

    assert token.text not in stage.storage.everything()


@pytest.mark.parametrize("kind", ["verification", "reset"])
def test_sent_twice_it_is_the_same_message(stage, kind, request):
    command = request.getfixturevalue(kind)

    first, again = sent(stage, command), sent(stage, command)

    assert first == again
    assert first.id == command.secret


def test_a_secret_that_is_not_there_is_not_mailed(stage):
    assert sent(stage, SendVerificationMail(new_id(), ANN.given)) is None
    assert sent(stage, SendResetMail(new_id())) is None


def test_a_secret_that_has_expired_is_not_mailed(stage, verification):
    stage.clock.advance(DAY - SECOND)
    assert sent(stage, verification)

    stage.clock.advance(SECOND)
    assert sent(stage, verification) is None


def test_a_reset_that_has_expired_is_not_mailed(stage, reset):
    stage.clock.advance(HOUR)

    assert sent(stage, reset) is None


def test_a_secret_that_was_used_is_not_mailed(stage, verification):
    token = token_in(sent(stage, verification).letter)
    stage.flows.accounts.verify_email(VerifyEmail(token))

    assert sent(stage, verification) is None


def test_a_secret_whose_place_a_newer_one_took_is_not_mailed(stage, verification, reset):
    stage.flows.accounts.request_verification(RequestVerification(ANN))
    stage.flows.accounts.request_reset(RequestReset(ANN))

    assert sent(stage, verification) is None
    assert sent(stage, reset) is None


def test_an_address_that_is_verified_is_not_asked(stage, verification):
    with_account(stage, verified=True)

    assert sent(stage, verification) is None


def test_an_address_whose_user_is_not_verified_is_asked(stage, verification):
    with_account(stage, verified=False)

    assert sent(stage, verification)


def test_a_user_who_is_gone_or_locked_out_is_mailed_no_reset(stage, reset):
    with stage.storage.snapshot() as accounts:
        user = accounts.users.find_by_email(ANN)
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))
    assert sent(stage, reset) is None

    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))
    assert sent(stage, reset) is None


def test_a_reset_of_nobody_is_not_mailed(stage):
    stage.flows.accounts.request_reset(RequestReset(email("nobody@example.com")))

    assert sent(stage, SendResetMail(secret_of(stage, "accounts.send_reset_mail"))) is None


def test_an_address_that_no_mail_reaches_is_refused(stage, verification):
    with refused(stage, MailRefused):
        stage.flows.accounts.send_verification_mail(evolve(verification, to="two\nlines@example.com"))


@pytest.mark.parametrize(("secrets", "arrives"), [([NEW, OLD], True), ([NEW], False)])
@pytest.mark.parametrize("kind", ["verification", "reset"])
def test_after_a_new_key_the_old_one_still_mails_what_it_made_unless_it_is_gone(stage, kind, secrets, arrives, request):
    command = request.getfixturevalue(kind)
    keyring = HmacKeyring.of(secrets)
    mailer = MemoryMailer()
    flow = send_reset_mail if kind == "reset" else send_verification_mail

    answer = flow(
        command,
        snapshot=stage.storage.snapshot,
        mailer=mailer,
        keyring=keyring,
        policy=stage.policy,
        clock=stage.clock,
    )

    assert answer == Sent(sent=arrives)
    assert len(mailer.sent) == arrives
