"""Passwords: two policies, and all that is missing told at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexflows.core.rules.accounts.passwords import LONGEST, WeakPassword, composed, modern, strong_enough
from hexflows.core.rules.secrecy import Password


@pytest.mark.parametrize("text", ["Abcdef1!", "Ünïcödé1€", "A1 " + "b" * 253])
def test_a_composed_password_has_all_four_kinds(text):
    assert composed(Password(text)) == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Abcde1!", ["be at least 8 characters"]),
        ("Aa1!" + "x" * 253, ["be at most 256 characters"]),
        ("abcdef1!", ["contain an upper case letter"]),
        ("ABCDEF1!", ["contain a lower case letter"]),
        ("Abcdefg!", ["contain a digit"]),
        ("Abcdefg1", ["contain a special character"]),
        ("pass", ["at least 8", "upper case", "digit", "special"]),
    ],
)
def test_everything_that_is_missing_is_told(text, missing):
    told = composed(Password(text))

    assert len(told) == len(missing)
    assert all(part in wish for part, wish in zip(missing, told, strict=True))


def guesses(text: str, words: tuple[str, ...]) -> int:
    """Stand for a library: what is known beforehand is guessed, long texts are not."""
    assert len(text) <= 72
    return 0 if text in words else len(text) // 4


MODERN = modern(guesses)


@pytest.mark.parametrize("text", ["a long pass phrase", "x1y2z3w4v5u6"])
def test_a_modern_password_is_long_or_hard_to_guess(text):
    assert MODERN(Password(text), ()) == ()


@pytest.mark.parametrize(
    ("text", "words", "wish"),
    [
        ("short", (), "at least 8"),
        ("x" * (LONGEST + 1), (), "at most 256"),
        ("guessable", (), "harder to guess"),
        ("ann.smith.is", ("ann.smith.is",), "harder to guess"),
        ("abc" * 5, ("abc" * 5,), "harder to guess"),
    ],
)
def test_a_modern_password_that_is_not_is_refused(text, words, wish):
    (told,) = MODERN(Password(text), words)

    assert wish in told


@given(st.text(min_size=LONGEST + 1, max_size=LONGEST + 50))
def test_no_policy_lets_longer_ones_near_a_library(text):
    assert any("at most" in wish for wish in composed(Password(text)))
    assert any("at most" in wish for wish in MODERN(Password(text), ()))


def test_a_weak_password_is_refused_under_the_name_of_its_field():
    with pytest.raises(WeakPassword) as refused:
        strong_enough(composed, Password("abcdefgh"), field="new_password")

    assert [each.field for each in refused.value.problems] == ["new_password"]
    assert str(refused.value) == (
        "Password must contain an upper case letter, contain a digit, contain a special character"
    )


def test_a_strong_one_passes():
    strong_enough(composed, Password("Abcdef1!"), ("ann",))
