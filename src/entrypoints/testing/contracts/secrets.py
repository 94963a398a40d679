"""What every adapter of `Secrets` keeps."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given

from ....core.rules.ids import NOBODY, SecretId
from ....core.rules.onetime import OneTime, Purpose
from ....ports.accounts import Accounts
from ....ports.flow import Transaction
from .. import strategies
from ..making import HOUR, NOON, SECOND, new_id, new_secret
from ..threads import at_once, over_and_over, second_waits
from .storage import StorageContract, keeps_nothing, same, shared

NOTHING = SecretId(NOBODY)


class SecretsContract(StorageContract):
    @pytest.fixture
    def secret(self, transaction: Transaction[Accounts]) -> OneTime:
        """Return an unspent secret."""
        return a_secret(transaction)

    @shared
    @given(drawn=strategies.onetimes)
    def test_a_secret_comes_back_as_it_went_in(self, transaction: Transaction[Accounts], drawn: OneTime) -> None:
        secret = evolve(drawn, id=SecretId(new_id()))

        with transaction() as accounts:
            accounts.secrets.add(secret)

        with transaction() as accounts:
            assert same(accounts.secrets.find(secret.id), secret)

    def test_there_is_no_secret_but_those_added(self, transaction: Transaction[Accounts], secret: OneTime) -> None:
        with transaction() as accounts:
            assert accounts.secrets.find(NOTHING) is None
            assert accounts.secrets.attempt(NOTHING) is None
            assert not accounts.secrets.spend(NOTHING, NOON)

    def test_an_attempt_is_counted_and_told(self, transaction: Transaction[Accounts], secret: OneTime) -> None:
        for number in (1, 2, 3):
            with transaction() as accounts:
                assert accounts.secrets.attempt(secret.id) == evolve(secret, attempts=number)

        with transaction() as accounts:
            assert accounts.secrets.find(secret.id) == evolve(secret, attempts=3)

    def test_no_attempt_is_lost(self, transaction: Transaction[Accounts], secret: OneTime) -> None:
        def attempt() -> None:
            with transaction() as accounts:
                accounts.secrets.attempt(secret.id)

        over_and_over(8, 40, attempt)

        with transaction() as accounts:
            assert accounts.secrets.find(secret.id) == evolve(secret, attempts=320)

    def test_who_attempts_second_waits_and_sees_what_became_of_it(
        self, transaction: Transaction[Accounts], secret: OneTime
    ) -> None:
        def attempt_and_spend(accounts: Accounts) -> None:
            accounts.secrets.attempt(secret.id)
            accounts.secrets.spend(secret.id, NOON)

        seen = second_waits(transaction, attempt_and_spend, lambda accounts: accounts.secrets.attempt(secret.id))

        assert seen == evolve(secret, attempts=2, used_at=NOON)

    def test_a_secret_is_spent_once(self, transaction: Transaction[Accounts], secret: OneTime) -> None:
        other = a_secret(transaction)
        with transaction() as accounts:
            assert accounts.secrets.spend(secret.id, NOON)
            assert not accounts.secrets.spend(secret.id, NOON + SECOND)

        with transaction() as accounts:
            assert not accounts.secrets.spend(secret.id, NOON + HOUR)
            assert accounts.secrets.find(secret.id) == evolve(secret, used_at=NOON)
            assert accounts.secrets.find(other.id) == other

    def test_of_many_who_spend_it_one_does(self, transaction: Transaction[Accounts], secret: OneTime) -> None:
        def spend() -> list[bool]:
            spent = []
            for _ in range(5):
                with transaction() as accounts:
                    spent.append(accounts.secrets.spend(secret.id, NOON))
            return spent

        spent = [each for some in at_once(20, spend) for each in some]

        assert (len(spent), spent.count(True)) == (100, 1)

    def test_who_spends_second_waits_and_gets_it_if_the_first_fails(
        self, transaction: Transaction[Accounts], secret: OneTime
    ) -> None:
        other = a_secret(transaction)

        def spend(accounts: Accounts) -> bool:
            return accounts.secrets.spend(secret.id, NOON)

        def spend_other(accounts: Accounts) -> bool:
            return accounts.secrets.spend(other.id, NOON)

        assert second_waits(transaction, spend, spend, fail=True)
        assert not second_waits(transaction, spend_other, spend_other)

    def test_retiring_uses_up_what_is_unused_for_that_purpose_and_subject(
        self, transaction: Transaction[Accounts]
    ) -> None:
        subject = f"{new_id()}@example.com"
        mine = [a_secret(transaction, subject=subject) for _ in range(3)]
        used = a_secret(transaction, subject=subject, used_at=NOON - HOUR)
        others = [a_secret(transaction, subject=subject, purpose=Purpose.RESET_PASSWORD), a_secret(transaction)]

        with transaction() as accounts:
            accounts.secrets.retire(Purpose.VERIFY_EMAIL, subject, NOON)

        with transaction() as accounts:
            for each in mine:
                assert accounts.secrets.find(each.id) == each.spend(NOON)
                assert not accounts.secrets.spend(each.id, NOON)
            for each in (used, *others):
                assert accounts.secrets.find(each.id) == each

    def test_all_secrets_about_one_subject_are_forgotten(self, transaction: Transaction[Accounts]) -> None:
        subject = f"{new_id()}@example.com"
        mine = [
            a_secret(transaction, subject=subject),
            a_secret(transaction, subject=subject, purpose=Purpose.RESET_PASSWORD, used_at=NOON),
        ]
        other = a_secret(transaction)

        with transaction() as accounts:
            accounts.secrets.remove_all(subject)

        with transaction() as accounts:
            assert [accounts.secrets.find(each.id) for each in mine] == [None, None]
            assert accounts.secrets.find(other.id) == other

    def test_a_sweep_forgets_what_expired_and_not_too_much_of_it(self, transaction: Transaction[Accounts]) -> None:
        old = [a_secret(transaction, expires_at=NOON - each * SECOND) for each in range(1, 5)]
        old.append(a_secret(transaction, expires_at=NOON - SECOND, used_at=NOON))
        live = [a_secret(transaction, expires_at=NOON + SECOND), a_secret(transaction, used_at=NOON - HOUR)]

        forgotten = []
        for _ in range(4):
            with transaction() as accounts:
                forgotten.append(accounts.secrets.sweep(NOON, 2))

        assert forgotten == [2, 2, 1, 0]
        with transaction() as accounts:
            assert [accounts.secrets.find(each.id) for each in old] == [None] * 5
            assert [accounts.secrets.find(each.id) for each in live] == live

    def test_a_failed_block_keeps_nothing(self, transaction: Transaction[Accounts], secret: OneTime) -> None:
        other = new_secret()

        keeps_nothing(transaction, lambda accounts: accounts.secrets.add(other))
        keeps_nothing(transaction, lambda accounts: accounts.secrets.attempt(secret.id))
        keeps_nothing(transaction, lambda accounts: accounts.secrets.spend(secret.id, NOON))
        keeps_nothing(transaction, lambda accounts: accounts.secrets.retire(secret.purpose, secret.subject, NOON))
        keeps_nothing(transaction, lambda accounts: accounts.secrets.remove_all(secret.subject))

        with transaction() as accounts:
            assert accounts.secrets.find(secret.id) == secret
            assert accounts.secrets.find(other.id) is None


def a_secret(transaction: Transaction[Accounts], **changes: object) -> OneTime:
    """Return a secret that is there now."""
    secret = new_secret(**changes)
    with transaction() as accounts:
        accounts.secrets.add(secret)
    return secret
