"""What every adapter of `Receipts` keeps."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from ....core.rules.receipts import KEPT, Receipt
from ....core.rules.secrecy import Secret
from ....ports.accounts import Accounts
from ....ports.flow import Transaction
from .. import strategies
from ..making import DAY, NOON, SECOND, new_id, new_receipt
from ..packing import DEED, Deed
from ..threads import at_once, second_waits
from .storage import StorageContract, keeps_nothing, same, shared


class ReceiptsContract(StorageContract):
    """
    Beside the two fixtures: an answer that the storage's codec knows as that of the flow.

    The default is a `Deed`, for a storage that is made with `PlainPacking`.
    """

    @pytest.fixture
    def flow(self) -> str:
        """Return the name of the flow that gives the answer."""
        return DEED

    @pytest.fixture
    def answer(self) -> Any:
        """Return an answer with a secret in it."""
        return Deed("Watered", Secret("sesame"))

    @pytest.fixture
    def remembered(self) -> Any:
        """Return what is remembered of the answer: all but the secret."""
        return Deed("Watered")

    @shared
    @given(drawn=strategies.receipts)
    def test_a_receipt_comes_back_as_it_went_in(self, transaction: Transaction[Accounts], drawn: Receipt) -> None:
        receipt = evolve(drawn, scope=f"{drawn.scope}{new_id()}", created_at=NOON, expires_at=NOON + KEPT)

        with transaction() as accounts:
            assert accounts.receipts.claim(receipt) is None

        with transaction() as accounts:
            assert same(accounts.receipts.claim(evolve(receipt, fingerprint=b"another")), receipt)

    def test_the_answer_comes_back_without_its_secrets(
        self, transaction: Transaction[Accounts], flow: str, answer: Any, remembered: Any
    ) -> None:
        receipt = new_receipt(flow=flow)
        with transaction() as accounts:
            accounts.receipts.claim(receipt)
            accounts.receipts.keep(receipt.answered(answer))

        with transaction() as accounts:
            found = accounts.receipts.claim(receipt)
            assert found
            assert same(found, receipt.answered(remembered))
            assert found.answers(receipt, type(answer)) == evolve(remembered, replayed=True)

    def test_scope_flow_and_key_together_are_one_request(self, transaction: Transaction[Accounts]) -> None:
        receipt = new_receipt()
        others = [
            evolve(receipt, scope="another's"),
            evolve(receipt, flow="accounts.sign_up"),
            evolve(receipt, key=receipt.key.upper() + "x"),
        ]

        with transaction() as accounts:
            assert [accounts.receipts.claim(each) for each in (receipt, *others)] == [None] * 4
        with transaction() as accounts:
            assert [accounts.receipts.claim(each) for each in (receipt, *others)] == [receipt, *others]

    def test_keys_that_differ_in_case_are_two(self, transaction: Transaction[Accounts]) -> None:
        small, large = new_receipt(key="key"), new_receipt(key="KEY")
        large = evolve(large, scope=small.scope)

        with transaction() as accounts:
            assert accounts.receipts.claim(small) is None
            assert accounts.receipts.claim(large) is None

    def test_an_expired_receipt_counts_as_none(
        self, transaction: Transaction[Accounts], flow: str, answer: Any
    ) -> None:
        old = new_receipt(flow=flow)
        new = evolve(old, fingerprint=b"another", created_at=NOON + KEPT + SECOND, expires_at=NOON + 2 * KEPT + SECOND)
        with transaction() as accounts:
            accounts.receipts.claim(old)
            accounts.receipts.keep(old.answered(answer))

        with transaction() as accounts:
            assert accounts.receipts.claim(new) is None
        with transaction() as accounts:
            assert accounts.receipts.claim(evolve(new, created_at=NOON + 2 * KEPT)) == new

    def test_who_claims_second_waits_and_gets_the_answer(
        self, transaction: Transaction[Accounts], flow: str, answer: Any, remembered: Any
    ) -> None:
        receipt = new_receipt(flow=flow)

        def do(accounts: Accounts) -> None:
            assert accounts.receipts.claim(receipt) is None
            accounts.receipts.keep(receipt.answered(answer))

        seen = second_waits(transaction, do, lambda accounts: accounts.receipts.claim(receipt))

        assert seen == receipt.answered(remembered)

    def test_who_claims_second_waits_and_may_do_it_if_the_first_fails(self, transaction: Transaction[Accounts]) -> None:
        receipt = new_receipt()

        def claim(accounts: Accounts) -> Receipt | None:
            return accounts.receipts.claim(receipt)

        assert second_waits(transaction, claim, claim, fail=True) is None

    def test_who_claims_an_expired_one_second_waits_too(self, transaction: Transaction[Accounts]) -> None:
        old = new_receipt()
        new = evolve(old, created_at=NOON + 2 * DAY, expires_at=NOON + 3 * DAY)
        with transaction() as accounts:
            accounts.receipts.claim(old)

        def claim(accounts: Accounts) -> Receipt | None:
            return accounts.receipts.claim(new)

        assert second_waits(transaction, claim, claim) == new

    def test_of_many_who_claim_one_key_one_does_and_all_get_its_answer(
        self, transaction: Transaction[Accounts], flow: str, answer: Any, remembered: Any
    ) -> None:
        receipt = new_receipt(flow=flow)

        def do() -> Any:
            with transaction() as accounts:
                if found := accounts.receipts.claim(receipt):
                    return found.answers(receipt, type(answer))
                accounts.receipts.keep(receipt.answered(answer))
            return answer

        came = at_once(12, do)

        assert came.count(answer) == 1
        assert came.count(evolve(remembered, replayed=True)) == 11

    def test_all_receipts_of_one_scope_are_forgotten(self, transaction: Transaction[Accounts]) -> None:
        mine = [new_receipt(scope="mine") for _ in range(3)]
        other = new_receipt()
        with transaction() as accounts:
            for each in (*mine, other):
                accounts.receipts.claim(each)

        with transaction() as accounts:
            accounts.receipts.remove_all("mine")

        with transaction() as accounts:
            assert [accounts.receipts.claim(each) for each in mine] == [None] * 3
            assert accounts.receipts.claim(other) == other

    def test_a_sweep_forgets_what_expired_and_not_too_much_of_it(self, transaction: Transaction[Accounts]) -> None:
        old = [new_receipt(created_at=NOON - DAY, expires_at=NOON - SECOND) for _ in range(5)]
        live = [new_receipt(created_at=NOON - DAY, expires_at=NOON + SECOND) for _ in range(2)]
        with transaction() as accounts:
            for each in (*old, *live):
                accounts.receipts.claim(each)

        forgotten = []
        for _ in range(4):
            with transaction() as accounts:
                forgotten.append(accounts.receipts.sweep(NOON, 2))

        assert forgotten == [2, 2, 1, 0]
        with transaction() as accounts:
            # Claimed at a time when none of them had expired: what was swept is gone for good.
            assert [accounts.receipts.claim(each) for each in old] == [None] * 5
            assert [accounts.receipts.claim(each) for each in live] == live

    def test_a_failed_block_keeps_nothing(self, transaction: Transaction[Accounts], flow: str, answer: Any) -> None:
        receipt, kept = new_receipt(), new_receipt(flow=flow)
        with transaction() as accounts:
            accounts.receipts.claim(kept)

        keeps_nothing(transaction, lambda accounts: accounts.receipts.claim(receipt))
        keeps_nothing(transaction, lambda accounts: accounts.receipts.keep(kept.answered(answer)))
        keeps_nothing(transaction, lambda accounts: accounts.receipts.remove_all(kept.scope))
        keeps_nothing(transaction, lambda accounts: accounts.receipts.sweep(NOON + 9 * DAY, 9))

        with transaction() as accounts:
            assert accounts.receipts.claim(receipt) is None
            assert accounts.receipts.claim(kept) == kept
