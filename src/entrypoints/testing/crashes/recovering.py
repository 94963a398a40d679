"""Secrets by mail, and other passwords."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from ....core.flows.accounts.change_password import ChangePassword
from ....core.flows.accounts.register import Register
from ....core.flows.accounts.reset_password import RequestReset, ResetPassword
from ....core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from ....core.rules.accounts.sessions import InvalidCredentials
from ....core.rules.asking import Asker
from ....core.rules.letters import Letter, PasswordChanged, PasswordForgotten, VerifyAddress
from ....core.rules.onetime import InvalidToken
from ....core.rules.secrecy import Secret
from ..stage import Stage
from .deeds import ANN, NEW, OLD, Deed, ann, create, lives, log_in, mailed, opens


class AskingForVerification(Deed):
    """Somebody wants a verification mail."""

    # The one that a second request takes the place of is not sent.
    letters = (VerifyAddress,)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.request_verification(RequestVerification(ANN))

    def reached(self, stage: Stage) -> None:
        assert stage.flows.accounts.verify_email(VerifyEmail(mailed(stage, VerifyAddress))).proof


class Verifying(Deed):
    """Somebody with an account brings the secret that was mailed."""

    told = (InvalidToken,)
    token: Secret

    def set_up(self, stage: Stage) -> None:
        create(stage, verified=False)
        self.token = mailed(stage, VerifyAddress)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.verify_email(VerifyEmail(self.token))

    def reached(self, stage: Stage) -> None:
        assert ann(stage).is_verified


class VerifyingBefore(Deed):
    """Somebody without an account brings the secret; who did not hear its answer asks for another mail."""

    token: Secret
    proof: Secret | None = None

    def set_up(self, stage: Stage) -> None:
        stage.flows.accounts.request_verification(RequestVerification(ANN))
        self.token = mailed(stage, VerifyAddress)

    def act(self, stage: Stage) -> None:
        self.proof = stage.flows.accounts.verify_email(VerifyEmail(self.token)).proof

    def again(self, stage: Stage) -> None:
        try:
            self.act(stage)
        except InvalidToken:
            stage.flows.accounts.request_verification(RequestVerification(ANN))
            self.token = mailed(stage, VerifyAddress)
            self.act(stage)

    def came(self, letters: Counter[type[Letter]]) -> bool:
        return letters <= Counter({VerifyAddress: 1})

    def reached(self, stage: Stage) -> None:
        stage.flows.accounts.register(Register(ANN, OLD, proof=self.proof))
        assert ann(stage).is_verified


class Guessing(Deed):
    """Somebody brings a secret that is not quite right: the attempt counts."""

    wrong: Secret

    def set_up(self, stage: Stage) -> None:
        create(stage, verified=False)
        text = mailed(stage, VerifyAddress).text
        self.wrong = Secret(text[:40] + ("A" if text[40] != "A" else "B") + text[41:])

    def act(self, stage: Stage) -> None:
        with suppress(InvalidToken):
            stage.flows.accounts.verify_email(VerifyEmail(self.wrong))

    def reached(self, stage: Stage) -> None:
        assert not ann(stage).is_verified


class AskingForReset(Deed):
    """Somebody forgot their password."""

    letters = (PasswordForgotten,)

    def set_up(self, stage: Stage) -> None:
        create(stage)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.request_reset(RequestReset(ANN))

    def reached(self, stage: Stage) -> None:
        stage.flows.accounts.reset_password(ResetPassword(mailed(stage, PasswordForgotten), NEW))
        assert opens(stage, NEW)


class AskingForResetInVain(Deed):
    """Somebody without an account says that they forgot their password."""

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.request_reset(RequestReset(ANN))

    def reached(self, stage: Stage) -> None:
        assert stage.mailer.sent == ()


class Resetting(Deed):
    """Somebody brings the secret that was mailed, and another password."""

    told = (InvalidToken,)
    letters = (PasswordChanged,)
    before: Asker
    token: Secret

    def set_up(self, stage: Stage) -> None:
        create(stage)
        self.before = log_in(stage)
        stage.flows.accounts.request_reset(RequestReset(ANN))
        self.token = mailed(stage, PasswordForgotten)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.reset_password(ResetPassword(self.token, NEW))

    def reached(self, stage: Stage) -> None:
        assert not lives(stage, self.before)
        assert opens(stage, NEW)
        assert not opens(stage, OLD)


class Changing(Deed):
    """Somebody changes their password in a session that goes on while another ends."""

    told = (InvalidCredentials,)
    letters = (PasswordChanged,)
    here: Asker
    there: Asker

    def set_up(self, stage: Stage) -> None:
        create(stage)
        self.here, self.there = log_in(stage), log_in(stage)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.change_password(ChangePassword(OLD, NEW, asker=self.here))

    def reached(self, stage: Stage) -> None:
        assert (lives(stage, self.here), lives(stage, self.there)) == (True, False)
        assert opens(stage, NEW)
        assert not opens(stage, OLD)
