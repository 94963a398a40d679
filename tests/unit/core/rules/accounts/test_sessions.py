"""Sessions: who is let in, until when, and which refresh tokens answer."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.rules.accounts.sessions import (
    Ending,
    InvalidCredentials,
    InvalidRefreshToken,
    SessionLimits,
    SessionShown,
)
from hexflows.core.rules.ids import SessionId
from hexflows.entrypoints.testing.making import DAY, HOUR, NOON, SECOND, new_id, new_session, new_user

LIMITS = SessionLimits()
ANN = new_user()
SESSION = new_session(ANN)


def test_a_session_lives():
    assert SESSION.lives(ANN, NOON, LIMITS)
    assert SESSION.lives(ANN, NOON + 7 * DAY - SECOND, LIMITS)


@pytest.mark.parametrize(
    ("session", "user", "now"),
    [
        (SESSION.end(Ending.LOGOUT, NOON), ANN, NOON),
        (SESSION, new_user(), NOON),
        (SESSION, evolve(ANN, is_active=False), NOON),
        (SESSION, ANN.end_sessions(), NOON),
        (evolve(SESSION, last_seen_at=NOON + 30 * DAY), ANN, NOON + 30 * DAY),
        (SESSION, ANN, NOON + 7 * DAY),
    ],
    ids=["ended", "another's", "disabled", "revoked", "expired", "idle"],
)
def test_a_dead_session_lets_nobody_in(session, user, now):
    assert not session.lives(user, now, LIMITS)


def test_the_first_ending_stays():
    ended = SESSION.end(Ending.LOGOUT, NOON)

    assert (ended.ended_at, ended.ending) == (NOON, Ending.LOGOUT)
    assert ended.end(Ending.REUSE, NOON + SECOND) is ended


def test_it_is_written_down_that_it_was_seen_once_in_a_while():
    assert not SESSION.due_for_touch(NOON + 59 * SECOND, LIMITS)
    assert SESSION.due_for_touch(NOON + 60 * SECOND, LIMITS)


def test_the_current_token_goes_on():
    after, number = SESSION.present(1, NOON + HOUR, LIMITS)

    assert number == 2
    assert after == evolve(SESSION, refresh=2, rotated_at=NOON + HOUR, last_seen_at=NOON + HOUR)


def test_the_clock_going_back_does_not_make_a_session_seen_earlier():
    after, _ = evolve(SESSION, last_seen_at=NOON + HOUR).present(1, NOON, LIMITS)

    assert after.last_seen_at == NOON + HOUR


def test_a_predecessor_gets_the_same_successor_for_as_long_as_that_is_unused():
    session = evolve(SESSION, refresh=5)

    assert session.present(4, NOON + 6 * DAY, LIMITS) == (session, 5)


@pytest.mark.parametrize(("later", "number"), [(0 * SECOND, 4), (30 * SECOND, 4), (31 * SECOND, None)])
def test_once_the_successor_was_used_it_is_answered_for_half_a_minute(later, number):
    session = evolve(SESSION, refresh=5)

    after, answer = session.present(3, NOON + later, LIMITS)

    assert answer == number
    assert (after.ending is Ending.REUSE) == (number is None)


@pytest.mark.parametrize("number", [0, 1, 2, 6, 2**63])
def test_a_token_that_nobody_honest_has_ends_the_session(number):
    after, answer = evolve(SESSION, refresh=5).present(number, NOON, LIMITS)

    assert answer is None
    assert (after.ended_at, after.ending) == (NOON, Ending.REUSE)


def test_a_token_that_was_kept_for_too_long_answers_no_more():
    assert SESSION.present(1, NOON + 7 * DAY, LIMITS) == (SESSION, None)


def test_a_session_is_shown_to_its_owner_without_its_secrets():
    shown = SessionShown.of(evolve(SESSION, agent="browser", address="203.0.113.9"), SESSION.id)

    assert (shown.id, shown.agent, shown.address, shown.current) == (SESSION.id, "browser", "203.0.113.9", True)
    assert not SessionShown.of(SESSION, SessionId(new_id())).current
    assert "nonce" not in repr(SESSION)
    assert "cookie_hash" not in repr(SESSION)


def test_refusals_do_not_tell_what_was_wrong():
    assert str(InvalidCredentials()) == "Invalid credentials"
    assert str(InvalidRefreshToken()) == "The refresh token is not valid"
