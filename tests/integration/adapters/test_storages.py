"""What every storage promises of transactions and snapshots."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic

import pytest

from hexflows.adapters.memory.storage import MemoryStorage
from hexflows.adapters.sql.opening import open_storage
from hexflows.core.rules.refusals import Busy
from hexflows.entrypoints.testing.threads import at_once, over_and_over
from hexflows.ports.flow import ReadOnly, Taken

from .counters import increment, view_of


@pytest.fixture
def view(storage):
    return view_of(storage)


@pytest.fixture
def transaction(storage, view):
    return storage.transaction(view)


@pytest.fixture
def snapshot(storage, view):
    return storage.snapshot(view)


@pytest.fixture
def one(transaction):
    with transaction() as counters:
        counters.add("one", "uno")
    return "one"


def value(opened, id):  # noqa: A002
    with opened() as counters:
        return counters.find(id)[2]


def test_what_was_done_in_a_block_is_there_after_it(transaction, snapshot, one):
    increment(transaction, one)

    assert value(transaction, one) == value(snapshot, one) == 1


def test_a_failed_block_keeps_nothing(transaction, one):
    with pytest.raises(ZeroDivisionError), transaction() as counters:
        counters.keep(one, "uno", 7)
        counters.add("two", "due")
        _ = 1 // 0

    with transaction() as counters:
        assert counters.find(one) == (one, "uno", 0)
        assert counters.find("two") is None


def test_a_block_sees_what_it_did_itself(transaction, one):
    with transaction() as counters:
        counters.keep(one, "uno", 3)
        counters.add("two", "due", 2)

        assert counters.find(one) == (one, "uno", 3)
        assert counters.find("two") == ("two", "due", 2)


def test_no_change_is_lost_between_threads(transaction, one):
    over_and_over(8, 40, lambda: increment(transaction, one))

    assert value(transaction, one) == 320


@pytest.mark.nightly
def test_no_change_is_lost_in_a_long_night(transaction, one):
    over_and_over(8, 2_000, lambda: increment(transaction, one))

    assert value(transaction, one) == 16_000


@pytest.mark.parametrize(("id", "nick", "word"), [("one", "other", "id"), ("two", "uno", "nick")])
def test_a_block_goes_on_after_something_was_taken(transaction, one, id, nick, word):  # noqa: A002
    with transaction() as counters:
        counters.add("before", None)
        with pytest.raises(Taken) as taken:
            counters.add(id, nick)
        counters.add("after", None)

    assert taken.value.what == word
    assert value(transaction, "before") == value(transaction, "after") == 0


def test_a_block_goes_on_after_a_change_that_would_break_a_rule(transaction, one):
    with transaction() as counters:
        counters.add("two", "due")
        with pytest.raises(Taken, match="nick"):
            counters.keep("two", "uno", 5)
        counters.keep("two", "tre", 6)

    with transaction() as counters:
        assert counters.find("two") == ("two", "tre", 6)


def test_of_many_who_add_the_same_one_does(transaction):
    def add():
        try:
            with transaction() as counters:
                counters.add("same", "same")
        except Taken as taken:
            return taken.what
        return "added"

    assert sorted(at_once(8, add)) == ["added"] + ["id"] * 7


def test_a_snapshot_does_not_wait_for_a_writer(transaction, snapshot, one):
    with transaction() as counters, ThreadPoolExecutor(1) as reader:
        counters.hold(one)
        counters.keep(one, "uno", 9)

        assert reader.submit(value, snapshot, one).result(timeout=5) == 0

    assert value(snapshot, one) == 9


def test_a_writer_does_not_wait_for_a_snapshot(transaction, snapshot, one):
    with snapshot() as seen, ThreadPoolExecutor(1) as writer:
        assert seen.find(one)[2] == 0
        writer.submit(increment, transaction, one).result(timeout=5)
        writer.submit(increment, transaction, one).result(timeout=5)

        assert seen.find(one)[2] == 0

    assert value(snapshot, one) == 2


def test_a_snapshot_does_not_see_what_was_added_after_its_first_look(transaction, snapshot, one):
    def add():
        with transaction() as counters:
            counters.add("two", "due")

    with snapshot() as seen, ThreadPoolExecutor(1) as writer:
        seen.find(one)
        writer.submit(add).result(timeout=5)

        assert seen.find("two") is None


def test_a_snapshot_cannot_write(snapshot, transaction, one):
    with pytest.raises(ReadOnly), snapshot() as seen:
        seen.keep(one, "uno", 5)

    assert value(transaction, one) == 0


def test_snapshots_are_whole_while_writers_write(transaction, snapshot, one):
    def move():
        with transaction() as counters:
            left, right = counters.hold(one)[2], counters.hold("two")[2]
            counters.keep(one, "uno", left - 1)
            counters.keep("two", None, right + 1)

    def look():
        with snapshot() as seen:
            sums.add(seen.find(one)[2] + seen.find("two")[2])

    sums = set()
    with transaction() as counters:
        counters.add("two", None)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(each) for _ in range(100) for each in (move, look)]:
            done.result()

    assert sums == {0}


def test_who_waits_too_long_is_refused_and_nothing_has_changed(impatient):
    held, leave, one = Event(), Event(), "one"
    with impatient() as counters:
        counters.add(one, "uno")

    def hold():
        with impatient() as counters:
            counters.hold(one)
            held.set()
            leave.wait(20)

    with ThreadPoolExecutor(1) as holder:
        holding = holder.submit(hold)
        assert held.wait(20)
        start = monotonic()
        try:
            with pytest.raises(Busy) as refusal:
                increment(impatient, one)
            waited = monotonic() - start
        finally:
            leave.set()
        holding.result()

    assert 0.2 <= waited < 5
    assert refusal.value.retry_after == 1
    assert value(impatient, one) == 0
    increment(impatient, one)
    assert value(impatient, one) == 1


@pytest.fixture
def impatient(request, storage, view):
    """Transactions that wait 0.3 seconds."""
    if isinstance(storage, MemoryStorage):
        yield MemoryStorage(wait=0.3).transaction(view)
        return
    other = open_storage(request.getfixturevalue(f"{storage.dialect.name}_address"), wait=0.3)
    yield other.transaction(view)
    other.dispose()


@pytest.fixture
def sqlite_address(sqlite_url):
    return sqlite_url


@pytest.fixture
def postgresql_address(_postgres_shared):
    return _postgres_shared[0]
