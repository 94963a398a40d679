"""What is particular to SQLite: processes that take turns, files, forks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from hexflows.adapters.sql.filelock import FileLock
from hexflows.adapters.sql.opening import open_storage
from hexflows.core.rules.refusals import Busy, OutOfReach

from .. import counters
from ..counters import SqlCounters, increment, view_of


@pytest.fixture
def transaction(sqlite_storage):
    transaction = sqlite_storage.transaction(view_of(sqlite_storage))
    with transaction() as each:
        each.add("one", "uno")
    return transaction


@pytest.fixture
def path(sqlite_url):
    return Path(make_url(sqlite_url).database)


def count(transaction, id="one"):  # noqa: A002
    with transaction() as each:
        return each.find(id)[2]


def start(url, seconds):
    command = [sys.executable, counters.__file__, url, "one", str(seconds)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_eight_processes_lose_nothing_and_none_of_them_starves(transaction, sqlite_url):
    writers = [start(sqlite_url, 2) for _ in range(8)]
    for each in writers:
        assert each.stdout.readline() == "ready\n"
    for each in writers:
        each.stdin.write("go\n")
        each.stdin.flush()
    told = [each.communicate(timeout=60)[0].split() for each in writers]
    times = [int(each) for each, _ in told]
    longest = max(float(each) for _, each in told)

    assert [each.returncode for each in writers] == [0] * 8
    assert count(transaction) == sum(times)
    assert min(times) * 4 > max(times), times
    # Left to itself, SQLite lets some of eight wait for 1.7 s.
    assert longest < 1.0, longest


def test_a_process_that_dies_in_a_block_blocks_nobody_and_keeps_nothing(transaction, sqlite_url):
    program = f"""
import os
from hexflows.adapters.sql.opening import open_storage
storage = open_storage({sqlite_url!r})
with storage.transaction(lambda connection: connection)() as connection:
    connection.driver.execute("UPDATE counters SET value = 100")
    os._exit(9)
"""  # noqa: S608 - an address of ours
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9

    assert count(transaction) == 0
    increment(transaction, "one")
    assert count(transaction) == 1


def test_writers_wait_for_the_lock_of_another_process_and_no_longer_than_they_may(transaction, sqlite_url, path):
    lock = FileLock(path)
    impatient = open_storage(sqlite_url, wait=0.2)
    assert lock.acquire(0)
    try:
        with pytest.raises(Busy):
            increment(impatient.transaction(SqlCounters), "one")
    finally:
        lock.release()
        lock.close()

    increment(impatient.transaction(SqlCounters), "one")
    assert count(transaction) == 1
    impatient.dispose()


def test_writers_wait_for_strangers_who_do_not_know_of_the_lock(transaction, sqlite_url, path):
    impatient = open_storage(sqlite_url, wait=0.2)
    with closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            increment(impatient.transaction(SqlCounters), "one")
        stranger.execute("ROLLBACK")

    increment(impatient.transaction(SqlCounters), "one")
    assert count(transaction) == 1
    impatient.dispose()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_is_forked_off_opens_its_own(transaction, sqlite_storage):
    with transaction() as each:
        each.hold("one")
        child = os.fork()
        if child == 0:
            # Nobody may come out of here: pytest would go on in two processes.
            code = 1
            try:
                code = _reads_and_is_kept_out(sqlite_storage)
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        each.keep("one", "uno", 5)

    assert count(transaction) == 5


def _reads_and_is_kept_out(storage):
    with storage.snapshot(SqlCounters)() as seen:
        read = seen.find("one")[2] == 0
    storage._here()._wait = 0.2
    try:
        increment(storage.transaction(SqlCounters), "one")
    except Busy:
        return 0 if read else 2
    return 3


def test_a_child_that_outlives_its_parent_does_not_keep_its_lock(transaction, sqlite_url):
    program = f"""
import os, sys, time
from hexflows.adapters.sql.opening import open_storage
storage = open_storage({sqlite_url!r})
with storage.transaction(lambda connection: connection)():
    if os.fork() == 0:
        os.close(1)
        sys.stdin.read()
        os._exit(0)
    os._exit(9)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.wait(20) == 9
        increment(transaction, "one")

        assert count(transaction) == 1


@pytest.mark.parametrize("synchronous", ["FULL", "NORMAL"])
def test_a_connection_is_set_up_as_it_should_be(path, synchronous):
    storage = open_storage(f"sqlite:///{path}", synchronous=synchronous)

    def told(connection):
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [connection.driver.execute(f"PRAGMA {each}").fetchone()[0] for each in asked]

    with storage.transaction(told)() as writing, storage.snapshot(told)() as reading:
        assert writing == reading == ["wal", {"NORMAL": 1, "FULL": 2}[synchronous], 1, 5000]
    storage.dispose()


def test_what_cannot_be_opened_is_out_of_reach(tmp_path):
    storage = open_storage(f"sqlite:///{tmp_path}/nowhere/hexflows.sqlite3")

    with pytest.raises(OutOfReach):
        storage.ping()


def test_what_is_no_database_is_out_of_reach(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear Ann, " * 200)
    storage = open_storage(f"sqlite:///{tmp_path}/letter.txt")

    with pytest.raises(OutOfReach):
        storage.ping()


def test_a_full_disk_is_told_and_nothing_has_changed(transaction, sqlite_storage):
    with sqlite_storage.transaction(lambda connection: connection)() as connection:
        pages = connection.driver.execute("PRAGMA page_count").fetchone()[0]
    with pytest.raises(OutOfReach), sqlite_storage.transaction(lambda connection: connection)() as connection:
        connection.driver.execute(f"PRAGMA max_page_count = {pages}")
        for each in range(2_000):
            SqlCounters(connection).add(f"counter {each} " + "x" * 200, None)

    with sqlite_storage.transaction(lambda connection: connection)() as connection:
        connection.driver.execute("PRAGMA max_page_count = 1000000")
        assert connection.driver.execute("SELECT count(*) FROM counters").fetchone() == (1,)


def test_a_storage_that_was_disposed_of_opens_again(transaction, sqlite_storage):
    sqlite_storage.dispose()
    increment(transaction, "one")

    assert count(transaction) == 1


def test_in_memory_is_another_adapters_business():
    with pytest.raises(ValueError, match="not a database that we know"):
        open_storage("sqlite://")
