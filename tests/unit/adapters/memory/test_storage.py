"""Rows in memory, beside a model that is nothing but dictionaries."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hexflows.adapters.memory.storage import MemoryStorage
from hexflows.ports.flow import ReadOnly

keys = st.integers(0, 5)
values = st.integers()


def rows(draft):
    return draft.rows("things")


class Storage(RuleBasedStateMachine):
    """One writer at a time and any number of snapshots, each beside a copy of what it must see."""

    def __init__(self):
        super().__init__()
        storage = MemoryStorage()
        self.transaction, self.snapshot = storage.transaction(rows), storage.snapshot(rows)
        self.kept = {}
        self.block = self.seen = self.model = None
        self.snapshots = []

    @precondition(lambda self: self.block is None)
    @rule()
    def begin(self):
        self.block = self.transaction()
        self.seen, self.model = self.block.__enter__(), dict(self.kept)

    @precondition(lambda self: self.block)
    @rule(key=keys, value=values)
    def put(self, key, value):
        self.seen[key] = self.model[key] = value

    @precondition(lambda self: self.block)
    @rule(key=keys)
    def remove(self, key):
        if key in self.model:
            del self.seen[key], self.model[key]
            return
        with pytest.raises(KeyError):
            del self.seen[key]

    @precondition(lambda self: self.block)
    @rule()
    def keep(self):
        self.block.__exit__(None, None, None)
        self.kept, self.block = self.model, None

    @precondition(lambda self: self.block)
    @rule()
    def fail(self):
        assert not self.block.__exit__(ValueError, ValueError(), None)
        self.block = None

    @rule()
    def look(self):
        opened = self.snapshot()
        self.snapshots.append((opened, opened.__enter__(), dict(self.kept)))

    @precondition(lambda self: self.snapshots)
    @rule(data=st.data())
    def look_away(self, data):
        opened, _, _ = self.snapshots.pop(data.draw(st.integers(0, len(self.snapshots) - 1)))
        opened.__exit__(None, None, None)

    @invariant()
    def everybody_sees_what_they_must(self):
        for _, seen, model in self.snapshots:
            assert dict(seen) == model
            assert len(seen) == len(model)
        if self.block:
            assert dict(self.seen) == self.model

    def teardown(self):
        if self.block:
            self.fail()
        for opened, _, _ in self.snapshots:
            opened.__exit__(None, None, None)


TestStorage = Storage.TestCase


def test_a_snapshot_writes_nothing():
    with MemoryStorage().snapshot(rows)() as seen:
        with pytest.raises(ReadOnly):
            seen["one"] = 1
        with pytest.raises(KeyError):
            del seen["one"]


def test_a_block_costs_what_it_changes_and_not_what_there_is():
    storage = MemoryStorage()
    with storage.transaction(rows)() as all_of_them:
        all_of_them.update((number, number) for number in range(10_000))

    with storage.snapshot(rows)() as seen:
        with storage.transaction(rows)() as block:
            block[7] = 8
            assert len(block._layer) == 1
        assert len(seen._layer) == 1
        assert seen[7] == 7
    assert not storage._snapshots
