"""What every adapter of `Users` promises to several at once, in transactions and snapshots."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ....core.rules.accounts.users import Credential, User
from ....core.rules.pages import Slice
from ....ports.accounts import Accounts
from ....ports.flow import ReadOnly, Snapshot, Taken, Transaction
from ..making import NOON, new_email, new_user
from ..threads import Changed, each_at_once, over_and_over, second_waits
from .storage import StorageContract


class UsersAtOnce(StorageContract):
    def test_who_holds_second_waits_and_sees_the_change(self, transaction: Transaction[Accounts], user: User) -> None:
        def disable(accounts: Accounts) -> None:
            held = accounts.users.hold(user.id)
            assert held
            accounts.users.keep(held.disable())

        seen = second_waits(transaction, disable, lambda accounts: accounts.users.hold(user.id))

        assert seen == user.disable()

    def test_no_change_is_lost_between_holders(self, transaction: Transaction[Accounts], user: User) -> None:
        def add_one() -> None:
            with transaction() as accounts:
                held = accounts.users.hold(user.id)
                assert held
                accounts.users.keep(held.end_sessions())

        over_and_over(8, 40, add_one)

        with transaction() as accounts:
            found = accounts.users.find(user.id)
            assert found
            assert found.generation == 320

    def test_of_many_who_add_one_address_one_does(self, transaction: Transaction[Accounts]) -> None:
        address = new_email()

        def add(user: User) -> User:
            with transaction() as accounts:
                accounts.users.add(user)
            return user

        rivals = [new_user(email=address) for _ in range(16)]
        came = each_at_once([lambda user=rival: add(user) for rival in rivals])  # type: ignore[misc]

        winners = [each for each in came if isinstance(each, User)]
        refused = [each.what for each in came if isinstance(each, Taken)]
        assert (len(winners), refused) == (1, ["email"] * 15)
        with transaction() as accounts:
            assert accounts.users.find_by_email(address) == winners[0]

    def test_who_adds_a_taken_address_second_waits_and_is_refused(self, transaction: Transaction[Accounts]) -> None:
        address = new_email()
        first = new_user(email=address)

        def add_second(accounts: Accounts) -> str:
            with pytest.raises(Taken) as taken:
                accounts.users.add(new_user(email=address))
            return taken.value.what

        assert second_waits(transaction, lambda accounts: accounts.users.add(first), add_second) == "email"

    def test_who_waits_for_an_address_gets_it_if_the_first_fails(self, transaction: Transaction[Accounts]) -> None:
        address = new_email()
        first, second = new_user(email=address), new_user(email=address)

        second_waits(
            transaction,
            lambda accounts: accounts.users.add(first),
            lambda accounts: accounts.users.add(second),
            fail=True,
        )

        with transaction() as accounts:
            assert accounts.users.find_by_email(address) == second
            assert accounts.users.find(first.id) is None

    def test_a_snapshot_is_of_one_moment(
        self, transaction: Transaction[Accounts], snapshot: Snapshot[Accounts], user: User
    ) -> None:
        with snapshot() as before:
            assert before.users.find(user.id) == user
            # It makes no writer wait: this one is not done in another thread, and would wait for itself.
            with transaction() as accounts:
                accounts.users.hold(user.id)
                accounts.users.keep(user.disable())
                accounts.users.add(new_user())

            assert before.users.find(user.id) == user
            assert before.users.find_by_email(user.email) == user
            assert before.users.page(Slice()) == (user,)

        with snapshot() as after:
            assert after.users.find(user.id) == user.disable()

    def test_a_snapshot_sees_nothing_that_is_not_kept_yet(
        self, transaction: Transaction[Accounts], snapshot: Snapshot[Accounts], user: User
    ) -> None:
        with pytest.raises(Changed), transaction() as accounts:
            accounts.users.hold(user.id)
            accounts.users.keep(user.disable())
            # Nor does it wait for the writer.
            with snapshot() as meanwhile:
                assert meanwhile.users.find(user.id) == user
            raise Changed

    def test_a_snapshot_cannot_write(
        self, transaction: Transaction[Accounts], snapshot: Snapshot[Accounts], user: User
    ) -> None:
        other = new_user()
        writes: tuple[Callable[[Accounts], None], ...] = (
            lambda view: view.users.keep(user.disable()),
            lambda view: view.users.add(other),
            lambda view: view.credentials.keep(Credential(user.id, "hash", NOON)),
        )
        for write in writes:
            with pytest.raises(ReadOnly), snapshot() as view:
                write(view)

        with transaction() as accounts:
            assert accounts.users.find(user.id) == user
            assert accounts.users.find(other.id) is None
            assert accounts.credentials.find(user.id) is None
