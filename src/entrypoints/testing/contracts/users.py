"""What every adapter of `Users` keeps. What it promises to several at once is in `users_at_once`."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given

from ....core.rules.accounts.emails import Email
from ....core.rules.accounts.users import Credential, User, Username
from ....core.rules.ids import NOBODY, UserId
from ....core.rules.pages import Slice
from ....ports.accounts import Accounts
from ....ports.flow import Taken, Transaction
from .. import strategies
from ..making import NOON, email, new_email, new_id, new_user, new_username
from .storage import a_user, keeps_nothing, same, shared
from .users_at_once import UsersAtOnce


def unlike_others(user: User) -> User:
    """Return *user* with an id, an address and a name that nobody has."""
    mark = new_id().hex
    address = Email(f"{mark}{user.email.given}", f"{mark}{user.email.canonical}", user.email.domain)
    name = Username(f"{mark[-12:]}{user.username.given}") if user.username else None
    return evolve(user, id=UserId(new_id()), email=address, username=name)


class UsersContract(UsersAtOnce):
    @shared
    @given(drawn=strategies.users)
    def test_a_user_comes_back_as_they_went_in(self, transaction: Transaction[Accounts], drawn: User) -> None:
        user = unlike_others(drawn)

        with transaction() as accounts:
            accounts.users.add(user)

            assert same(accounts.users.find(user.id), user)

        with transaction() as accounts:
            assert same(accounts.users.find(user.id), user)
            assert same(accounts.users.hold(user.id), user)
            assert same(accounts.users.find_by_email(user.email), user)

    @shared
    @given(before=strategies.users, after=strategies.users)
    def test_a_user_is_kept_with_every_field(
        self, transaction: Transaction[Accounts], before: User, after: User
    ) -> None:
        user = unlike_others(before)
        changed = evolve(unlike_others(after), id=user.id)
        with transaction() as accounts:
            accounts.users.add(user)

        with transaction() as accounts:
            accounts.users.hold(user.id)
            accounts.users.keep(changed)

        with transaction() as accounts:
            assert same(accounts.users.find(user.id), changed)
            assert accounts.users.find_by_email(user.email) is None
            assert same(accounts.users.find_by_email(changed.email), changed)

    def test_nobody_is_found_where_nobody_is(self, transaction: Transaction[Accounts], user: User) -> None:
        with transaction() as accounts:
            assert accounts.users.find(NOBODY) is None
            assert accounts.users.hold(NOBODY) is None
            assert accounts.users.find_by_email(new_email()) is None

    def test_an_address_is_found_in_any_spelling(self, transaction: Transaction[Accounts]) -> None:
        user = a_user(transaction, email=new_email("Straße.{}"))
        other = email(user.email.given.upper())
        assert other.given != user.email.given

        with transaction() as accounts:
            assert accounts.users.find_by_email(other) == user

    def test_a_user_comes_with_a_credential_or_without(self, transaction: Transaction[Accounts]) -> None:
        one, other = new_user(), new_user()
        credential = Credential(one.id, "$2b$04$hash", NOON)

        with transaction() as accounts:
            accounts.users.add(one, credential)
            accounts.users.add(other)

        with transaction() as accounts:
            assert accounts.credentials.find(one.id) == credential
            assert accounts.credentials.find(other.id) is None

    def test_an_address_belongs_to_one_user(self, transaction: Transaction[Accounts], user: User) -> None:
        rival = new_user(email=email(user.email.given.upper()))

        with transaction() as accounts:
            with pytest.raises(Taken) as taken:
                accounts.users.add(rival, Credential(rival.id, "hash", NOON))

            assert taken.value.what == "email"

        with transaction() as accounts:
            assert accounts.users.find(rival.id) is None
            assert accounts.credentials.find(rival.id) is None
            assert accounts.users.find_by_email(user.email) == user

    def test_a_name_belongs_to_one_user(self, transaction: Transaction[Accounts], user: User) -> None:
        assert user.username
        rival = new_user(username=Username(user.username.given.upper()))

        with transaction() as accounts:
            with pytest.raises(Taken) as taken:
                accounts.users.add(rival, Credential(rival.id, "hash", NOON))

            assert taken.value.what == "username"

        with transaction() as accounts:
            assert accounts.users.find(rival.id) is None
            assert accounts.credentials.find(rival.id) is None
            assert accounts.users.find_by_email(rival.email) is None

    def test_any_number_of_users_has_no_name(self, transaction: Transaction[Accounts]) -> None:
        one, other = a_user(transaction, username=None), a_user(transaction, username=None)

        with transaction() as accounts:
            assert accounts.users.find(one.id) == one
            assert accounts.users.find(other.id) == other

    def test_the_block_goes_on_after_an_add_is_refused(self, transaction: Transaction[Accounts], user: User) -> None:
        earlier, later = new_user(), new_user()

        with transaction() as accounts:
            accounts.users.add(earlier)
            with pytest.raises(Taken):
                accounts.users.add(new_user(email=user.email))
            with pytest.raises(Taken):
                accounts.users.add(new_user(username=user.username))
            accounts.users.add(later)

        with transaction() as accounts:
            assert accounts.users.find(earlier.id) == earlier
            assert accounts.users.find(later.id) == later

    def test_nobody_changes_to_what_belongs_to_another(self, transaction: Transaction[Accounts], user: User) -> None:
        other = a_user(transaction)

        with transaction() as accounts:
            accounts.users.hold(other.id)
            with pytest.raises(Taken) as address:
                accounts.users.keep(evolve(other, email=email(user.email.given.upper())))
            with pytest.raises(Taken) as name:
                accounts.users.keep(evolve(other, username=user.username))
            accounts.users.keep(changed := other.end_sessions())

        assert (address.value.what, name.value.what) == ("email", "username")
        with transaction() as accounts:
            assert accounts.users.find(other.id) == changed
            assert accounts.users.find(user.id) == user

    def test_who_keeps_what_is_theirs_is_not_in_their_own_way(
        self, transaction: Transaction[Accounts], user: User
    ) -> None:
        respelt = evolve(user, email=email(user.email.given.upper()), is_active=False)

        with transaction() as accounts:
            accounts.users.hold(user.id)
            accounts.users.keep(respelt)

        with transaction() as accounts:
            assert same(accounts.users.find(user.id), respelt)

    def test_what_was_given_up_is_free_for_another(self, transaction: Transaction[Accounts], user: User) -> None:
        with transaction() as accounts:
            accounts.users.hold(user.id)
            accounts.users.keep(evolve(user, email=new_email(), username=new_username()))

        successor = a_user(transaction, email=user.email, username=user.username)

        with transaction() as accounts:
            assert accounts.users.find_by_email(user.email) == successor

    def test_a_failed_block_keeps_nothing(self, transaction: Transaction[Accounts], user: User) -> None:
        other = new_user()

        def change(accounts: Accounts) -> None:
            accounts.users.hold(user.id)
            accounts.users.keep(evolve(user, email=new_email(), is_active=False))
            accounts.users.add(other, Credential(other.id, "hash", NOON))

        keeps_nothing(transaction, change)

        with transaction() as accounts:
            assert accounts.users.find(user.id) == user
            assert accounts.users.find_by_email(user.email) == user
            assert accounts.users.find(other.id) is None
            assert accounts.credentials.find(other.id) is None
        a_user(transaction, email=other.email, username=other.username)

    def test_pages_are_in_order_and_complete(self, transaction: Transaction[Accounts]) -> None:
        everybody = [new_user() for _ in range(7)]
        with transaction() as accounts:
            for each in reversed(everybody):
                accounts.users.add(each)

        with transaction() as accounts:
            first = accounts.users.page(Slice(3))
            second = accounts.users.page(Slice(3, str(first[-1].id)))
            third = accounts.users.page(Slice(3, str(second[-1].id)))
            beyond = accounts.users.page(Slice(3, str(third[-1].id)))

        assert [*first, *second, *third] == everybody
        assert (len(first), len(second), len(third), beyond) == (3, 3, 1, ())
