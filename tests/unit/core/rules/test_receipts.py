"""Receipts: an equal request gets the same answer, another one is refused."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.rules.receipts import KEPT, IdempotencyConflict, InvalidKey, RequestInProgress, receipt
from hexflows.entrypoints.testing.making import NOON, SECOND, new_receipt
from hexflows.entrypoints.testing.packing import Deed


def test_an_equal_request_gets_the_answer_marked_as_a_repeat():
    first = new_receipt()
    again = evolve(first, created_at=NOON + SECOND)

    assert first.answered(Deed("done")).answers(again, Deed) == Deed("done", replayed=True)


def test_another_request_under_the_key_is_refused():
    first = new_receipt().answered(Deed("done"))

    with pytest.raises(IdempotencyConflict) as refused:
        first.answers(evolve(first, fingerprint=b"another"), Deed)
    assert str(refused.value) == "This idempotency key was used for another request"


def test_without_an_answer_yet_it_is_in_progress():
    first = new_receipt()

    with pytest.raises(RequestInProgress) as refused:
        first.answers(first, Deed)
    assert refused.value.retry_after == 2
    assert str(refused.value) == "The same request is being worked on"


@pytest.mark.parametrize("key", ["k", "!~", "x" * 255, "a1-_:/"])
def test_a_key_is_visible_ascii(key):
    made = receipt("scope", "flow", key, b"print", NOON)

    assert (made.key, made.created_at, made.expires_at) == (key, NOON, NOON + KEPT)
    assert made.answer is None


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "tab\t", "ümlaut", "nul\0", "del\x7f"])
def test_anything_else_is_no_key(key):
    with pytest.raises(InvalidKey) as refused:
        receipt("scope", "flow", key, b"print", NOON)
    assert refused.value.code == "INVALID_IDEMPOTENCY_KEY"
    assert [each.field for each in refused.value.problems] == ["idempotency_key"]
