"""
Receipts: the same request under the same key has one effect and one answer.

A receipt is claimed by the first statement of the transaction that has the effect and
is kept with it, so that an equal request waits there and then gets the same answer. A
key belongs to whoever asks: nobody fetches another's answer by guessing. The request
is remembered as a MAC over its normalised form without secret fields. Tokens are left
out of the answer: a repeat says what happened, it does not sign anyone in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from attrs import evolve, field, frozen

from .refusals import Conflict, Unfit

#: How long a repeat is recognised, on every adapter.
KEPT: Final = timedelta(hours=24)

LONGEST_KEY: Final = 255


class IdempotencyConflict(Conflict):
    """The key stands for another request."""

    def __str__(self) -> str:
        return "This idempotency key was used for another request"


class RequestInProgress(Conflict):
    """An equal request is being worked on, for longer than we can wait."""

    def __str__(self) -> str:
        return "The same request is being worked on"

    @property
    def retry_after(self) -> int:
        return 2


class InvalidKey(Unfit):
    """An idempotency key is 1 to 255 visible ASCII characters."""

    code = "INVALID_IDEMPOTENCY_KEY"


class Replayable(Protocol):
    """An answer that says whether it was given before."""

    @property
    def replayed(self) -> bool: ...


A = TypeVar("A", bound=Replayable)


@frozen
class Receipt:
    """That a request was made, and what came of it; `answer` is None until that is known."""

    #: Who asks: the id of a user, or for a guest a hash of whom it is about.
    scope: str
    flow: str
    key: str
    fingerprint: bytes = field(repr=False)
    created_at: datetime = field()
    expires_at: datetime = field()
    answer: Any = None

    def answers(self, again: Receipt, kind: type[A]) -> A:
        """
        Return the answer, of that kind, which an equal request got.

        Raises:
            IdempotencyConflict: *again* is another request.
            RequestInProgress: there is no answer yet.
        """
        if self.fingerprint != again.fingerprint:
            raise IdempotencyConflict
        answer = self.answer
        if not isinstance(answer, kind):
            raise RequestInProgress
        repeat: A = evolve(self.answer, replayed=True)
        return repeat

    def answered(self, answer: Any) -> Receipt:
        """Return the receipt with what came of it."""
        return evolve(self, answer=answer)


def receipt(scope: str, flow: str, key: str, fingerprint: bytes, now: datetime) -> Receipt:
    """
    Return the receipt to claim.

    Raises:
        InvalidKey: it is empty, too long, or not visible ASCII.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not all("!" <= each <= "~" for each in key):
        raise InvalidKey("idempotency_key", "Idempotency key must be 1 to 255 visible ASCII characters")
    return Receipt(scope, flow, key, fingerprint, now, now + KEPT)
