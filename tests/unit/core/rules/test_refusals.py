"""Refusals: nine kinds, a code each, and what they tell."""

from __future__ import annotations

import pickle

import pytest
from attrs import define

from hexflows.core.rules import letters, refusals
from hexflows.core.rules.accounts.passwords import WeakPassword
from hexflows.core.rules.refusals import Conflict, Malformed, Missing, Problem, Refusal
from hexflows.core.rules.secrecy import Password, Secret


@define
class TooShort(Conflict):
    wanted: int
    given: int


def test_there_are_nine_kinds():
    kinds = [
        kind.__name__ for kind in Refusal.__subclasses__() if kind.__module__ == refusals.__name__ and kind.kind is kind
    ]

    assert kinds == [
        "Invalid",
        "Unauthenticated",
        "Forbidden",
        "NotFound",
        "Gone",
        "Conflict",
        "TooMany",
        "Upstream",
        "Unavailable",
    ]


def test_a_refusal_has_its_kind_and_its_code_from_where_it_stands():
    assert (TooShort.kind, TooShort.code) == (Conflict, "TOO_SHORT")
    assert (Missing.kind, Missing.code) == (refusals.NotFound, "NOT_FOUND")
    assert (WeakPassword.kind, WeakPassword.code) == (refusals.Invalid, "WEAK_PASSWORD")


def test_it_tells_its_facts():
    assert TooShort(8, 3).facts == {"wanted": 8, "given": 3}
    assert refusals.NotSignedIn().facts == {}
    assert (TooShort(8, 3).problems, TooShort(8, 3).retry_after) == ((), None)


@pytest.mark.parametrize(
    "refusal",
    [
        TooShort(8, 3),
        Missing("job"),
        WeakPassword("password", "too short"),
        Malformed((Problem("email", "required"),)),
        letters.MailDelayed("down"),
        letters.MailRefused("no such box"),
        refusals.Busy(),
        refusals.OutOfReach(),
    ],
    ids=lambda refusal: refusal.code,
)
def test_it_travels_between_processes(refusal):
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own

    assert (type(again), str(again), again.facts) == (type(refusal), str(refusal), refusal.facts)


def test_what_is_wrong_with_one_field_is_told_as_its_problem():
    refused = WeakPassword("new_password", "Password is too short")

    assert refused.problems == (Problem("new_password", "Password is too short", "WEAK_PASSWORD"),)
    assert str(refused) == "Password is too short"
    assert refused.facts == {}


def test_several_problems_are_one_refusal_that_tells_them_all():
    wrong = (Problem("email", "required"), Problem("", "expected an object"))

    refused = Malformed(wrong)

    assert refused.problems == wrong
    assert str(refused) == "email: required; expected an object"
    assert (refused.code, refused.facts) == ("VALIDATION_ERROR", {})


def test_those_that_pass_say_when_to_come_back():
    assert refusals.Busy().retry_after == 1
    assert refusals.OutOfReach().retry_after == 5
    assert str(refusals.Busy()) == "Too many are at it at the moment"
    assert str(refusals.OutOfReach()) == "A service that this needs cannot be reached"
    assert str(Missing("job")) == "There is no such job"
    assert str(letters.MailDelayed("down")) == "The mail could not be sent yet: down"
    assert str(letters.MailRefused("no")) == "The mail was refused: no"


@pytest.mark.parametrize("kind", [Secret, Password])
def test_what_is_secret_is_printed_nowhere(kind):
    assert str(kind("sesame")) == "***"
    assert "sesame" not in f"{kind('sesame')!r} {kind('sesame')}"
