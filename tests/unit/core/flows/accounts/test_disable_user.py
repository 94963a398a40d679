"""Lock a user out, or let them in again. Who may is told with all operators."""

from __future__ import annotations

from attrs import evolve

from hexflows.core.flows.accounts.disable_user import DisableUser, EnableUser
from hexflows.core.rules.accounts.sessions import InvalidCredentials

from ..people import ADMIN, AT_HOME, BOB, asking, logged_in, refused, signed_in, with_account


def disable(stage, user):
    return stage.flows.accounts.disable_user(DisableUser(user.id, ADMIN))


def enable(stage, user):
    return stage.flows.accounts.enable_user(EnableUser(user.id, ADMIN))


def test_who_is_locked_out_is_signed_out_everywhere_at_once(stage):
    user = with_account(stage)
    grants = [logged_in(stage), logged_in(stage)]

    assert disable(stage, user) == evolve(user, is_active=False)

    assert [asking(stage, each) for each in grants] == [AT_HOME, AT_HOME]


def test_who_is_locked_out_cannot_log_in(stage):
    user = with_account(stage)
    disable(stage, user)

    with refused(stage, InvalidCredentials):
        logged_in(stage)


def test_nobody_else_is_locked_out(stage):
    user = with_account(stage)
    with_account(stage, BOB)
    bob = logged_in(stage, BOB)
    disable(stage, user)

    assert asking(stage, bob).session == bob.session


def test_to_lock_out_again_changes_nothing(stage):
    user = with_account(stage)
    first = disable(stage, user)
    before = stage.storage.everything()

    assert disable(stage, user) == first
    assert stage.storage.everything() == before


def test_who_is_let_in_again_logs_in_as_before(stage):
    user = with_account(stage)
    disable(stage, user)

    assert enable(stage, user) == user
    assert signed_in(stage).user == user.id


def test_their_old_sessions_stay_dead(stage):
    user = with_account(stage)
    grant = logged_in(stage)
    disable(stage, user)
    enable(stage, user)

    assert asking(stage, grant) == AT_HOME


def test_to_let_in_who_is_in_changes_nothing(stage):
    user = with_account(stage)
    grant = logged_in(stage)
    before = stage.storage.everything()

    assert enable(stage, user) == user
    assert stage.storage.everything() == before
    assert asking(stage, grant).session == grant.session
