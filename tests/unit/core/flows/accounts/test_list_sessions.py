"""See where one is signed in."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.end_sessions import EndSessions
from hexflows.core.flows.accounts.list_sessions import ListSessions
from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.rules.asking import GUEST, SYSTEM
from hexflows.core.rules.refusals import NotSignedIn
from hexflows.entrypoints.testing.making import HOUR

from ..people import AT_HOME, BOB, CUSTOMER, ELSEWHERE, refused, signed_in, with_account


@pytest.mark.parametrize("asker", [GUEST, SYSTEM, CUSTOMER])
def test_somebody_must_be_signed_in(stage, asker):
    with refused(stage, NotSignedIn):
        stage.flows.accounts.list_sessions(ListSessions(asker))


def test_everybody_sees_their_own_sessions_only(stage):
    with_account(stage)
    with_account(stage, BOB)
    ann, bob = signed_in(stage), signed_in(stage, BOB)

    (shown,) = stage.flows.accounts.list_sessions(ListSessions(bob)).items

    assert shown.id == bob.session != ann.session


def test_what_lives_is_shown_newest_first_and_which_of_it_asks(stage):
    with_account(stage)
    first = signed_in(stage)
    stage.clock.advance(HOUR)
    second = signed_in(stage, at=ELSEWHERE)

    newest, oldest = stage.flows.accounts.list_sessions(ListSessions(first)).items

    assert (newest.id, newest.current, newest.agent, newest.address) == (second.session, False, "Phone", "198.51.100.9")
    assert (oldest.id, oldest.current, oldest.agent, oldest.address) == (first.session, True, "Browser", "192.0.2.7")
    assert newest.created_at == stage.clock()


def test_sessions_that_ended_or_expired_are_not_shown(stage):
    with_account(stage)
    signed_in(stage)
    stage.clock.advance(stage.policy.sessions.idle)
    stage.flows.accounts.log_out(LogOut(signed_in(stage)))
    asker = signed_in(stage, at=AT_HOME)

    assert [each.id for each in stage.flows.accounts.list_sessions(ListSessions(asker)).items] == [asker.session]


def test_sessions_of_before_all_were_ended_are_not_shown(stage):
    with_account(stage)
    stage.flows.accounts.end_sessions(EndSessions(signed_in(stage)))
    asker = signed_in(stage)

    assert [each.id for each in stage.flows.accounts.list_sessions(ListSessions(asker)).items] == [asker.session]
