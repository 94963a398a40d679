"""The texts by which a session is presented."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hexflows.core.rules.accounts.sessions import InvalidRefreshToken
from hexflows.core.rules.accounts.tokens import (
    cookie,
    cookie_hash,
    opens,
    read_cookie,
    read_refresh,
    refresh_message,
    refresh_token,
)
from hexflows.core.rules.base64url import decode, encode
from hexflows.core.rules.ids import SessionId
from hexflows.entrypoints.testing import strategies
from hexflows.entrypoints.testing.making import new_id, new_session, new_user

numbers = st.integers(0, 2**64 - 1)


@given(st.binary(max_size=80))
def test_bytes_have_one_spelling(raw):
    text = encode(raw)

    assert decode(text, len(raw)) == raw
    assert decode(text, len(raw) + 1) is None
    assert decode(text + "=", len(raw)) is None
    assert decode(f" {text}", len(raw)) is None


@given(st.text(), st.integers(0, 60))
def test_what_is_no_spelling_stands_for_nothing(text, length):
    raw = decode(text, length)

    assert raw is None or encode(raw) == text


@given(strategies.uuids, strategies.hashes)
def test_a_cookie_is_read_as_it_was_made(session, secret):
    assert read_cookie(cookie(session, secret).text) == (session, secret)


@pytest.mark.parametrize("text", ["", "x", "a" * 63, "a" * 65, "ü" * 64])
def test_what_is_no_cookie_of_ours_is_nothing(text):
    assert read_cookie(text) is None


@given(strategies.hashes, strategies.hashes)
def test_only_its_secret_opens_a_session(secret, other):
    session = new_session(new_user(), cookie_hash=cookie_hash(secret))

    assert opens(session, secret)
    assert opens(session, other) == (secret == other)


@given(strategies.uuids, numbers, strategies.hashes)
def test_a_refresh_token_is_read_as_it_was_made(session, number, mac):
    assert read_refresh(refresh_token(session, number, mac).text) == (session, number, mac)


@pytest.mark.parametrize("text", ["", "x", "a" * 74, "a" * 76, "ü" * 75])
def test_what_is_no_refresh_token_of_ours_is_refused(text):
    with pytest.raises(InvalidRefreshToken):
        read_refresh(text)


@given(numbers, numbers)
def test_the_mac_is_over_session_number_and_nonce(one, other):
    session = new_session(new_user())

    assert (refresh_message(session, one) == refresh_message(session, other)) == (one == other)
    assert refresh_message(session, one) != refresh_message(evolve(session, id=SessionId(new_id())), one)
    assert refresh_message(session, one) != refresh_message(evolve(session, nonce=bytes(32)), one)
