"""Becoming somebody with an account."""

from __future__ import annotations

from ....core.flows.accounts.register import Register
from ....core.flows.accounts.sign_up import SignUp
from ....core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from ....core.rules.accounts.policy import AccountsPolicy, Disclosure
from ....core.rules.accounts.users import EmailExists
from ....core.rules.letters import AlreadyRegistered, VerifyAddress
from ....core.rules.secrecy import Secret
from ..stage import Stage
from .deeds import ANN, NEW, OLD, Deed, ann, create, mailed, opens


class SigningUp(Deed):
    """Somebody signs up, with a key."""

    letters = (VerifyAddress,)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.sign_up(SignUp(ANN, OLD, key="k"))

    def reached(self, stage: Stage) -> None:
        with stage.storage.snapshot() as accounts:
            assert len(accounts.sessions.of(ann(stage).id)) == 1
        stage.flows.accounts.verify_email(VerifyEmail(mailed(stage, VerifyAddress)))
        assert opens(stage, OLD)


class Registering(Deed):
    """Somebody registers, with a key."""

    letters = (VerifyAddress,)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.register(Register(ANN, OLD, key="k"))

    def reached(self, stage: Stage) -> None:
        stage.flows.accounts.verify_email(VerifyEmail(mailed(stage, VerifyAddress)))
        assert opens(stage, OLD)


class RegisteringWithoutKey(Registering):
    """Somebody registers without a key; asking again they may hear that they have an account."""

    told = (EmailExists,)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.register(Register(ANN, OLD))


class RegisteringOpaquely(Registering):
    """Somebody registers where nobody may know who has an account."""

    policy = AccountsPolicy(limits={}, disclosure=Disclosure.OPAQUE)


class RegisteringTaken(Deed):
    """Somebody registers with a taken address where nobody may know that it is."""

    policy = AccountsPolicy(limits={}, disclosure=Disclosure.OPAQUE)
    letters = (AlreadyRegistered,)

    def set_up(self, stage: Stage) -> None:
        create(stage)

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.register(Register(ANN, NEW, key="k"))

    def reached(self, stage: Stage) -> None:
        assert opens(stage, OLD)
        assert not opens(stage, NEW)


class RegisteringVerified(Deed):
    """Somebody registers with an address that their browser verified before."""

    proof: Secret

    def set_up(self, stage: Stage) -> None:
        stage.flows.accounts.request_verification(RequestVerification(ANN))
        proof = stage.flows.accounts.verify_email(VerifyEmail(mailed(stage, VerifyAddress))).proof
        assert proof
        self.proof = proof

    def act(self, stage: Stage) -> None:
        stage.flows.accounts.register(Register(ANN, OLD, key="k", proof=self.proof))

    def reached(self, stage: Stage) -> None:
        assert ann(stage).is_verified
        assert opens(stage, OLD)
