"""As many get through as a limit admits, and not one more, wherever they are counted."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv6Address

import pytest

from hexflows.core.rules.asking import SYSTEM
from hexflows.entrypoints.testing.making import new_id

from .conftest import PASSWORD
from .crowd import Call

MANY = 100


@pytest.fixture(params=["database", "redis"])
def counted(request, settings):
    """The settings with the store that limits are counted in."""
    return settings if request.param == "database" else {**settings, "redis_url": request.getfixturevalue("redis_url")}


def test_ten_of_a_hundred_register_from_one_address_in_an_hour(app, gather, counted):
    crowd = gather({**counted, "limits": "signup=10/hour"})
    messages = [{"email": f"{new_id().hex}@example.com", "password": PASSWORD} for _ in range(MANY)]
    address = str(IPv6Address(new_id().int))

    came = crowd.calls([Call("accounts.register", each, address=address) for each in messages])

    assert Counter(each.code for each in came) == {None: 10, "RATE_LIMIT_EXCEEDED": MANY - 10}
    assert len(app.call("accounts.list_users", limit=100, asker=SYSTEM).items) == 10


def test_ten_of_a_hundred_guess_at_one_account_in_a_minute_from_wherever(app, gather, counted, ann):
    crowd = gather({**counted, "limits": "login-account=10/minute,login=off"})
    guesses = [{"email": ann.email, "password": f"Wrong-Horse-{number}"} for number in range(MANY)]

    came = crowd.calls([Call("accounts.log_in", each, address=f"192.0.2.{at}") for at, each in enumerate(guesses)])

    assert Counter(each.code for each in came) == {"INVALID_CREDENTIALS": 10, "RATE_LIMIT_EXCEEDED": MANY - 10}
