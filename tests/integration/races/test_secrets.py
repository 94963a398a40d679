"""A secret that works once works once, however many bring it at the same time."""

from __future__ import annotations

from collections import Counter

import pytest

from hexflows.core.rules.refusals import Refusal
from hexflows.entrypoints.testing.making import new_email

from .conftest import PASSWORD
from .crowd import Call

MANY = 100


def test_one_of_many_verifies_with_one_token(app, post, crowd):
    email = new_email().given
    app.call("accounts.register", email=email, password=PASSWORD)
    app.run_due()

    came = crowd.calls([Call("accounts.verify_email", {"token": post.token()})] * MANY)

    assert Counter(each.code for each in came) == {None: 1, "INVALID_TOKEN": MANY - 1}
    assert app.call("accounts.log_in", email=email, password=PASSWORD).user.is_verified


def test_one_browser_of_many_gets_the_proof_of_an_address_without_an_account(app, post, crowd):
    app.call("accounts.request_verification", email=new_email().given)
    app.run_due()

    came = crowd.calls([Call("accounts.verify_email", {"token": post.token()})] * MANY)

    assert [each.answer["proof"] is not None for each in came if each.answer] == [True]


def test_one_of_many_registers_with_one_proof(app, post, crowd):
    email = new_email().given
    app.call("accounts.request_verification", email=email)
    app.run_due()
    proof = app.tell(app.call("accounts.verify_email", token=post.token()))["proof"]
    message = {"email": email, "password": PASSWORD, "proof": proof}

    came = crowd.calls([Call("accounts.register", message)] * 20)

    assert [each.answer["user"]["is_verified"] for each in came if each.answer] == [True]
    assert Counter(each.code for each in came) == {None: 1, "EMAIL_EXISTS": 19}


def test_one_of_many_resets_with_one_token(app, post, crowd, ann):
    app.call("accounts.request_reset", email=ann.email)
    app.run_due()
    token, passwords = post.token(), [f"New-Horse-{number}" for number in range(MANY)]

    came = crowd.calls([Call("accounts.reset_password", {"token": token, "new_password": each}) for each in passwords])

    assert Counter(each.code for each in came) == {None: 1, "INVALID_TOKEN": MANY - 1}
    (chosen,) = (password for password, each in zip(passwords, came, strict=True) if each.code is None)
    assert app.call("accounts.log_in", email=ann.email, password=chosen).user.email == ann.email
    for other in {PASSWORD, passwords[0], passwords[-1]} - {chosen}:
        with pytest.raises(Refusal, match="Invalid credentials"):
            app.call("accounts.log_in", email=ann.email, password=other)
    post.messages.clear()
    app.run_due()
    assert post.arrived() == {ann.email: 1}, "the owner is told once"
