"""Leases in SQL: a guarded statement each, so that of many who want one, one gets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import evolve, frozen
from sqlalchemy import bindparam, literal, update

from ...ports.flow import Transaction
from ...ports.leases import Lease, Leases
from .connections import Connection
from .statements import Insert, Statement
from .tables.leases import leases
from .types import Instant

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _acquire(insert: Insert) -> Any:
    new = insert(leases).values(name=bindparam("name"), number=literal(1), until=bindparam("until", type_=Instant))
    return new.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={"number": leases.c.number + 1, "until": new.excluded.until},
        where=leases.c.until <= bindparam("now", type_=Instant),
    ).returning(leases.c.name, leases.c.number, leases.c.until)


_ours = (leases.c.name == bindparam("our_name")) & (leases.c.number == bindparam("our_number"))
_take = Statement(_acquire, Lease)
_renew = Statement(update(leases).where(_ours).values(until=bindparam("until", type_=Instant)))
# A number that nobody holds, so that it cannot be renewed.
_release = Statement(
    update(leases).where(_ours).values(number=leases.c.number + 1, until=bindparam("until", type_=Instant))
)


@frozen
class SqlLeases(Leases):
    """Leases, one row each, in transactions of their own."""

    _transaction: Transaction[Connection]

    def acquire(self, name: str, ttl: timedelta, now: datetime) -> Lease | None:
        with self._transaction() as connection:
            return _take.row(connection, name=name, now=now, until=now + ttl)

    def renew(self, lease: Lease, ttl: timedelta, now: datetime) -> Lease | None:
        with self._transaction() as connection:
            kept = _renew.run(connection, our_name=lease.name, our_number=lease.number, until=now + ttl)
        return evolve(lease, until=now + ttl) if kept else None

    def release(self, lease: Lease) -> None:
        with self._transaction() as connection:
            _release.run(connection, our_name=lease.name, our_number=lease.number, until=_LONG_AGO)
