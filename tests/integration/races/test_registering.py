"""However many register with one address, or ask again under one key, there is one account."""

from __future__ import annotations

import unicodedata
from collections import Counter

from hexflows.core.rules.asking import SYSTEM
from hexflows.entrypoints.testing.making import new_id

from .conftest import PASSWORD
from .crowd import Call

MANY = 50


def spellings(mark):
    """Return *MANY* spellings of one address: capitals, forms of letters, an ASCII domain or its own."""
    local, domains = f"jörg.{mark}", ("bücher.example", "BÜCHER.example", "xn--bcher-kva.example")
    spelt = []
    for number in range(MANY):
        some = "".join(each.upper() if number >> place % 6 & 1 else each for place, each in enumerate(local))
        form = ("NFC", "NFD")[number % 2]
        spelt.append(f"{unicodedata.normalize(form, some)}@{domains[number % 3]}")
    return spelt


def stored(app):
    """Return the users, and the names of the jobs that wait."""
    users = app.call("accounts.list_users", limit=100, asker=SYSTEM).items
    jobs = app.call("jobs.list_jobs", limit=100, asker=SYSTEM).items
    return users, [each.name for each in jobs]


def test_many_who_register_one_address_make_one_account(app, crowd):
    emails = spellings(new_id().hex[:12])
    assert len(set(emails)) > MANY // 2

    came = crowd.calls([Call("accounts.register", {"email": each, "password": PASSWORD}) for each in emails])

    assert Counter(each.code for each in came) == {None: 1, "EMAIL_EXISTS": MANY - 1}
    users, jobs = stored(app)
    assert [str(each.id) for each in users] == [each.answer["user"]["id"] for each in came if each.answer]
    assert jobs == ["accounts.send_verification_mail"]


def test_many_who_register_one_name_make_one_account(app, crowd):
    name = f"u{new_id().hex}"
    messages = [
        {
            "email": f"{number}.{name}@example.com",
            "password": PASSWORD,
            "username": name[:number].upper() + name[number:],
        }
        for number in range(20)
    ]

    came = crowd.calls([Call("accounts.register", each) for each in messages])

    assert Counter(each.code for each in came) == {None: 1, "USERNAME_TAKEN": 19}
    users, jobs = stored(app)
    assert (len(users), jobs) == (1, ["accounts.send_verification_mail"])


def test_equal_requests_under_one_key_have_one_effect_and_one_answer(app, crowd):
    message = {"email": f"{new_id().hex}@example.com", "password": PASSWORD, "key": "the-same"}

    came = crowd.calls([Call("accounts.register", message)] * MANY)

    answered = [each for each in came if each.code is None]
    assert {each.code for each in came} <= {None, "REQUEST_IN_PROGRESS"}
    assert [each.replayed for each in answered].count(False) == 1
    users, jobs = stored(app)
    assert [each.answer for each in answered] == [{"user": app.tell(users[0])}] * len(answered)
    assert (len(users), jobs) == (1, ["accounts.send_verification_mail"])


def test_one_of_equal_sign_ups_under_one_key_is_signed_in(app, crowd):
    message = {"email": f"{new_id().hex}@example.com", "password": PASSWORD, "key": "the-same"}

    came = crowd.calls([Call("accounts.sign_up", message)] * MANY)

    assert {each.code for each in came} <= {None, "REQUEST_IN_PROGRESS"}
    assert [each.replayed for each in came if each.answer and each.answer["grant"]] == [False]
    assert len({each.answer["user"]["id"] for each in came if each.answer}) == 1


def test_other_requests_under_one_key_are_refused_and_have_no_effect(app, crowd):
    email = f"{new_id().hex}@example.com"
    messages = [
        {"email": email, "password": PASSWORD, "key": "the-same", "username": f"{new_id().hex}"} for _ in range(20)
    ]

    came = crowd.calls([Call("accounts.register", each) for each in messages])

    codes = Counter(each.code for each in came)
    assert codes[None] == 1
    assert set(codes) <= {None, "IDEMPOTENCY_CONFLICT", "REQUEST_IN_PROGRESS"}
    assert len(stored(app)[0]) == 1
