"""End one's sessions."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.end_sessions import EndSession, EndSessions
from hexflows.core.rules.accounts.sessions import Ending
from hexflows.core.rules.answers import Nothing
from hexflows.core.rules.asking import GUEST, SYSTEM
from hexflows.core.rules.refusals import Missing, NotSignedIn
from hexflows.entrypoints.testing.making import new_id

from ..people import AT_HOME, BOB, CUSTOMER, asking, logged_in, refused, signed_in, with_account


@pytest.mark.parametrize("asker", [GUEST, SYSTEM])
def test_somebody_must_be_signed_in(stage, asker):
    with_account(stage)
    grant = logged_in(stage)

    with refused(stage, NotSignedIn):
        stage.flows.accounts.end_session(EndSession(grant.session, asker))
    with refused(stage, NotSignedIn):
        stage.flows.accounts.end_sessions(EndSessions(asker))


def test_one_session_is_ended_by_its_id(stage):
    with_account(stage)
    here, there = logged_in(stage), logged_in(stage)

    assert stage.flows.accounts.end_session(EndSession(there.session, asking(stage, here))) == Nothing()

    assert asking(stage, there) == AT_HOME
    assert asking(stage, here).session == here.session
    with stage.storage.snapshot() as accounts:
        session, _ = accounts.sessions.find_with_user(there.session)
    assert (session.ending, session.ended_at) == (Ending.REVOKED, stage.clock())


def test_a_session_may_end_itself(stage):
    with_account(stage)
    grant = logged_in(stage)

    stage.flows.accounts.end_session(EndSession(grant.session, asking(stage, grant)))

    assert asking(stage, grant) == AT_HOME


def test_to_end_a_session_again_changes_nothing(stage):
    with_account(stage)
    command = EndSession(logged_in(stage).session, signed_in(stage))
    stage.flows.accounts.end_session(command)
    before = stage.storage.everything()

    assert stage.flows.accounts.end_session(command) == Nothing()
    assert stage.storage.everything() == before


def test_anothers_session_is_as_if_it_were_not_there(stage):
    with_account(stage)
    with_account(stage, BOB)
    ann, bob = signed_in(stage), signed_in(stage, BOB)

    with refused(stage, Missing) as of_ann:
        stage.flows.accounts.end_session(EndSession(ann.session, bob))
    with refused(stage, Missing) as of_nobody:
        stage.flows.accounts.end_session(EndSession(new_id(), bob))
    assert str(of_ann.value) == str(of_nobody.value)


def test_all_of_them_are_ended_the_one_that_asks_among_them(stage):
    with_account(stage)
    with_account(stage, BOB)
    here, there, bob = logged_in(stage), logged_in(stage), logged_in(stage, BOB)

    assert stage.flows.accounts.end_sessions(EndSessions(asking(stage, here))) == Nothing()

    assert asking(stage, here) == asking(stage, there) == AT_HOME
    assert asking(stage, bob).session == bob.session


def test_who_has_no_account_has_no_sessions(stage):
    with_account(stage)
    before = stage.storage.everything()

    assert stage.flows.accounts.end_sessions(EndSessions(CUSTOMER)) == Nothing()
    assert stage.storage.everything() == before
