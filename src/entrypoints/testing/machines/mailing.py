"""The rules of mail: asking for it, and bringing back what was in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from ....core.flows.accounts.reset_password import RequestReset, ResetPassword
from ....core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from ....core.rules.onetime import InvalidToken
from ....core.rules.secrecy import Password, Secret
from .model import PROOF, RESET, VERIFY
from .playing import POLICY, Playing, addresses, often, passwords, picks, rarely, spellings, typed


class Mailing(Playing):
    """The rules of mail: asking for it, and bringing back what was in it."""

    @rule(address=addresses, spell=spellings, at_once=often)
    def request_verification(self, *, address: str, spell: Any, at_once: bool) -> None:
        """Somebody wants a mail, with an account or without."""
        self.flows.request_verification(RequestVerification(typed(address, spell)))
        self.world.retire(VERIFY, address)
        self.world.write(VERIFY, address, self.now, POLICY.verify_within, self.world.people.get(address))
        if at_once:
            self.deliver()

    @rule(address=addresses, spell=spellings, at_once=often)
    def request_reset(self, *, address: str, spell: Any, at_once: bool) -> None:
        """Somebody forgot their password, or says so."""
        self.flows.request_reset(RequestReset(typed(address, spell)))
        person = self.world.people.get(address)
        if person and person.active:
            self.world.retire(RESET, str(person.id))
            self.world.write(RESET, str(person.id), self.now, POLICY.reset_within, person)
        if at_once:
            self.deliver()

    @rule()
    def work(self) -> None:
        """Jobs are done."""
        self.deliver()

    @rule(pick=picks, crossed=rarely)
    def verify(self, *, pick: int, crossed: bool) -> None:
        """Somebody brings a secret: the right one, a used one, one for something else."""
        mailed = self.pick(VERIFY, pick, crossed=crossed)
        if mailed is None:
            return
        command = VerifyEmail(mailed.token)
        if not mailed.opens(VERIFY, self.now):
            with pytest.raises(InvalidToken):
                self.flows.verify_email(command)
            return

        answer = self.flows.verify_email(command)

        mailed.dead = True
        if person := self.world.people.get(mailed.about):
            assert (answer.user_id, answer.proof) == (person.id, None)
            person.verified = True
            return
        assert answer.user_id is None
        assert answer.proof
        self.mailed(PROOF, mailed.about, answer.proof, self.now + POLICY.verify_within)

    @rule(pick=picks, guess=st.integers(22, 63), times=st.sampled_from([1, 10]))
    def guess(self, pick: int, guess: int, times: int) -> None:
        """Somebody knows the row and guesses at the secret: attempts that count."""
        mailed = self.pick(VERIFY, pick, crossed=False)
        if mailed is None:
            return
        text = mailed.token.text
        wrong = text[:guess] + ("A" if text[guess] != "A" else "B") + text[guess + 1 :]
        for _ in range(times):
            mailed.attempts += 1
            with pytest.raises(InvalidToken):
                self.flows.verify_email(VerifyEmail(Secret(wrong)))

    @rule(pick=picks, crossed=rarely, new=passwords)
    def reset(self, *, pick: int, crossed: bool, new: str) -> None:
        """Somebody brings a secret and chooses another password."""
        mailed = self.pick(RESET, pick, crossed=crossed)
        if mailed is None:
            return
        command = ResetPassword(mailed.token, Password(new))
        person = self.world.person(mailed.about)
        opens = mailed.opens(RESET, self.now)
        if not opens or not person or not person.active:
            with pytest.raises(InvalidToken):
                self.flows.reset_password(command)
            mailed.dead = mailed.dead or opens
            return

        self.flows.reset_password(command)

        person.password, person.verified = new, True
        person.sign_out()
        self.password_changed(person)
