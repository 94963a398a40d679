"""What is particular to PostgreSQL: row locks, deadlocks, connections that are lost, round trips."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import func, select

from hexflows.adapters.sql.opening import open_storage
from hexflows.adapters.sql.postgres import DIALECT
from hexflows.adapters.sql.statements import Statement
from hexflows.core.rules.refusals import Busy, OutcomeUnknown, OutOfReach
from hexflows.ports.flow import Clash

from ..counters import SqlCounters, _hold, increment, view_of

_slow = Statement(select(func.pg_sleep(5).label("slept")))


@pytest.fixture
def transaction(postgres_storage):
    transaction = postgres_storage.transaction(view_of(postgres_storage))
    with transaction() as each:
        each.add("one", "uno")
        each.add("two", "due")
    return transaction


@pytest.fixture
def connections(postgres_storage, transaction):
    return postgres_storage.transaction(lambda connection: connection)


@pytest.fixture
def opened(_postgres_shared, transaction):
    """Opens the same database with other settings."""

    @contextmanager
    def opened(**settings):
        storage = open_storage(_postgres_shared[0], **settings)
        yield storage
        storage.dispose()

    return opened


def count(transaction, id="one"):  # noqa: A002
    with transaction() as each:
        return each.find(id)[2]


def end(address, *connections):
    """End the connections as an administrator would, and wait until they have ended."""
    with psycopg.connect(address, autocommit=True) as administrator:
        for each in connections:
            administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [each.driver.info.backend_pid])


@pytest.fixture
def terminate(_postgres_shared):
    return lambda *connections: end(_postgres_shared[0], *connections)


def test_two_who_hold_in_opposite_order_clash_and_one_goes_on(transaction):
    both = Barrier(2, timeout=20)

    def hold(first, second):
        with transaction() as each:
            each.hold(first)
            both.wait()
            _, nick, value = each.hold(second)
            each.keep(second, nick, value + 1)

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(hold, "one", "two"), pool.submit(hold, "two", "one")]
        failed = [each.exception(20) for each in running]

    assert sorted(type(each) for each in failed if each) == [Clash]
    assert count(transaction) + count(transaction, "two") == 1


def test_a_connection_lost_in_a_block_means_that_nothing_has_changed(connections, terminate, transaction):
    with pytest.raises(OutOfReach), connections() as connection:
        SqlCounters(connection).keep("one", "uno", 5)
        terminate(connection)
        SqlCounters(connection).find("one")

    assert count(transaction) == 0


def test_a_connection_lost_before_it_was_kept_leaves_the_outcome_unknown(connections, terminate, transaction):
    with pytest.raises(OutcomeUnknown), connections() as connection:
        SqlCounters(connection).keep("one", "uno", 5)
        terminate(connection)

    assert count(transaction) == 0


def test_a_connection_lost_after_a_refusal_does_not_hide_it(connections, terminate):
    with pytest.raises(ZeroDivisionError), connections() as connection:
        terminate(connection)
        _ = 1 // 0


def test_connections_that_were_lost_in_the_pool_are_replaced_unnoticed(opened, terminate):
    with opened(pool=3) as storage:
        connections = storage.transaction(lambda connection: connection)
        with connections() as one, connections() as two, connections() as three:
            all_three = one, two, three
        terminate(*all_three)

        for _ in range(4):
            increment(storage.transaction(SqlCounters), "one")
        assert count(storage.transaction(SqlCounters)) == 4


def test_who_finds_no_free_connection_in_time_is_refused(opened):
    with opened(pool=1, wait=0.2) as storage:
        transaction = storage.transaction(SqlCounters)
        with transaction(), pytest.raises(Busy), transaction():
            pass

        increment(transaction, "one")


def test_a_statement_that_takes_too_long_is_stopped(opened):
    with opened(statement=0.2) as storage:
        with pytest.raises(Busy), storage.transaction(SqlCounters)() as each:
            # Statements tell what errors mean; this one is the test's own.
            _slow.row(each.connection)

        increment(storage.transaction(SqlCounters), "one")


def test_nobody_hangs_in_a_block_for_ever(opened, transaction):
    with opened(statement=0.1) as storage, pytest.raises(OutOfReach), storage.transaction(SqlCounters)() as each:
        each.hold("one")
        increment(transaction, "one")  # waits until the other was thrown out
        each.find("one")

    assert count(transaction) == 1


def test_a_server_that_is_not_there_is_out_of_reach():
    storage = open_storage("postgresql://nobody@127.0.0.1:1/nothing")

    for use in (storage.ping, storage.transaction(SqlCounters)().__enter__, storage.migrating().__enter__):
        with pytest.raises(OutOfReach):
            use()


def test_going_on_after_a_failed_statement_is_found_out(connections, transaction):
    with pytest.raises(RuntimeError, match="nothing was kept"), connections() as connection:
        SqlCounters(connection).keep("one", "uno", 5)
        with pytest.raises(errors.UndefinedTable):
            connection.driver.execute("SELECT * FROM nowhere")

    assert count(transaction) == 0


def test_a_broken_rule_that_has_no_word_stays_loud(transaction):
    with pytest.raises(errors.CheckViolation, match="ck_counters_value_is_small"), transaction() as each:
        each.keep("one", "uno", 1_000_000)


def test_to_hold_is_for_no_key_update_and_on_sqlite_nothing(sqlite_storage):
    assert "FOR NO KEY UPDATE" in _hold.text(DIALECT)
    assert "FOR" not in _hold.text(sqlite_storage.dialect)


def test_a_transaction_takes_as_many_round_trips_as_statements_and_two(connections, transaction, tmp_path):
    def trips(path, use):
        with path.open("wb") as trace:
            with connections() as connection:
                pgconn = connection.driver.pgconn
                pgconn.trace(trace.fileno())
                use(connection)
            try:
                with connections() as again:
                    assert again.driver.pgconn is pgconn
            finally:
                pgconn.untrace()
        asked = [line for line in path.read_text().splitlines() if "\tF\t" in line]
        return sum("\tQuery" in line or "\tSync" in line for line in asked)

    def hold_and_keep(connection):
        counters = SqlCounters(connection)
        counters.hold("one")
        counters.add("three", None)

    # two statements; COMMIT, then BEGIN and COMMIT of the next one
    assert trips(tmp_path / "trace", hold_and_keep) == 2 + 3


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_is_forked_off_opens_its_own(transaction, postgres_storage):
    with transaction() as each:
        each.hold("one")
        child = os.fork()
        if child == 0:
            # Nobody may come out of here: pytest would go on in two processes.
            code = 1
            try:
                with postgres_storage.transaction(SqlCounters)() as own:
                    own.add("three", None)
                postgres_storage.dispose()
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        each.keep("one", "uno", 5)

    assert count(transaction) == 5
    assert count(transaction, "three") == 0


def test_times_come_back_in_utc_whatever_the_server_thinks(connections):
    with connections() as connection:
        assert connection.driver.execute("SHOW timezone").fetchone() == ("UTC",)
