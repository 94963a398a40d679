"""Who has mails sent, and for whom: a job of the system's own is done also for who is locked out since."""

from __future__ import annotations

from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.mail_notices import SendRegisteredMail
from hexflows.core.flows.accounts.reset_password import RequestReset
from hexflows.core.rules.asking import GUEST, SYSTEM
from hexflows.core.rules.jobs import Status
from hexflows.core.rules.letters import PasswordForgotten, VerifyAddress
from hexflows.core.rules.refusals import NotAllowed
from hexflows.entrypoints.testing.making import new_id

from ..people import ANN, letters, refused, with_account
from ..work import everything


def test_nobody_but_the_system_speaks_of_somebody_else(stage):
    with refused(stage, NotAllowed):
        stage.flows.accounts.send_registered_mail(SendRegisteredMail(new_id(), "eve@example.com", GUEST))

    assert not stage.mailer.sent


def test_who_is_locked_out_before_the_mail_is_sent_may_still_verify_their_address(stage):
    user = with_account(stage, verified=False)
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))

    assert [each.to for each in letters(stage, VerifyAddress)] == [ANN.given]


def test_for_who_is_locked_out_before_the_mail_is_sent_a_reset_has_become_pointless_and_no_job_fails(stage):
    user = with_account(stage)
    stage.flows.accounts.request_reset(RequestReset(ANN))
    stage.flows.accounts.disable_user(DisableUser(user.id, SYSTEM))

    assert letters(stage, PasswordForgotten) == []
    assert [each.status for each in everything(stage)] == [Status.COMPLETED]
