"""Receipts in memory."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime

from attrs import evolve, frozen

from ...core.rules.receipts import Receipt
from ...ports.packing import Packing
from ...ports.receipts import Receipts
from .sweeping import forget


@frozen
class MemoryReceipts(Receipts):
    """Receipts by scope, flow and key. Answers are packed here too, so that no secret stays."""

    _rows: MutableMapping[tuple[str, str, str], Receipt]
    _packing: Packing

    def claim(self, receipt: Receipt) -> Receipt | None:
        found = self._rows.get(_key(receipt))
        if found is None or found.expires_at <= receipt.created_at:
            self._rows[_key(receipt)] = evolve(receipt, answer=None)
            return None
        if found.answer is None:
            return found
        return evolve(found, answer=self._packing.unpack_answer(found.flow, found.answer))

    def keep(self, receipt: Receipt) -> None:
        answer = self._packing.pack_answer(receipt.flow, receipt.answer) if receipt.answer is not None else None
        self._rows[_key(receipt)] = evolve(receipt, answer=answer)

    def remove_all(self, scope: str) -> None:
        forget(self._rows, lambda each: each.scope == scope)

    def sweep(self, before: datetime, limit: int) -> int:
        return forget(self._rows, lambda each: each.expires_at < before, limit)


def _key(receipt: Receipt) -> tuple[str, str, str]:
    return receipt.scope, receipt.flow, receipt.key
