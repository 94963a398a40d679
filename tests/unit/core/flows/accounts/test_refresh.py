"""Go on with a session by its refresh token."""

from __future__ import annotations

import pytest

from hexflows.adapters.keyring import HmacKeyring
from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.refresh import Refresh, refresh
from hexflows.core.rules.accounts.sessions import Ending, InvalidRefreshToken
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.base64url import decode, encode
from hexflows.core.rules.refusals import NotSignedIn
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.testing.making import DAY, SECOND

from ..people import BOB, asking, logged_in, refused, with_account


@pytest.fixture
def grant(stage):
    with_account(stage)
    return logged_in(stage)


def refreshed(stage, token):
    return stage.flows.accounts.refresh(Refresh(token))


def ended(stage, grant):
    """Return why the session ended, if it did."""
    with stage.storage.snapshot() as accounts:
        return accounts.sessions.find_with_user(grant.session)[0].ending


def changed(token, byte):
    """Return the token with one bit of it changed."""
    raw = bytearray(decode(token.text, 56))
    raw[byte] ^= 1
    return Secret(encode(bytes(raw)))


def test_the_current_token_becomes_the_next_one(stage, grant):
    answer = refreshed(stage, grant.refresh_token)

    assert answer.refresh_token != grant.refresh_token
    assert stage.flows.accounts.authenticate(Authenticate(bearer=answer.token)).session == grant.session
    assert refreshed(stage, answer.refresh_token).refresh_token != answer.refresh_token


def test_no_token_outlives_its_session(stage, grant):
    token = grant.refresh_token
    while stage.clock.now + 5 * DAY < grant.expires_at:
        stage.clock.advance(5 * DAY)
        token = refreshed(stage, token).refresh_token
    stage.clock.now = grant.expires_at - SECOND
    access = refreshed(stage, token).token
    assert stage.flows.accounts.authenticate(Authenticate(bearer=access)).session == grant.session

    stage.clock.advance(SECOND)
    with refused(stage, NotSignedIn):
        stage.flows.accounts.authenticate(Authenticate(bearer=access))
    with refused(stage, InvalidRefreshToken):
        refreshed(stage, token)


@pytest.mark.parametrize("text", ["", "nonsense", "A" * 75, "ä"])
def test_a_token_that_cannot_be_ours_is_refused(stage, grant, text):
    with refused(stage, InvalidRefreshToken):
        refreshed(stage, Secret(text))


@pytest.mark.parametrize("byte", [0, 15, 16, 23, 24, 55])
def test_a_token_that_was_changed_is_refused_and_ends_nothing(stage, grant, byte):
    with refused(stage, InvalidRefreshToken):
        refreshed(stage, changed(grant.refresh_token, byte))

    assert refreshed(stage, grant.refresh_token)


def test_an_access_token_and_a_cookie_are_no_refresh_tokens(stage, grant):
    for other in (grant.token, grant.cookie):
        with refused(stage, InvalidRefreshToken):
            refreshed(stage, other)


def test_a_lost_answer_is_given_again_for_as_long_as_it_takes(stage, grant):
    lost = refreshed(stage, grant.refresh_token)
    stage.clock.advance(6 * DAY)

    assert refreshed(stage, grant.refresh_token).refresh_token == lost.refresh_token


def test_several_tabs_that_ask_at_once_get_the_same(stage, grant):
    answers = {refreshed(stage, grant.refresh_token).refresh_token for _ in range(3)}

    assert len(answers) == 1


def test_a_slow_tab_gets_the_same_shortly_after_its_successor_was_used(stage, grant):
    second = refreshed(stage, grant.refresh_token).refresh_token
    refreshed(stage, second)
    stage.clock.advance(stage.policy.sessions.grace)

    assert refreshed(stage, grant.refresh_token).refresh_token == second
    assert ended(stage, grant) is None


def test_after_that_a_token_that_was_used_ends_the_session_for_everybody(stage, grant):
    second = refreshed(stage, grant.refresh_token).refresh_token
    third = refreshed(stage, second).refresh_token
    stage.clock.advance(stage.policy.sessions.grace + SECOND)

    with pytest.raises(InvalidRefreshToken):
        refreshed(stage, grant.refresh_token)

    assert ended(stage, grant) is Ending.REUSE
    assert asking(stage, grant).user is None
    with refused(stage, InvalidRefreshToken):
        refreshed(stage, third)


def test_any_older_token_ends_the_session_at_once(stage, grant):
    token = grant.refresh_token
    for _ in range(3):
        token = refreshed(stage, token).refresh_token

    with pytest.raises(InvalidRefreshToken):
        refreshed(stage, grant.refresh_token)

    assert ended(stage, grant) is Ending.REUSE


def test_a_stale_token_of_one_session_ends_no_other(stage, grant):
    other = logged_in(stage)
    token = grant.refresh_token
    for _ in range(3):
        token = refreshed(stage, token).refresh_token

    with pytest.raises(InvalidRefreshToken):
        refreshed(stage, grant.refresh_token)

    assert refreshed(stage, other.refresh_token)


def test_a_token_that_nobody_used_for_a_week_is_dead(stage, grant):
    stage.clock.advance(6 * DAY)
    asking(stage, grant)
    stage.clock.advance(DAY)

    with refused(stage, InvalidRefreshToken):
        refreshed(stage, grant.refresh_token)
    assert ended(stage, grant) is None


@pytest.mark.parametrize(("flow", "command"), [("disable_user", DisableUser), ("erase_user", EraseUser)])
def test_the_token_of_somebody_who_is_gone_or_locked_out_is_dead(stage, grant, flow, command):
    getattr(stage.flows.accounts, flow)(command(asking(stage, grant).user, SYSTEM))

    with refused(stage, InvalidRefreshToken):
        refreshed(stage, grant.refresh_token)


def test_one_session_does_not_go_on_by_the_token_of_another(stage, grant):
    with_account(stage, BOB)
    bob = decode(logged_in(stage, BOB).refresh_token.text, 56)
    ann = decode(grant.refresh_token.text, 56)

    with refused(stage, InvalidRefreshToken):
        refreshed(stage, Secret(encode(ann[:16] + bob[16:])))


def test_a_token_that_was_made_under_a_key_that_is_gone_is_dead(stage, grant):
    keyring = HmacKeyring.of([Secret("another secret of at least thirty-two bytes")])

    with refused(stage, InvalidRefreshToken):
        refresh(
            Refresh(grant.refresh_token),
            transaction=stage.storage.transaction,
            keyring=keyring,
            granting=None,
            limits=stage.policy.sessions,
            clock=stage.clock,
        )
