"""Limits in SQL: one upsert counts a request, and the transaction counts all of its limits or none."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Integer, bindparam, case

from ...core.rules.limits import Ask, LimitReached, Window, opened, reached
from ...ports.flow import Transaction
from ...ports.limits import Limits
from .connections import Connection
from .sentences import sweeping
from .statements import Insert, Statement
from .tables.limits import limits
from .types import Instant


def _count(insert: Insert) -> Any:
    now = bindparam("now", type_=Instant)
    new = insert(limits).values(
        key=bindparam("key"), used=bindparam("used", type_=Integer), ends_at=bindparam("ends_at", type_=Instant)
    )
    over = limits.c.ends_at <= now
    return new.on_conflict_do_update(
        index_elements=[limits.c.key],
        set_={
            "used": case((over, new.excluded.used), else_=limits.c.used + 1),
            "ends_at": case((over, new.excluded.ends_at), else_=limits.c.ends_at),
        },
    ).returning(limits.c.used, limits.c.ends_at)


_take = Statement(_count, Window)
_sweep = sweeping(limits, lambda before: limits.c.ends_at < before)


@frozen
class SqlLimits(Limits):
    """Counters, one row each, in transactions of their own."""

    _transaction: Transaction[Connection]

    def take(self, asks: tuple[Ask, ...], now: datetime) -> None:
        if not asks:
            return
        with self._transaction() as connection:
            # In one order for everybody, so that no two wait for each other for ever.
            full = [no for ask in sorted(asks, key=_key) if (no := _counted(connection, ask, now))]
            if full:
                # Leaves the block, so that nothing is counted.
                raise max(full, key=lambda no: no.reset)

    def sweep(self, before: datetime, limit: int) -> int:
        with self._transaction() as connection:
            return _sweep.run(connection, before=before, limit=limit)


def _counted(connection: Connection, ask: Ask, now: datetime) -> LimitReached | None:
    new = opened(ask.limit, now)
    window = _take.row(connection, key=_key(ask), now=now, used=new.used, ends_at=new.ends_at) or new
    return reached(ask, window, now) if window.used > ask.limit.count else None


def _key(ask: Ask) -> str:
    return hashlib.sha256(f"{ask.limit.name}\0{ask.key}".encode()).hexdigest()
