"""As many get through as a limit admits, and not one more."""

from __future__ import annotations

from collections import Counter

from hexflows.core.rules.asking import SYSTEM
from hexflows.entrypoints.testing.making import new_id

from .conftest import PASSWORD
from .crowd import Call

MANY = 100


def test_ten_of_a_hundred_register_from_one_address_in_an_hour(app, gather, settings):
    crowd = gather({**settings, "limits": "signup=10/hour"})
    messages = [{"email": f"{new_id().hex}@example.com", "password": PASSWORD} for _ in range(MANY)]

    came = crowd.calls([Call("accounts.register", each, address="192.0.2.7") for each in messages])

    assert Counter(each.code for each in came) == {None: 10, "RATE_LIMIT_EXCEEDED": MANY - 10}
    assert len(app.call("accounts.list_users", limit=100, asker=SYSTEM).items) == 10


def test_ten_of_a_hundred_guess_at_one_account_in_a_minute_from_wherever(app, gather, settings, ann):
    crowd = gather({**settings, "limits": "login-account=10/minute"})
    guesses = [{"email": ann.email, "password": f"Wrong-Horse-{number}"} for number in range(MANY)]

    came = crowd.calls([Call("accounts.log_in", each, address=f"192.0.2.{at}") for at, each in enumerate(guesses)])

    assert Counter(each.code for each in came) == {"INVALID_CREDENTIALS": 10, "RATE_LIMIT_EXCEEDED": MANY - 10}
