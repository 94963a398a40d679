"""One-time secrets: for one purpose, in time, once, and not guessed at for ever."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hexflows.core.rules.ids import SecretId
from hexflows.core.rules.onetime import ATTEMPTS, InvalidToken, Purpose, message, parse, token
from hexflows.entrypoints.testing import strategies
from hexflows.entrypoints.testing.making import DAY, NOON, SECOND, new_id, new_secret

MAC = bytes(range(32))
SECRET = new_secret(digest=hashlib.sha256(MAC).digest())


def test_it_opens_for_its_purpose_in_time_and_unused():
    assert SECRET.opens(Purpose.VERIFY_EMAIL, MAC, NOON)
    assert SECRET.opens(Purpose.VERIFY_EMAIL, MAC, NOON + DAY - SECOND)


@pytest.mark.parametrize(
    ("change", "purpose", "mac", "now"),
    [
        ({}, Purpose.RESET_PASSWORD, MAC, NOON),
        ({}, Purpose.VERIFY_EMAIL, bytes(32), NOON),
        ({}, Purpose.VERIFY_EMAIL, b"", NOON),
        ({}, Purpose.VERIFY_EMAIL, MAC, NOON + DAY),
        ({"used_at": NOON}, Purpose.VERIFY_EMAIL, MAC, NOON),
        ({"attempts": ATTEMPTS + 1}, Purpose.VERIFY_EMAIL, MAC, NOON),
    ],
    ids=["another purpose", "another secret", "nothing", "too late", "used", "guessed at"],
)
def test_it_opens_for_nothing_else(change, purpose, mac, now):
    assert not evolve(SECRET, **change).opens(purpose, mac, now)


def test_the_last_attempt_still_counts():
    assert evolve(SECRET, attempts=ATTEMPTS).opens(Purpose.VERIFY_EMAIL, MAC, NOON)


def test_a_spent_secret_says_when():
    spent = SECRET.spend(NOON)

    assert spent == evolve(SECRET, used_at=NOON)
    assert not spent.opens(Purpose.VERIFY_EMAIL, MAC, NOON)


@given(strategies.uuids, strategies.hashes)
def test_a_token_is_read_as_it_was_made(secret, mac):
    text = token(SecretId(secret), mac).text

    assert len(text) == 64
    assert text.isascii()
    assert parse(text) == (secret, mac)


@given(st.text(max_size=80))
def test_what_is_no_token_is_refused(text):
    try:
        secret, mac = parse(text)
    except InvalidToken:
        return
    # The one spelling there is.
    assert token(secret, mac).text == text


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1], lambda text: text + "A", lambda text: text + "=", str.swapcase]
)
def test_another_spelling_is_another_token(change):
    text = token(SecretId(new_id()), MAC).text

    with suppress(InvalidToken):
        assert parse(change(text)) != parse(text)


def test_a_refusal_does_not_tell_what_was_wrong():
    with pytest.raises(InvalidToken, match="invalid or has expired"):
        parse("x")


def test_what_the_mac_is_over_tells_purposes_rows_and_nonces_apart():
    one, other = SecretId(new_id()), SecretId(new_id())
    messages = {
        message(purpose, secret, nonce) for purpose in Purpose for secret in (one, other) for nonce in (MAC, bytes(32))
    }

    assert len(messages) == len(Purpose) * 4


def test_neither_nonce_nor_digest_is_printed():
    assert "nonce" not in repr(SECRET)
    assert "digest" not in repr(SECRET)
