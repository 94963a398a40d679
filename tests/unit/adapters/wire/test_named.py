"""Problems that have a name of their own, and passwords that are being chosen."""

from __future__ import annotations

import pytest
from attrs import frozen

from hexflows.adapters.wire.commands import Reader, command
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.accounts.sign_up import SignUp
from hexflows.core.rules.accounts.emails import InvalidEmail
from hexflows.core.rules.accounts.passwords import WeakPassword, composed
from hexflows.core.rules.accounts.users import InvalidUsername
from hexflows.core.rules.refusals import Malformed
from hexflows.core.rules.secrecy import Password

GOOD = {"email": "ann@example.com", "password": "Passw0rd!"}


class TestNames:
    """A problem that has a name keeps it, alone; among others it is told with them."""

    def test_alone_it_is_that_refusal(self):
        with pytest.raises(InvalidEmail) as refused:
            command(LogIn, GOOD | {"email": "nobody"})

        assert [(each.field, each.code) for each in refused.value.problems] == [("email", "INVALID_EMAIL")]

    def test_with_others_it_is_malformed(self):
        with pytest.raises(Malformed) as refused:
            command(Register, GOOD | {"email": "nobody", "username": "!", "role": 1})

        assert [(each.field, each.code) for each in refused.value.problems] == [
            ("email", "INVALID_EMAIL"),
            ("username", "INVALID_USERNAME"),
            ("role", "VALIDATION_ERROR"),
        ]

    def test_its_field_is_where_it_was_found(self):
        @frozen
        class Invite:
            team: tuple[Register, ...]

        with pytest.raises(InvalidUsername) as refused:
            command(Invite, {"team": [GOOD, GOOD | {"username": "admin"}]})

        assert refused.value.field == "team.1.username"


class TestPasswords:
    """A password that is being chosen is held to the policy; one that is presented is not."""

    read = Reader(policy=composed)

    def test_a_weak_one_comes_together_with_other_problems(self):
        with pytest.raises(Malformed) as refused:
            self.read(SignUp, {"email": "nobody", "password": "weak"})

        assert [each.code for each in refused.value.problems] == ["INVALID_EMAIL", "WEAK_PASSWORD"]

    def test_a_weak_one_alone_keeps_its_name(self):
        with pytest.raises(WeakPassword):
            self.read(SignUp, GOOD | {"password": "weak"})

    def test_a_weak_one_may_be_presented(self):
        assert self.read(LogIn, GOOD | {"password": "weak"}).password == Password("weak")

    def test_without_a_policy_nothing_is_weak(self):
        assert command(SignUp, GOOD | {"password": "weak"}).password == Password("weak")

    def test_they_are_compared_in_normal_form(self):
        assert command(LogIn, GOOD | {"password": "ﬁ①"}).password == Password("fi1")

    @pytest.mark.parametrize(("length", "fine"), [(4096, True), (4097, False)])
    def test_they_are_bounded(self, length, fine):
        if fine:
            command(LogIn, GOOD | {"password": "x" * length})
        else:
            with pytest.raises(Malformed, match="password: must be at most"):
                command(LogIn, GOOD | {"password": "x" * length})

    def test_no_problem_repeats_one(self):
        with pytest.raises(Malformed) as refused:
            self.read(SignUp, {"email": 5, "password": "s3cret"})

        assert "s3cret" not in str(refused.value)
