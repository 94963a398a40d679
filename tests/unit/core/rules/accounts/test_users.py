"""Users: names, roles, verification, and what stays of someone who leaves."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given

from hexflows.core.rules.accounts.users import (
    Credential,
    EmailExists,
    InvalidUsername,
    Profile,
    RoleNotAllowed,
    Username,
    UsernameTaken,
    VerifiedVia,
    asker_of,
    may_choose,
    words_of,
)
from hexflows.core.rules.asking import GUEST, Asker, Role
from hexflows.entrypoints.testing import strategies
from hexflows.entrypoints.testing.making import HOUR, NOON, email, new_user

ANN = new_user(email=email("Ann.Smith@Example.com"), username=Username("Ann-Smith"))


@pytest.mark.parametrize("name", ["ab", "A1", "a.b-c_d", "x" * 50])
def test_a_name_is_of_letters_digits_and_inner_marks(name):
    assert str(Username(name)) == name


@pytest.mark.parametrize("name", ["", "a", "x" * 51, ".ab", "ab-", "a b", "änn", "a\n", "ann@example.com", "\u0430nn"])
def test_anything_else_is_no_name(name):
    with pytest.raises(InvalidUsername, match="2 to 50 letters"):
        Username(name)


@pytest.mark.parametrize("name", ["admin", "Admin", "ROOT", "hexflows"])
def test_nobody_is_called_like_us(name):
    with pytest.raises(InvalidUsername, match="reserved"):
        Username(name)


@given(strategies.usernames)
def test_names_are_one_when_they_differ_in_case_only(name):
    assert Username(name.given.upper()).canonical == Username(name.given.lower()).canonical == name.canonical


def test_a_user_is_verified_once_and_a_stronger_proof_takes_the_place_of_a_visit():
    visited = ANN.verify(VerifiedVia.LINK_GET, NOON)
    assert (visited.is_verified, visited.verified_at, visited.verified_via) == (True, NOON, VerifiedVia.LINK_GET)

    proved = visited.verify(VerifiedVia.LINK, NOON + HOUR)

    assert (proved.verified_at, proved.verified_via) == (NOON, VerifiedVia.LINK)
    assert proved.verify(VerifiedVia.LINK_GET, NOON + HOUR) is proved
    assert proved.verify(VerifiedVia.RESET, NOON + HOUR) is proved
    assert visited.verify(VerifiedVia.LINK_GET, NOON + HOUR) is visited
    assert not ANN.is_verified


def test_a_disabled_user_is_out_everywhere_once():
    disabled = ANN.disable()

    assert (disabled.is_active, disabled.generation) == (False, 1)
    assert disabled.disable() is disabled
    assert disabled.enable() == evolve(ANN, generation=1)


def test_another_role_ends_sessions_and_the_same_one_does_not():
    assert ANN.grant(Role.ADMIN) == evolve(ANN, role=Role.ADMIN, generation=1)
    assert ANN.grant(ANN.role) is ANN


@given(strategies.users)
def test_of_an_erased_user_nothing_of_theirs_stays(user):
    erased = user.erase(NOON)

    assert str(user.email) not in repr(erased)
    assert erased.email.canonical == f"erased-{user.id}@erased.invalid"
    assert (erased.username, erased.is_active, erased.is_verified, erased.verified_via) == (None, False, False, None)
    assert erased.generation == user.generation + 1
    assert erased.erased_at == (user.erased_at or NOON)
    assert (erased.id, erased.created_at) == (user.id, user.created_at)


@given(strategies.users, strategies.users)
def test_two_erased_users_do_not_get_in_each_others_way(one, other):
    assert (one.erase(NOON).email == other.erase(NOON).email) == (one.id == other.id)


def test_a_profile_is_what_may_be_shown():
    profile = Profile.of(ANN.verify(VerifiedVia.LINK, NOON))

    assert profile == Profile(
        id=ANN.id,
        email="Ann.Smith@Example.com",
        username="Ann-Smith",
        role=Role.CUSTOMER,
        is_active=True,
        is_verified=True,
        created_at=NOON,
    )
    assert Profile.of(evolve(ANN, username=None)).username is None


def test_an_attacker_would_try_what_a_user_is_known_by():
    assert ANN.words == ("ann.smith@example.com", "ann.smith", "example.com", "ann-smith")
    assert words_of(ANN.email, None) == ANN.words[:3]


@pytest.mark.parametrize("role", Role)
def test_people_choose_among_two_roles(role):
    if role in {Role.CUSTOMER, Role.SELLER}:
        may_choose(role)
    else:
        with pytest.raises(RoleNotAllowed, match="cannot be chosen"):
            may_choose(role)


def test_a_user_asks_from_where_the_guest_was():
    asker = asker_of(ANN, Asker(address="203.0.113.9", agent="browser"), None)

    assert asker == Asker(user=ANN.id, role=ANN.role, verified=False, address="203.0.113.9", agent="browser")
    assert asker_of(ANN.verify(VerifiedVia.LINK, NOON), GUEST, None).verified


def test_what_is_taken_is_told_in_words_and_hashes_are_not():
    assert (str(EmailExists()), EmailExists.code) == ("Email already exists", "EMAIL_EXISTS")
    assert (str(UsernameTaken()), UsernameTaken.code) == ("Username is already taken", "USERNAME_TAKEN")
    assert "sesame" not in repr(Credential(ANN.id, "sesame", NOON))
