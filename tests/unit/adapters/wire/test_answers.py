"""Answers into messages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.wire.answers import Teller, answer
from hexflows.adapters.wire.commands import camel
from hexflows.core.flows.accounts._granting import Grant
from hexflows.core.flows.accounts.list_sessions import SessionList
from hexflows.core.flows.accounts.register import Registered
from hexflows.core.flows.accounts.sign_up import SignedUp, SignUp
from hexflows.core.rules.accounts.emails import Email
from hexflows.core.rules.accounts.sessions import SessionShown
from hexflows.core.rules.accounts.users import Profile
from hexflows.core.rules.answers import Nothing
from hexflows.core.rules.asking import Role
from hexflows.core.rules.ids import SessionId, UserId
from hexflows.core.rules.pages import Page
from hexflows.core.rules.secrecy import Password, Secret

ID = "01890a5d-ac96-774b-bcce-b302099a8057"
EARLIEST, LATEST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - given a zone below
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PROFILE = Profile(
    UserId(UUID(ID)), "ann@example.com", None, Role.SELLER, is_active=True, is_verified=False, created_at=NOON
)
TOLD = {
    "id": ID,
    "email": "ann@example.com",
    "username": None,
    "role": "seller",
    "is_active": True,
    "is_verified": False,
    "created_at": "2026-01-31T12:00:00Z",
}


def test_an_answer_is_told_in_the_types_of_json():
    told = answer(PROFILE)

    assert told == TOLD
    assert json.loads(json.dumps(told)) == TOLD
    assert type(told["role"]) is str


def test_whether_it_was_given_before_is_not_part_of_it():
    assert answer(Registered(PROFILE, replayed=True)) == {"user": TOLD}


def test_tokens_are_told_in_clear_to_who_may_hold_them():
    grant = Grant(SessionId(UUID(ID)), Secret("c"), Secret("t"), Secret("r"), NOON)

    assert answer(SignedUp(PROFILE, grant))["grant"] == {
        "session": ID,
        "cookie": "c",
        "token": "t",
        "refresh_token": "r",
        "expires_at": "2026-01-31T12:00:00Z",
    }


def test_passwords_are_told_to_nobody():
    told = answer(SignUp(Email("A@x.co", "a@x.co", "x.co"), Password("s3cret")))

    assert told == {"email": "A@x.co", "password": "***", "key": None, "proof": None}


def test_tuples_are_lists():
    shown = SessionShown(SessionId(UUID(ID)), NOON, NOON, NOON, "curl", "::1", current=True)

    assert answer(SessionList((shown,)))["items"] == [answer(shown)]


def test_generic_answers_are_told_by_what_is_in_them():
    assert answer(Page((PROFILE, PROFILE), "next")) == {"items": [TOLD, TOLD], "next": "next"}


def test_nothing_is_an_empty_object():
    assert answer(Nothing()) == {}


def test_names_can_be_told_in_the_words_of_a_document():
    assert Teller(rename=camel)(PROFILE)["isActive"] is True


@given(st.datetimes(EARLIEST, LATEST), st.integers(-23, 23))
def test_moments_are_told_in_utc_and_mean_the_same(naive, offset):
    moment = naive.replace(tzinfo=timezone(timedelta(hours=offset)))
    told = answer(moment)

    assert told.endswith("Z")
    assert datetime.fromisoformat(told) == moment
