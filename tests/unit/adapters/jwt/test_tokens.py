from __future__ import annotations

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.jwt.tokens import TYPE, JwtAccessTokens
from hexflows.core.rules.ids import SessionId
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.testing.contracts.access_tokens import AccessTokensContract
from hexflows.entrypoints.testing.making import HOUR, NOON, new_id

OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}
SESSION = SessionId(new_id())
TOKENS = JwtAccessTokens(OLD, "https://api.example.com", "https://api.example.com")

CLAIMS = {
    "iss": TOKENS.issuer,
    "aud": TOKENS.audience,
    "sid": str(SESSION),
    "iat": int(NOON.timestamp()),
    "exp": int((NOON + HOUR).timestamp()),
}
HEADER = {"kid": "old", "typ": TYPE}


def signed(claims=(), header=(), key=OLD["old"], algorithm="HS256"):
    """Return a token as ours are, but for what is given: None leaves a part out."""
    parts = {name: value for name, value in {**CLAIMS, **dict(claims)}.items() if value is not None}
    headers = {name: value for name, value in {**HEADER, **dict(header)}.items() if value is not None}
    text = jwt.PyJWS().encode(jwt.api_jwt.PyJWT()._encode_payload(parts), key, algorithm, headers)
    return Secret(text)


class TestJwtAccessTokens(AccessTokensContract):
    @pytest.fixture
    def tokens(self):
        return TOKENS

    @pytest.fixture
    def stranger(self):
        return JwtAccessTokens({"old": b"x" * 32}, TOKENS.issuer, TOKENS.audience)


def test_it_says_who_issued_it_for_whom_and_when():
    token = TOKENS.issue(SESSION, NOON, NOON + HOUR).text

    header = jwt.get_unverified_header(token)
    assert header == {"alg": "HS256", "kid": "old", "typ": "at+jwt"}
    assert jwt.decode(token, options={"verify_signature": False}) == CLAIMS


def test_a_token_like_ours_is_read():
    """The tests below change one thing of it each."""
    assert TOKENS.read(signed(), NOON) == SESSION


@pytest.mark.parametrize(
    "claims",
    [
        *({name: None} for name in CLAIMS),
        {"iss": "https://evil.example.com"},
        {"iss": ["https://api.example.com"]},
        {"aud": "https://other.example.com"},
        {"aud": ["https://api.example.com"]},
        {"exp": True},
        {"exp": str(CLAIMS["exp"])},
        {"exp": CLAIMS["exp"] + 0.5},
        {"exp": float("inf")},
        {"exp": []},
        {"sid": "no id"},
        {"sid": 7},
        {"sid": []},
        {"sid": {}},
    ],
    ids=str,
)
def test_a_token_whose_claims_are_none_of_ours_names_nothing(claims):
    assert TOKENS.read(signed(claims), NOON) is None


@pytest.mark.parametrize(
    "header",
    [
        {"kid": None},
        {"kid": "new"},
        {"kid": ""},
        {"typ": None},
        {"typ": "JWT"},
        {"crit": ["exp"]},
    ],
    ids=str,
)
def test_a_token_whose_header_is_none_of_ours_names_nothing(header):
    assert TOKENS.read(signed(header=header), NOON) is None


def test_a_token_of_another_algorithm_names_nothing():
    assert TOKENS.read(signed(algorithm="HS384", key=OLD["old"] * 2), NOON) is None


def test_an_older_key_is_believed_and_a_newer_one_signs():
    rotated = JwtAccessTokens({**NEW, **OLD}, TOKENS.issuer, TOKENS.audience)

    assert rotated.read(TOKENS.issue(SESSION, NOON, NOON + HOUR), NOON) == SESSION
    assert jwt.get_unverified_header(rotated.issue(SESSION, NOON, NOON + HOUR).text)["kid"] == "new"
    assert TOKENS.read(rotated.issue(SESSION, NOON, NOON + HOUR), NOON) is None


def test_keys_are_not_shown():
    assert "oooo" not in repr(TOKENS)


def test_there_is_no_issuing_without_a_key():
    with pytest.raises(ValueError, match="keys"):
        JwtAccessTokens({}, "a", "b")


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_no_text_is_mistaken_for_a_token_nor_makes_it_raise(text):
    assert TOKENS.read(Secret(text), NOON) is None


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_bytes_in_its_parts_make_it_raise(header, claims):
    good = signed().text.split(".")

    for parts in ((header, None), (None, claims), (header, claims)):
        text = ".".join(
            [
                *(
                    jwt.utils.base64url_encode(new).decode() if new is not None else old
                    for new, old in zip(parts, good, strict=False)
                ),
                good[2],
            ]
        )
        assert TOKENS.read(Secret(text), NOON) is None


@pytest.mark.parametrize(
    "json",
    [b"[" * 600, b'{"a":' * 120, b"1" * 600, b'{"kid":"old","typ":"at+jwt","alg":"HS256","x":' + b"9" * 500 + b"}"],
)
def test_json_that_hurts_is_no_header(json):
    text = f"{jwt.utils.base64url_encode(json).decode()}.e30.e30"

    assert len(text) <= 1024
    assert TOKENS.read(Secret(text), NOON) is None
