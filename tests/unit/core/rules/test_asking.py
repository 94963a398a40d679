"""Who asks, and what that lets them."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.rules.asking import GUEST, SELF_ASSIGNABLE, SYSTEM, Asker, Role, only, signed_in
from hexflows.core.rules.ids import UserId
from hexflows.core.rules.refusals import NotAllowed, NotSignedIn
from hexflows.entrypoints.testing.making import new_id

ANN = UserId(new_id())


def test_somebody_signed_in_is_known():
    assert signed_in(Asker(user=ANN, role=Role.CUSTOMER)) == ANN


@pytest.mark.parametrize("asker", [GUEST, SYSTEM])
def test_nobody_in_particular_is_not_signed_in(asker):
    with pytest.raises(NotSignedIn, match="Sign in to do this"):
        signed_in(asker)


@pytest.mark.parametrize("role", Role)
def test_only_the_given_roles_pass(role):
    asker = Asker(user=ANN, role=role)

    only(asker, role)
    with pytest.raises(NotAllowed, match="You do not have permission"):
        only(asker, *(set(Role) - {role}))


def test_a_guest_is_asked_to_sign_in_first():
    with pytest.raises(NotSignedIn):
        only(GUEST, *Role)


def test_the_system_may_do_everything_for_nobody_and_on_behalf_of_a_user_what_they_may():
    only(SYSTEM, Role.ADMIN)
    with pytest.raises(NotAllowed):
        only(evolve(SYSTEM, user=ANN, role=Role.CUSTOMER), Role.ADMIN)


def test_nobody_makes_themselves_an_admin():
    assert {Role.CUSTOMER, Role.SELLER} == SELF_ASSIGNABLE
