"""Examples of saying no, and of hearing it."""

from __future__ import annotations

import pytest

from .refusing import no_broad_except, only_refusals, refusal_names

KINDS = "class Refusal(Exception): ...\nclass Conflict(Refusal): ...\nclass Gone(Refusal): ...\n"
NAMES = frozenset({"EmailExists", "Missing"})


def test_a_refusal_is_whatever_lies_below_a_kind():
    elsewhere = "class EmailExists(refusals.Conflict): ...\nclass Worse(EmailExists): ...\nclass Taken(Exception): ..."

    assert refusal_names([elsewhere, KINDS]) == {"EmailExists", "Worse"}


@pytest.mark.parametrize(
    "raising",
    [
        "raise EmailExists",
        "raise EmailExists('a@b.c')",
        "raise users.EmailExists()",
        "raise Missing('user') from None",
        "raise alone",
        "try:\n    f()\nexcept Taken:\n    raise",
        "try:\n    f()\nexcept EmailExists as refusal:\n    raise refusal",
    ],
)
def test_a_refusal_of_its_own_may_be_raised(raising):
    assert only_refusals(raising, NAMES) == []


@pytest.mark.parametrize(
    "raising",
    [
        "raise ValueError",
        "raise ValueError('no')",
        "raise Refusal",
        "raise Conflict('just so')",
        "raise AssertionError",
        "raise NotImplementedError",
        "raise Taken('email')",
        "raise made_up()",
        "raise (a or b)",
    ],
)
def test_nothing_else_may(raising):
    (violation,) = only_refusals(raising, NAMES)

    assert violation.line == 1


@pytest.mark.parametrize(
    "catching",
    [
        "try:\n    f()\nexcept Taken:\n    pass",
        "try:\n    f()\nexcept (Taken, ValueError) as error:\n    pass",
        "try:\n    f()\nexcept BaseException:\n    roll_back()\n    raise",
        "try:\n    f()\nexcept:\n    raise",
        "with suppress(KeyError):\n    f()",
    ],
)
def test_what_has_a_name_may_be_caught(catching):
    assert no_broad_except(catching) == []


@pytest.mark.parametrize(
    "catching",
    [
        "try:\n    f()\nexcept:\n    pass",
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept Exception as error:\n    raise Missing from error",
        "try:\n    f()\nexcept (KeyError, BaseException):\n    pass",
        "try:\n    f()\nexcept builtins.Exception:\n    log()",
        "with contextlib.suppress(Exception):\n    f()",
    ],
)
def test_everything_may_not(catching):
    assert len(no_broad_except(catching)) == 1
