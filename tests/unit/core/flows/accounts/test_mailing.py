"""Mails that hold a secret, or speak of somebody else, are sent by the system alone."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.mail_notices import SendRegisteredMail
from hexflows.core.flows.accounts.mail_secrets import SendResetMail, SendVerificationMail
from hexflows.core.rules.asking import GUEST
from hexflows.core.rules.ids import SecretId
from hexflows.core.rules.refusals import NotAllowed
from hexflows.entrypoints.testing.making import new_id
from hexflows.entrypoints.testing.stage import Stage, in_memory

SECRET = SecretId(new_id())


@pytest.mark.parametrize(
    ("flow", "command"),
    [
        ("send_verification_mail", SendVerificationMail(SECRET, "eve@example.com", GUEST)),
        ("send_reset_mail", SendResetMail(SECRET, GUEST)),
        ("send_registered_mail", SendRegisteredMail(SECRET, "eve@example.com", GUEST)),
    ],
)
def test_nobody_else_has_mails_sent(flow, command):
    stage = Stage.on(in_memory)

    with pytest.raises(NotAllowed):
        getattr(stage.flows.accounts, flow)(command)

    assert not stage.mailer.sent
