"""With which rights the system acts for a user."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.act_for import ActFor
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.grant_role import GrantRole
from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.rules.asking import GUEST, SYSTEM, Asker, Role
from hexflows.core.rules.refusals import NotAllowed, NotSignedIn
from hexflows.entrypoints.testing.making import new_id

from ..people import ADMIN, BOB, CUSTOMER, FOR_ADMIN, refused, signed_in, with_account


@pytest.mark.parametrize(
    ("asker", "refusal"), [(GUEST, NotSignedIn), (CUSTOMER, NotAllowed), (ADMIN, NotAllowed), (FOR_ADMIN, NotAllowed)]
)
def test_only_the_system_acts_for_others(stage, asker, refusal):
    user = with_account(stage)

    with refused(stage, refusal):
        stage.flows.accounts.act_for(ActFor(user.id, asker=asker))


def test_the_rights_are_those_that_the_user_has(stage):
    user = with_account(stage, role=Role.SELLER, verified=False)

    assert stage.flows.accounts.act_for(ActFor(user.id)) == Asker(user.id, Role.SELLER, system=True)


def test_the_rights_are_those_of_now(stage):
    user = with_account(stage)
    stage.flows.accounts.grant_role(GrantRole(user.id, Role.ADMIN, SYSTEM))

    assert stage.flows.accounts.act_for(ActFor(user.id)).role is Role.ADMIN


def test_for_somebody_unknown_there_are_no_rights(stage):
    assert stage.flows.accounts.act_for(ActFor(new_id())) == GUEST


@pytest.mark.parametrize(("flow", "command"), [("disable_user", DisableUser), ("erase_user", EraseUser)])
def test_for_somebody_who_is_gone_or_locked_out_there_are_no_rights(stage, flow, command):
    user = with_account(stage)
    getattr(stage.flows.accounts, flow)(command(user.id, SYSTEM))

    assert stage.flows.accounts.act_for(ActFor(user.id)) == GUEST


def test_in_a_session_that_lives_the_rights_are_the_users(stage):
    with_account(stage)
    asker = signed_in(stage)

    acting = stage.flows.accounts.act_for(ActFor(asker.user, asker.session))

    assert acting == Asker(asker.user, Role.CUSTOMER, verified=True, session=asker.session, system=True)


def test_in_a_session_that_was_ended_there_are_no_rights(stage):
    with_account(stage)
    asker = signed_in(stage)
    stage.flows.accounts.log_out(LogOut(asker))

    assert stage.flows.accounts.act_for(ActFor(asker.user, asker.session)) == GUEST
    assert stage.flows.accounts.act_for(ActFor(asker.user)).user == asker.user


def test_in_a_session_that_has_expired_there_are_no_rights(stage):
    with_account(stage)
    asker = signed_in(stage)
    stage.clock.advance(stage.policy.sessions.idle)

    assert stage.flows.accounts.act_for(ActFor(asker.user, asker.session)) == GUEST


def test_in_somebody_elses_session_or_in_none_there_are_no_rights(stage):
    ann = with_account(stage)
    with_account(stage, BOB)
    bob = signed_in(stage, BOB)

    assert stage.flows.accounts.act_for(ActFor(ann.id, bob.session)) == GUEST
    assert stage.flows.accounts.act_for(ActFor(ann.id, new_id())) == GUEST
