"""See one's own account."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.grant_role import GrantRole
from hexflows.core.flows.accounts.me import Me
from hexflows.core.rules.asking import GUEST, SYSTEM, Role
from hexflows.core.rules.refusals import NotSignedIn

from ..people import BOB, CUSTOMER, refused, signed_in, with_account


@pytest.mark.parametrize("asker", [GUEST, SYSTEM])
def test_somebody_must_be_signed_in(stage, asker):
    with refused(stage, NotSignedIn):
        stage.flows.accounts.me(Me(asker))


def test_who_has_no_account_is_not_signed_in(stage):
    with refused(stage, NotSignedIn):
        stage.flows.accounts.me(Me(CUSTOMER))


def test_everybody_sees_their_own_account(stage):
    ann, bob = with_account(stage), with_account(stage, BOB)

    assert stage.flows.accounts.me(Me(signed_in(stage))) == ann
    assert stage.flows.accounts.me(Me(signed_in(stage, BOB))) == bob


def test_an_account_is_shown_as_it_is_now(stage):
    user = with_account(stage)
    asker = signed_in(stage)
    changed = stage.flows.accounts.grant_role(GrantRole(user.id, Role.SELLER, SYSTEM))

    assert stage.flows.accounts.me(Me(asker)) == changed
