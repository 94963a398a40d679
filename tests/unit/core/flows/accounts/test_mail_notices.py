"""Mail the owner of an account what happened to it."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.change_password import ChangePassword
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.mail_notices import SendChangedMail, SendRegisteredMail
from hexflows.core.flows.accounts.register import Register
from hexflows.core.rules.accounts.policy import AccountsPolicy, Disclosure
from hexflows.core.rules.answers import Sent
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.letters import AlreadyRegistered, MailRefused, PasswordChanged
from hexflows.entrypoints.testing.making import DAY, NOON, SECOND, new_id

from ..people import ANN, ANOTHER, BOB, PASSWORD, letters, pending, refused, signed_in, with_account


@pytest.fixture
def stage(staged):
    return staged(AccountsPolicy(limits={}, disclosure=Disclosure.OPAQUE, app_url="https://example.com"))


@pytest.fixture
def registered(stage):
    """Return what tells Ann that somebody tried to register with her address."""
    with_account(stage)
    stage.flows.accounts.register(Register(ANN, PASSWORD))
    (job,) = pending(stage, "accounts.send_registered_mail")
    return SendRegisteredMail(UUID(json.loads(job.payload)["secret"]), ANN.given)


def test_the_owner_is_told_that_somebody_tried_to_register(stage, registered):
    assert stage.flows.accounts.send_registered_mail(registered) == Sent(sent=True)

    (envelope,) = stage.mailer.sent
    assert envelope.id == registered.secret
    assert envelope.letter == AlreadyRegistered(
        ANN.given, "https://example.com/login", "https://example.com/forgot-password"
    )


def test_the_owner_is_told_that_their_password_was_changed(stage):
    user = with_account(stage)

    assert stage.flows.accounts.send_changed_mail(SendChangedMail(user.id, NOON)) == Sent(sent=True)

    (envelope,) = stage.mailer.sent
    assert envelope.letter == PasswordChanged(ANN.given, NOON, "https://example.com/forgot-password")


def test_who_is_locked_out_before_the_mail_is_sent_is_told_too(stage):
    user = with_account(stage)
    change = ChangePassword(PASSWORD, ANOTHER, signed_in(stage))
    stage.flows.accounts.change_password(change)
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))

    (letter,) = letters(stage, PasswordChanged)
    assert letter.to == ANN.given


def test_after_a_day_nobody_needs_to_know_who_tried_to_register(stage, registered):
    stage.clock.advance(DAY)

    assert stage.flows.accounts.send_registered_mail(registered) == Sent(sent=False)
    assert stage.mailer.sent == ()


def test_nobody_tried_to_register_without_a_trace(stage):
    assert stage.flows.accounts.send_registered_mail(SendRegisteredMail(new_id(), ANN.given)) == Sent(sent=False)


def test_who_is_gone_is_told_nothing(stage):
    user = with_account(stage)
    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    for gone in (user.id, new_id()):
        assert stage.flows.accounts.send_changed_mail(SendChangedMail(gone, NOON)) == Sent(sent=False)
    assert stage.mailer.sent == ()


def test_sent_twice_it_is_the_same_message(stage, registered):
    user = with_account(stage, BOB)
    for _ in range(2):
        stage.flows.accounts.send_registered_mail(registered)
        stage.flows.accounts.send_changed_mail(SendChangedMail(user.id, NOON))

    assert stage.mailer.sent[:2] == stage.mailer.sent[2:]


def test_another_change_is_another_message(stage):
    users = [with_account(stage), with_account(stage, BOB)]
    for user in users:
        for at in (NOON, NOON + SECOND):
            stage.flows.accounts.send_changed_mail(SendChangedMail(user.id, at))

    assert len({each.id for each in stage.mailer.sent}) == 4


def test_an_address_that_no_mail_reaches_is_refused(stage, registered):
    with refused(stage, MailRefused):
        stage.flows.accounts.send_registered_mail(evolve(registered, to="two\nlines@example.com"))
