"""Who may do what operators do: everybody else is refused, and nothing changes."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.create_user import CreateUser
from hexflows.core.flows.accounts.disable_user import DisableUser, EnableUser
from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.export_user import ExportUser
from hexflows.core.flows.accounts.grant_role import GrantRole, RevokeSessions
from hexflows.core.flows.accounts.list_users import ListUsers, ShowUser
from hexflows.core.flows.accounts.sweep_accounts import SweepAccounts
from hexflows.core.rules.asking import GUEST, SYSTEM, Role
from hexflows.core.rules.refusals import Missing, NotAllowed, NotSignedIn
from hexflows.entrypoints.testing.making import new_id

from ..people import ADMIN, BOB, CUSTOMER, FOR_ADMIN, SELLER, SUPPORT, refused, with_account

#: By name, each flow's command about a user.
CHANGING = {
    "create_user": lambda _, asker: CreateUser(BOB, asker=asker),
    "disable_user": DisableUser,
    "enable_user": EnableUser,
    "erase_user": EraseUser,
    "grant_role": lambda user, asker: GrantRole(user, Role.SELLER, asker),
    "revoke_sessions": RevokeSessions,
}
SHOWING = {
    "list_users": lambda _, asker: ListUsers(asker=asker),
    "show_user": lambda user, asker: ShowUser(user, asker=asker),
}
EXPORTING = {"export_user": ExportUser}
SWEEPING = {"sweep_accounts": lambda _, asker: SweepAccounts(asker)}

ALLOWED = [
    *((flow, [SYSTEM, ADMIN, FOR_ADMIN], [CUSTOMER, SELLER, SUPPORT]) for flow in (CHANGING | EXPORTING).items()),
    *((flow, [SYSTEM, ADMIN, FOR_ADMIN, SUPPORT], [CUSTOMER, SELLER]) for flow in SHOWING.items()),
    *((flow, [SYSTEM], [CUSTOMER, SELLER, SUPPORT, ADMIN, FOR_ADMIN]) for flow in SWEEPING.items()),
]

MAY = [(*flow, asker) for flow, askers, _ in ALLOWED for asker in askers]
MAY_NOT = [(*flow, asker) for flow, _, askers in ALLOWED for asker in askers]


def named(values):
    return [
        f"{name}-{asker.role or 'system'}{'-by-system' if asker.user and asker.system else ''}"
        for name, _, asker in values
    ]


@pytest.mark.parametrize(("name", "command", "asker"), MAY, ids=named(MAY))
def test_operators_may(stage, name, command, asker):
    user = with_account(stage)

    assert getattr(stage.flows.accounts, name)(command(user.id, asker)) is not None


@pytest.mark.parametrize(("name", "command", "asker"), MAY_NOT, ids=named(MAY_NOT))
def test_others_may_not(stage, name, command, asker):
    user = with_account(stage)

    with refused(stage, NotAllowed):
        getattr(stage.flows.accounts, name)(command(user.id, asker))


@pytest.mark.parametrize(("name", "command"), [flow for flow, _, _ in ALLOWED], ids=[flow[0] for flow, _, _ in ALLOWED])
def test_guests_may_not(stage, name, command):
    user = with_account(stage)

    with refused(stage, NotSignedIn):
        getattr(stage.flows.accounts, name)(command(user.id, GUEST))


@pytest.mark.parametrize("name", sorted({*CHANGING, *EXPORTING, "show_user"} - {"create_user"}))
def test_a_user_who_is_not_there_is_missing(stage, name):
    command = (CHANGING | EXPORTING | SHOWING)[name]

    with refused(stage, Missing) as caught:
        getattr(stage.flows.accounts, name)(command(new_id(), ADMIN))
    assert caught.value.what == "user"


@pytest.mark.parametrize("name", ["disable_user", "enable_user", "grant_role", "revoke_sessions"])
def test_a_user_who_was_forgotten_is_missing(stage, name):
    user = with_account(stage)
    stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    with refused(stage, Missing):
        getattr(stage.flows.accounts, name)(CHANGING[name](user.id, ADMIN))
