"""What every adapter of `Credentials` keeps."""

from __future__ import annotations

from attrs import evolve
from hypothesis import given

from ....core.rules.accounts.users import Credential, User
from ....core.rules.ids import NOBODY
from ....ports.accounts import Accounts
from ....ports.flow import Transaction
from .. import strategies
from ..making import NOON, SECOND
from .storage import StorageContract, a_user, keeps_nothing, same, shared


class CredentialsContract(StorageContract):
    @shared
    @given(drawn=strategies.credentials)
    def test_a_credential_comes_back_as_it_went_in(self, transaction: Transaction[Accounts], drawn: Credential) -> None:
        credential = evolve(drawn, user=a_user(transaction).id)

        with transaction() as accounts:
            accounts.credentials.keep(credential)

        with transaction() as accounts:
            assert same(accounts.credentials.find(credential.user), credential)

    def test_a_user_has_the_one_kept_last(self, transaction: Transaction[Accounts], user: User) -> None:
        other = Credential(a_user(transaction).id, "theirs", NOON)
        with transaction() as accounts:
            accounts.credentials.keep(other)
            accounts.credentials.keep(Credential(user.id, "first", NOON))
            accounts.credentials.keep(second := Credential(user.id, "second", NOON + SECOND))

        with transaction() as accounts:
            assert accounts.credentials.find(user.id) == second
            accounts.credentials.keep(third := Credential(user.id, "third", NOON + SECOND))

        with transaction() as accounts:
            assert accounts.credentials.find(user.id) == third
            assert accounts.credentials.find(other.user) == other

    def test_who_has_none_has_none(self, transaction: Transaction[Accounts], user: User) -> None:
        with transaction() as accounts:
            assert accounts.credentials.find(user.id) is None
            assert accounts.credentials.find(NOBODY) is None

    def test_a_removed_one_is_gone_and_removing_none_is_fine(
        self, transaction: Transaction[Accounts], user: User
    ) -> None:
        other = Credential(a_user(transaction).id, "theirs", NOON)
        with transaction() as accounts:
            accounts.credentials.keep(other)
            accounts.credentials.keep(Credential(user.id, "hash", NOON))

        for _ in range(2):
            with transaction() as accounts:
                accounts.credentials.remove(user.id)

                assert accounts.credentials.find(user.id) is None

        with transaction() as accounts:
            assert accounts.credentials.find(user.id) is None
            assert accounts.credentials.find(other.user) == other

    def test_a_failed_block_keeps_nothing(self, transaction: Transaction[Accounts], user: User) -> None:
        kept = Credential(user.id, "kept", NOON)
        with transaction() as accounts:
            accounts.credentials.keep(kept)

        keeps_nothing(transaction, lambda accounts: accounts.credentials.keep(evolve(kept, hash="other")))
        keeps_nothing(transaction, lambda accounts: accounts.credentials.remove(user.id))

        with transaction() as accounts:
            assert accounts.credentials.find(user.id) == kept
