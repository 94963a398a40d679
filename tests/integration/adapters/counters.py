"""Something small to count in, on every storage. Run as a program, it counts from a process of its own."""

from __future__ import annotations

import sys
from time import monotonic
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, Text

from hexflows.adapters.memory.storage import MemoryStorage
from hexflows.adapters.sql.constraints import NAMES, unique
from hexflows.adapters.sql.opening import open_storage
from hexflows.adapters.sql.sentences import Adding, finding, holding, keeping
from hexflows.ports.flow import Taken


class Counter(NamedTuple):
    id: str
    nick: str | None
    value: int


metadata = MetaData(naming_convention=NAMES)

counters = Table(
    "counters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("nick", Text),
    Column("value", Integer, nullable=False),
    unique("nick", taken="nick"),
    CheckConstraint("value < 1000000", name="value_is_small"),
)

_find = finding(counters, Counter)
_hold = holding(counters, Counter)
_add = Adding(counters)
_keep = keeping(counters)


class SqlCounters:
    def __init__(self, connection):
        self.connection = connection

    def find(self, id):  # noqa: A002
        return _find.row(self.connection, id=id)

    def hold(self, id):  # noqa: A002
        return _hold.row(self.connection, id=id)

    def add(self, id, nick, value=0):  # noqa: A002
        _add.run(self.connection, id=id, nick=nick, value=value)

    def keep(self, id, nick, value):  # noqa: A002
        _keep.attempt(self.connection, id=id, nick=nick, value=value)


class MemoryCounters:
    def __init__(self, draft):
        self.rows = draft.rows("counters")

    def find(self, id):  # noqa: A002
        return self.rows.get(id)

    hold = find

    def add(self, id, nick, value=0):  # noqa: A002
        if id in self.rows:
            raise Taken("id")
        self.keep(id, nick, value)

    def keep(self, id, nick, value):  # noqa: A002
        if nick is not None and any(each[1] == nick and each[0] != id for each in self.rows.values()):
            raise Taken("nick")
        self.rows[id] = Counter(id, nick, value)


def view_of(storage):
    """Return what shows counters on the storage, after making room for them."""
    if isinstance(storage, MemoryStorage):
        return MemoryCounters
    with storage.migrating() as connection:
        metadata.create_all(connection)
    return SqlCounters


def increment(transaction, id):  # noqa: A002
    with transaction() as each:
        _, nick, value = each.hold(id)
        each.keep(id, nick, value + 1)


def main(url, id, seconds):  # noqa: A002
    """Count for so many seconds; print how often, and how long the longest wait was."""
    storage = open_storage(url, wait=30, synchronous="NORMAL")
    transaction = storage.transaction(SqlCounters)
    storage.ping()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    times, longest, end = 0, 0.0, monotonic() + float(seconds)
    while (start := monotonic()) < end:
        increment(transaction, id)
        times += 1
        longest = max(longest, monotonic() - start)
    storage.dispose()
    print(times, longest)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
