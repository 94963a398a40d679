"""What every adapter of `AccessTokens` promises."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ....core.rules.ids import SessionId
from ....core.rules.secrecy import Secret
from ....ports.secrets import AccessTokens
from .. import strategies
from ..making import HOUR, NOON, SECOND, new_id
from .storage import shared

SESSION = SessionId(new_id())


class AccessTokensContract:
    """Subclass it, give it ``tokens`` and those of a ``stranger``, and it tests your adapter."""

    @pytest.fixture
    def tokens(self) -> AccessTokens:
        """Return what issues and reads tokens."""
        raise NotImplementedError

    @pytest.fixture
    def stranger(self) -> AccessTokens:
        """Return the same under another key."""
        raise NotImplementedError

    @shared
    @given(session=strategies.uuids, seconds=st.integers(1, 10**6))
    def test_a_token_names_its_session(self, tokens: AccessTokens, session: SessionId, seconds: int) -> None:
        token = tokens.issue(session, NOON, NOON + seconds * SECOND)

        assert tokens.read(token, NOON) == session
        assert tokens.read(token, NOON + (seconds - 1) * SECOND) == session

    def test_it_is_good_until_then(self, tokens: AccessTokens) -> None:
        token = tokens.issue(SESSION, NOON, NOON + HOUR)

        assert tokens.read(token, NOON + HOUR - SECOND) == SESSION
        assert tokens.read(token, NOON + HOUR) is None
        assert tokens.read(token, NOON + timedelta(days=9)) is None

    def test_a_part_of_a_second_is_not_rounded_up(self, tokens: AccessTokens) -> None:
        until = NOON + timedelta(seconds=10, microseconds=700_000)

        token = tokens.issue(SESSION, NOON + timedelta(microseconds=300_000), until)

        assert tokens.read(token, NOON + timedelta(microseconds=300_000)) == SESSION
        assert tokens.read(token, until) is None

    def test_only_we_can_issue_it(self, tokens: AccessTokens, stranger: AccessTokens) -> None:
        assert tokens.read(stranger.issue(SESSION, NOON, NOON + HOUR), NOON) is None

    def test_a_token_that_was_altered_is_none(self, tokens: AccessTokens) -> None:
        text = tokens.issue(SESSION, NOON, NOON + HOUR).text

        for at, letter in enumerate(text):
            other = "A" if letter != "A" else "B"
            # The last letter of a base64 text may have bits that mean nothing.
            changed = tokens.read(Secret(text[:at] + other + text[at + 1 :]), NOON)
            assert changed is None or (changed == SESSION and at == len(text) - 1)
        assert tokens.read(Secret(text[:-2]), NOON) is None
        assert tokens.read(Secret(f"{text}.{text}"), NOON) is None

    @pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "null", "ünï.cødé.ß", "x" * 10_000, "e30.e30."])
    def test_what_is_no_token_names_nothing(self, tokens: AccessTokens, text: str) -> None:
        assert tokens.read(Secret(text), NOON) is None

    def test_a_token_without_signature_names_nothing(self, tokens: AccessTokens) -> None:
        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        until = int((NOON + HOUR).timestamp())
        claims = {"sid": str(SESSION), "sub": str(SESSION), "exp": until, "iat": until - 3600}
        for algorithm in ("none", "None", "NONE", ""):
            forged = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}."

            assert tokens.read(Secret(forged), NOON) is None
