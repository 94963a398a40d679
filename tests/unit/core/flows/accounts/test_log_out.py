"""Log out."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.flows.accounts.refresh import Refresh
from hexflows.core.rules.accounts.sessions import Ending, InvalidRefreshToken
from hexflows.core.rules.answers import Nothing
from hexflows.core.rules.asking import GUEST, SYSTEM
from hexflows.entrypoints.testing.making import HOUR, new_id

from ..people import AT_HOME, CUSTOMER, asking, logged_in, refused, with_account


def test_the_session_that_asks_ends_and_no_other(stage):
    with_account(stage)
    here, there = logged_in(stage), logged_in(stage)

    assert stage.flows.accounts.log_out(LogOut(asking(stage, here))) == Nothing()

    assert asking(stage, here) == AT_HOME
    assert asking(stage, there).session == there.session
    with stage.storage.snapshot() as accounts:
        session, _ = accounts.sessions.find_with_user(here.session)
    assert (session.ending, session.ended_at) == (Ending.LOGOUT, stage.clock())


def test_its_refresh_token_is_dead_too(stage):
    with_account(stage)
    grant = logged_in(stage)
    stage.flows.accounts.log_out(LogOut(asking(stage, grant)))

    with refused(stage, InvalidRefreshToken):
        stage.flows.accounts.refresh(Refresh(grant.refresh_token))


@pytest.mark.parametrize("asker", [GUEST, SYSTEM, CUSTOMER, evolve(CUSTOMER, session=new_id())])
def test_who_has_no_session_is_logged_out_already(stage, asker):
    before = stage.storage.everything()

    assert stage.flows.accounts.log_out(LogOut(asker)) == Nothing()
    assert stage.storage.everything() == before


def test_who_logs_out_twice_is_logged_out_since_the_first_time(stage):
    with_account(stage)
    asker = asking(stage, logged_in(stage))
    stage.flows.accounts.log_out(LogOut(asker))
    before = stage.storage.everything()
    stage.clock.advance(HOUR)

    assert stage.flows.accounts.log_out(LogOut(asker)) == Nothing()
    assert stage.storage.everything() == before
