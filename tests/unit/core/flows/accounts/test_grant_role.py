"""Give a user another role, or sign them out everywhere. Who may is told with all operators."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.grant_role import GrantRole, RevokeSessions
from hexflows.core.rules.answers import Nothing
from hexflows.core.rules.asking import Role

from ..people import ADMIN, AT_HOME, BOB, asking, logged_in, signed_in, with_account


@pytest.mark.parametrize("role", [Role.SELLER, Role.SUPPORT, Role.ADMIN])
def test_a_user_has_the_role_that_they_were_given_and_no_other(stage, role):
    user = with_account(stage)

    changed = stage.flows.accounts.grant_role(GrantRole(user.id, role, ADMIN))

    assert changed == evolve(user, role=role)
    assert signed_in(stage).role is role


def test_with_another_role_they_sign_in_anew(stage):
    user = with_account(stage, role=Role.ADMIN)
    grant = logged_in(stage)

    stage.flows.accounts.grant_role(GrantRole(user.id, Role.CUSTOMER, ADMIN))

    assert asking(stage, grant) == AT_HOME


def test_the_role_that_they_have_changes_nothing(stage):
    user = with_account(stage)
    grant = logged_in(stage)
    before = stage.storage.everything()

    assert stage.flows.accounts.grant_role(GrantRole(user.id, user.role, ADMIN)) == user
    assert stage.storage.everything() == before
    assert asking(stage, grant).session == grant.session


def test_signing_out_everywhere_ends_every_session_and_every_token_of_the_user(stage):
    user = with_account(stage)
    with_account(stage, BOB)
    grants, bob = [logged_in(stage), logged_in(stage)], logged_in(stage, BOB)

    assert stage.flows.accounts.revoke_sessions(RevokeSessions(user.id, ADMIN)) == Nothing()

    assert [asking(stage, each) for each in grants] == [AT_HOME, AT_HOME]
    assert asking(stage, bob).session == bob.session
    assert signed_in(stage).user == user.id


def test_signing_out_everywhere_is_one_increment(stage):
    user = with_account(stage)
    logged_in(stage)
    with stage.storage.snapshot() as accounts:
        before, sessions = accounts.users.find(user.id), accounts.sessions.of(user.id)

    stage.flows.accounts.revoke_sessions(RevokeSessions(user.id, ADMIN))

    with stage.storage.snapshot() as accounts:
        assert accounts.users.find(user.id) == evolve(before, generation=before.generation + 1)
        assert accounts.sessions.of(user.id) == sessions
