"""See users: a page of them, or one. Who may is told with all operators."""

from __future__ import annotations

import pytest

from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.list_users import ListUsers, ShowUser
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.pages import MOST, InvalidCursor, Page
from hexflows.core.rules.refusals import Malformed, Missing
from hexflows.entrypoints.testing.making import email, new_id

from ..people import ADMIN, ANN, BOB, refused, with_account


def listed(stage, **part):
    return stage.flows.accounts.list_users(ListUsers(**part, asker=ADMIN))


def shown(stage, **whom):
    return stage.flows.accounts.show_user(ShowUser(**whom, asker=ADMIN))


def test_nobody_is_on_an_empty_page(stage):
    assert listed(stage) == Page(())


def test_users_are_listed_oldest_first(stage):
    users = tuple(with_account(stage, email(f"p{number}@example.com")) for number in (2, 1, 3))

    assert listed(stage) == Page(users)


def test_the_list_goes_on_after_the_last_user_of_the_page_before(stage):
    users = tuple(with_account(stage, email(f"p{number}@example.com")) for number in range(5))

    first = listed(stage, limit=2)
    second = listed(stage, limit=2, cursor=first.next)
    third = listed(stage, limit=2, cursor=second.next)

    assert (first.items, second.items, third.items) == (users[:2], users[2:4], users[4:])
    assert third.next is None


def test_a_page_that_is_full_to_the_end_has_no_next(stage):
    users = tuple(with_account(stage, each) for each in (ANN, BOB))

    assert listed(stage, limit=2) == Page(users)


def test_after_everybody_there_is_nobody(stage):
    with_account(stage)

    assert listed(stage, cursor=str(new_id())) == Page(())


@pytest.mark.parametrize("cursor", ["", "nonsense", "1"])
def test_a_cursor_that_we_did_not_give_is_refused(stage, cursor):
    with refused(stage, InvalidCursor):
        listed(stage, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, MOST + 1])
def test_a_page_is_neither_empty_nor_endless(limit):
    with pytest.raises(ValueError, match="limit"):
        ListUsers(limit=limit)


def test_a_user_is_shown_by_id(stage):
    ann, _ = with_account(stage), with_account(stage, BOB)

    assert shown(stage, user=ann.id) == ann


def test_a_user_is_shown_by_address_however_it_is_spelt(stage):
    ann, _ = with_account(stage), with_account(stage, BOB)

    assert shown(stage, email=email("ANN@EXAMPLE.COM")) == ann


def test_of_id_and_address_the_id_counts(stage):
    ann, _ = with_account(stage), with_account(stage, BOB)

    assert shown(stage, user=ann.id, email=BOB) == ann
    with refused(stage, Missing):
        shown(stage, user=new_id(), email=BOB)


def test_an_address_without_an_account_is_missing(stage):
    with refused(stage, Missing):
        shown(stage, email=ANN)


def test_one_of_them_must_be_given(stage):
    with refused(stage, Malformed):
        shown(stage)


def test_who_was_forgotten_is_shown_without_address(stage):
    user = with_account(stage)
    erased = stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    assert shown(stage, user=user.id) == erased
    assert listed(stage).items == (erased,)
    assert ANN.given not in repr(erased)
