"""The rules of coming in: registering, signing up, logging in."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis.stateful import multiple, rule

from ....core.flows.accounts.log_in import EmailNotVerified, LogIn
from ....core.flows.accounts.register import Register
from ....core.flows.accounts.sign_up import SignUp
from ....core.rules.accounts.passwords import WeakPassword
from ....core.rules.accounts.sessions import InvalidCredentials
from ....core.rules.accounts.users import EmailExists
from ....core.rules.receipts import KEPT
from ....core.rules.secrecy import Password
from ..making import email, new_id
from .model import PROOF, Person
from .playing import Playing, addresses, logins, passwords, picks, rarely, spellings, typed, weak


class Entering(Playing):
    """The rules of coming in: registering, signing up, logging in."""

    @rule(address=addresses, spell=spellings, password=passwords, pick=picks, crossed=rarely)
    def register(self, *, address: str, spell: Any, password: str, pick: int, crossed: bool) -> None:
        """Somebody registers, perhaps with the proof that they verified this address or another one before."""
        proof = self.pick(PROOF, pick, crossed=crossed)
        brought = proof.token if proof else None
        command = Register(typed(address, spell), Password(password), key=new_id().hex, proof=brought)
        if address in self.world.people:
            with pytest.raises(EmailExists):
                self.flows.register(command)
            return

        answer = self.flows.register(command)

        assert answer.user
        self.opened(Person(answer.user.id, address, password), proof)
        assert answer.user.is_verified == self.world.people[address].verified
        self.world.asked.append((self.flows.register, command, evolve(answer, replayed=True), self.now))

    @rule(target=logins, address=addresses, spell=spellings, password=passwords)
    def sign_up(self, address: str, spell: Any, password: str) -> Any:
        """Somebody signs up and is signed in."""
        if address in self.world.people:
            with pytest.raises(EmailExists):
                self.flows.sign_up(SignUp(typed(address, spell), Password(password)))
            return multiple()
        return self.signed_up(typed(address, spell), password)

    @rule(address=addresses, password=weak)
    def register_with_a_weak_password(self, address: str, password: str) -> None:
        """Somebody tries to; the invariants see that nothing has changed."""
        with pytest.raises(WeakPassword):
            self.flows.register(Register(email(address), Password(password)))

    @rule(pick=picks)
    def ask_again(self, pick: int) -> None:
        """An answer was lost, and the request is sent again under its key; tokens are told only once."""
        if pick >= len(self.world.asked):
            return
        flow, command, answer, at = self.world.asked[-1 - pick]
        person = self.world.people.get(command.email.canonical)
        if person and person.id == answer.user.id and self.now < at + KEPT:
            assert flow(command) == answer

    @rule(target=logins, address=addresses, spell=spellings, wrong=rarely)
    def log_in(self, *, address: str, spell: Any, wrong: bool) -> Any:
        """Somebody logs in, rightly or not."""
        person = self.world.people.get(address)
        password = person.password if person and not wrong else "Another-Horse-3"
        command = LogIn(typed(address, spell), Password(password))
        if person is None or person.password != password or not person.active:
            with pytest.raises(InvalidCredentials):
                self.flows.log_in(command)
            return multiple()
        if not person.verified:
            with pytest.raises(EmailNotVerified):
                self.flows.log_in(command)
            return multiple()

        answer = self.flows.log_in(command)

        assert answer.user.id == person.id
        return person, self.granted(person, answer.grant)
