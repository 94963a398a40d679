"""E-mail addresses: one mailbox, however it is spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexflows.core.rules.accounts.emails import Email, fold, unseen
from hexflows.entrypoints.testing.making import email


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_is_folded_away(text):
    assert fold(text.casefold()) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ANN", "ann"),
        ("Straße", "STRASSE"),
        ("\uff41nn", "ann"),
        ("e\u0301", "\u00e9"),
        ("\u212a", "k"),
        ("\ufb01", "fi"),
    ],
    ids=["case", "sharp s", "width", "composition", "Kelvin", "ligature"],
)
def test_spellings_of_one_text_are_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("a.b", "ab"), ("ann+shop", "ann"), ("\u0430nn", "ann")])
def test_what_means_something_stays_apart(one, other):
    assert fold(one) != fold(other)


def test_addresses_are_one_when_mail_goes_to_one_mailbox():
    one, other = email("Ann@Example.com"), email("ann@example.COM")

    assert one == other
    assert hash(one) == hash(other)
    assert str(one) == "Ann@Example.com"
    assert one != email("bob@example.com")
    assert one != "ann@example.com"
    assert {one: 1}[other] == 1


@pytest.mark.parametrize(
    "character", ["\0", "\n", "\u200b", "\u202e", "\ue000", "\u2028", "\ufeff", "\ud800", "\u0378"]
)
def test_what_nobody_sees_is_noticed(character):
    assert unseen(f"a{character}nn")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"])))
def test_what_can_be_seen_passes(text):
    assert not unseen(text)


def test_the_domain_is_kept_apart():
    assert Email("a@b.c", "a@b.c", "b.c").domain == "b.c"
