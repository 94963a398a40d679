"""Find out who asks."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.end_sessions import EndSession, EndSessions
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.grant_role import GrantRole, RevokeSessions
from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.rules.asking import SYSTEM, Role
from hexflows.core.rules.base64url import decode, encode
from hexflows.core.rules.refusals import NotSignedIn
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.testing.making import DAY, SECOND, new_id

from ..people import AT_HOME, BOB, ELSEWHERE, asking, logged_in, refused, with_account

NOT_OURS = [Secret(""), Secret("nonsense"), Secret("A" * 64), Secret("ä"), Secret("a.b.c")]

#: What ends every way to present a session.
ENDINGS = {
    "log_out": LogOut,
    "end_session": lambda asker: EndSession(asker.session, asker),
    "end_sessions": EndSessions,
    "revoke_sessions": lambda asker: RevokeSessions(asker.user, SYSTEM),
    "grant_role": lambda asker: GrantRole(asker.user, Role.SELLER, SYSTEM),
    "disable_user": lambda asker: DisableUser(asker.user, SYSTEM),
    "erase_user": lambda asker: EraseUser(asker.user, SYSTEM),
}


def session_of(stage, grant):
    with stage.storage.snapshot() as accounts:
        return accounts.sessions.find_with_user(grant.session)[0]


def by_token(grant):
    return Authenticate(bearer=grant.token, asker=AT_HOME)


def test_who_presents_nothing_is_the_guest_they_were(stage):
    assert stage.flows.accounts.authenticate(Authenticate(asker=AT_HOME)) == AT_HOME


@pytest.mark.parametrize("cookie", NOT_OURS)
def test_who_presents_a_cookie_that_is_not_ours_is_a_guest(stage, cookie):
    assert stage.flows.accounts.authenticate(Authenticate(cookie=cookie, asker=AT_HOME)) == AT_HOME


@pytest.mark.parametrize("bearer", NOT_OURS)
def test_who_presents_a_token_that_is_not_ours_is_refused(stage, bearer):
    with refused(stage, NotSignedIn):
        stage.flows.accounts.authenticate(Authenticate(bearer=bearer))


def test_an_access_token_opens_its_session(stage):
    user = with_account(stage, role=Role.SELLER)
    grant = logged_in(stage)

    asker = stage.flows.accounts.authenticate(Authenticate(bearer=grant.token, asker=ELSEWHERE))

    assert asker == evolve(ELSEWHERE, user=user.id, role=Role.SELLER, verified=True, session=grant.session)


def test_an_access_token_is_good_for_a_quarter_of_an_hour(stage):
    with_account(stage)
    grant = logged_in(stage)

    stage.clock.advance(stage.policy.sessions.access - SECOND)
    assert stage.flows.accounts.authenticate(by_token(grant)).session == grant.session

    stage.clock.advance(SECOND)
    with refused(stage, NotSignedIn):
        stage.flows.accounts.authenticate(by_token(grant))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_that_was_ended_opens_in_no_form(stage, ending):
    with_account(stage)
    grant = logged_in(stage)

    getattr(stage.flows.accounts, ending)(ENDINGS[ending](asking(stage, grant)))

    assert asking(stage, grant) == AT_HOME
    with refused(stage, NotSignedIn):
        stage.flows.accounts.authenticate(by_token(grant))


def test_a_token_wins_over_a_cookie(stage):
    with_account(stage)
    with_account(stage, BOB)
    ann, bob = logged_in(stage), logged_in(stage, BOB)

    asker = stage.flows.accounts.authenticate(Authenticate(cookie=ann.cookie, bearer=bob.token))

    assert asker.session == bob.session


def test_a_bad_token_is_refused_whatever_cookie_there_is(stage):
    with_account(stage)
    grant = logged_in(stage)

    with refused(stage, NotSignedIn):
        stage.flows.accounts.authenticate(Authenticate(cookie=grant.cookie, bearer=Secret("nonsense")))


def test_a_cookie_with_another_secret_opens_nothing(stage):
    with_account(stage)
    grant = logged_in(stage)
    raw = decode(grant.cookie.text, 48)
    forged = Secret(encode(raw[:-1] + bytes([raw[-1] ^ 1])))

    assert stage.flows.accounts.authenticate(Authenticate(cookie=forged)).user is None


def test_a_cookie_of_an_unknown_session_opens_nothing(stage):
    with_account(stage)
    raw = decode(logged_in(stage).cookie.text, 48)
    forged = Secret(encode(new_id().bytes + raw[16:]))

    assert stage.flows.accounts.authenticate(Authenticate(cookie=forged)).user is None


def test_a_session_that_nobody_uses_is_dead_after_a_week(stage):
    with_account(stage)
    grant = logged_in(stage)

    stage.clock.advance(stage.policy.sessions.idle - SECOND)
    assert asking(stage, grant).session == grant.session
    stage.clock.advance(stage.policy.sessions.idle)
    assert asking(stage, grant) == AT_HOME


def test_a_session_that_is_used_is_dead_after_thirty_days(stage):
    with_account(stage)
    grant = logged_in(stage)

    for _ in range(29):
        stage.clock.advance(DAY)
        assert asking(stage, grant).session == grant.session
    stage.clock.advance(DAY)
    assert asking(stage, grant) == AT_HOME


def test_that_a_session_was_seen_is_written_at_most_once_a_minute(stage):
    with_account(stage)
    grant = logged_in(stage)
    opened = stage.clock()

    stage.clock.advance(stage.policy.sessions.touch - SECOND)
    asking(stage, grant)
    assert session_of(stage, grant).last_seen_at == opened

    stage.clock.advance(SECOND)
    asking(stage, grant)
    assert session_of(stage, grant).last_seen_at == stage.clock()


def test_by_token_a_session_is_seen_too(stage):
    with_account(stage)
    grant = logged_in(stage)
    stage.clock.advance(stage.policy.sessions.touch)

    stage.flows.accounts.authenticate(by_token(grant))

    assert session_of(stage, grant).last_seen_at == stage.clock()


def test_who_asks_has_the_role_and_the_verification_of_now(stage):
    user = with_account(stage)
    grant = logged_in(stage)
    with stage.storage.transaction() as accounts:
        held = accounts.users.hold(user.id)
        accounts.users.keep(evolve(held, role=Role.SUPPORT, verified_at=None, verified_via=None))

    asker = asking(stage, grant)

    assert (asker.role, asker.verified) == (Role.SUPPORT, False)
