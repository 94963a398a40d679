"""Receipts in SQL: the primary key makes equal requests wait for each other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import bindparam

from ...core.rules.receipts import Receipt, RequestInProgress
from ...core.rules.refusals import Busy
from ...ports.packing import Packing
from ...ports.receipts import Receipts
from .connections import Connection
from .sentences import holding, keeping, row_of, sweeping
from .statements import Statement
from .tables.receipts import receipts
from .types import Instant

_row = row_of(Receipt)
_hold = holding(receipts, Receipt)
_keep = keeping(receipts)
_claim: Statement[Any] = Statement(
    lambda insert: (
        insert(receipts)
        .values({each.key: bindparam(each.key, type_=each.type) for each in receipts.columns})
        .on_conflict_do_nothing()
    )
)
_forget_expired = Statement(
    receipts.delete().where(
        *(each == bindparam(f"{each.key}_", type_=each.type) for each in receipts.primary_key.columns),
        receipts.c.expires_at <= bindparam("now", type_=Instant),
    )
)
_remove_all = Statement(receipts.delete().where(receipts.c.scope == bindparam("whose")))
_sweep = sweeping(receipts, lambda before: receipts.c.expires_at < before)


@frozen
class SqlReceipts(Receipts):
    """Receipts, one row each; their answers as JSON."""

    _connection: Connection
    _packing: Packing

    def claim(self, receipt: Receipt) -> Receipt | None:
        key = {"scope": receipt.scope, "flow": receipt.flow, "key": receipt.key}
        try:
            _forget_expired.run(
                self._connection, **{f"{name}_": value for name, value in key.items()}, now=receipt.created_at
            )
            # Who adds the same row at once waits here for our end, and then finds it or adds their own.
            while not _claim.run(self._connection, **_row(receipt)):
                if found := _hold.row(self._connection, **key):
                    return self._with_answer(found)
        except Busy:
            raise RequestInProgress from None
        return None

    def keep(self, receipt: Receipt) -> None:
        answer = self._packing.pack_answer(receipt.flow, receipt.answer) if receipt.answer is not None else None
        _keep.run(self._connection, **_row(evolve(receipt, answer=answer)))

    def remove_all(self, scope: str) -> None:
        _remove_all.run(self._connection, whose=scope)

    def sweep(self, before: datetime, limit: int) -> int:
        return _sweep.run(self._connection, before=before, limit=limit)

    def _with_answer(self, found: Receipt) -> Receipt:
        if found.answer is None:
            return found
        return evolve(found, answer=self._packing.unpack_answer(found.flow, found.answer))
