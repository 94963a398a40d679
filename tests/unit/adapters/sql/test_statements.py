from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID

import pytest
from attrs import frozen
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, bindparam, insert, literal, select, update

from hexflows.adapters.sql.connections import Connection
from hexflows.adapters.sql.constraints import NAMES, unique, unique_where
from hexflows.adapters.sql.postgres import DIALECT as POSTGRES
from hexflows.adapters.sql.sentences import Adding, finding, held, holding, keeping, putting, removing, row_of, sweeping
from hexflows.adapters.sql.sqlite_file import DIALECT as SQLITE
from hexflows.adapters.sql.statements import Statement
from hexflows.adapters.sql.types import Id, Instant
from hexflows.core.rules.refusals import Busy, OutOfReach
from hexflows.ports.flow import Clash, Taken

metadata = MetaData(naming_convention=NAMES)
things = Table(
    "things",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("is_good", Boolean, nullable=False),
    Column("place", Integer),
    unique("name", taken="name"),
    unique_where("uq_things_place", "place", where="is_good", taken="place"),
)

NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)


@frozen
class Thing:
    id: UUID
    name: str
    at: datetime = NOON
    is_good: bool = True
    place: int | None = None


row = row_of(Thing)
find, hold = finding(things, Thing), holding(things, Thing)
add, keep, put, remove = Adding(things), keeping(things), putting(things), removing(things)
everything = Statement(select(things).order_by(things.c.name), Thing)
among = Statement(select(things).where(things.c.id.in_(bindparam("ids", expanding=True))), Thing)
good = Statement(select(things.c.name).where(things.c.is_good.is_(True), things.c.at < bindparam("before")).limit(10))
rename = Statement(
    update(things).where(things.c.id == bindparam("who")).values(name=bindparam("to")).returning(things.c.name)
)
sweep = sweeping(things, lambda before: things.c.at < before)


@pytest.fixture
def connection():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as driver:
        connection = Connection(driver, SQLITE)
        for statement in _creating():
            driver.execute(statement)
        driver.execute("BEGIN")
        yield connection


def _creating():
    from sqlalchemy.schema import CreateIndex, CreateTable

    yield str(CreateTable(things).compile(dialect=SQLITE.sqlalchemy))
    for index in things.indexes:
        yield str(CreateIndex(index).compile(dialect=SQLITE.sqlalchemy))


def thing(number, **fields):
    return Thing(UUID(int=number), fields.pop("name", f"thing {number}"), **fields)


def test_an_entity_comes_back_as_it_went_in(connection):
    one = thing(1, place=3)
    add.run(connection, **row(one))

    assert find.row(connection, id=one.id) == hold.row(connection, id=one.id) == one
    assert find.row(connection, id=UUID(int=2)) is None


def test_all_rows_come_in_the_order_that_was_asked_for(connection):
    for number in (2, 1):
        add.run(connection, **row(thing(number)))

    assert everything.rows(connection) == (thing(1), thing(2))


def test_keeping_replaces_the_row_with_the_key_and_no_other(connection):
    for number in (1, 2):
        add.run(connection, **row(thing(number)))

    assert keep.run(connection, **row(thing(1, name="new", is_good=False))) == 1
    assert keep.run(connection, **row(thing(3))) == 0
    assert everything.rows(connection) == (thing(1, name="new", is_good=False), thing(2))


def test_putting_adds_or_replaces(connection):
    put.run(connection, **row(thing(1)))
    put.run(connection, **row(thing(1, name="new")))

    assert everything.rows(connection) == (thing(1, name="new"),)


def test_removing_says_how_many(connection):
    add.run(connection, **row(thing(1)))

    assert remove.run(connection, id=UUID(int=1)) == 1
    assert remove.run(connection, id=UUID(int=1)) == 0


def test_sweeping_removes_what_is_old_and_no_more_than_it_may(connection):
    for number in range(5):
        add.run(connection, **row(thing(number)))
    add.run(connection, **row(thing(9, at=NOON.replace(hour=13))))
    before = NOON.replace(minute=1)

    assert [sweep.run(connection, before=before, limit=3) for _ in range(3)] == [3, 2, 0]
    assert len(everything.rows(connection)) == 1


@pytest.mark.parametrize(
    ("other", "word"),
    [
        (thing(1, name="other"), "id"),
        (thing(2, name="thing 1"), "name"),
        (thing(2, place=3), "place"),
        (thing(1, name="thing 1", place=3), "id"),
    ],
)
def test_a_row_that_is_not_new_is_refused_with_the_word_of_the_rule(connection, other, word):
    one = thing(1, place=3)
    add.run(connection, **row(one))

    with pytest.raises(Taken) as taken:
        add.run(connection, **row(other))
    assert taken.value.what == word
    assert everything.rows(connection) == (one,)


def test_a_rule_for_some_rows_leaves_others_alone(connection):
    for number in (1, 2):
        add.run(connection, **row(thing(number, place=3, is_good=False)))
    add.run(connection, **row(thing(3, place=3)))

    assert len(everything.rows(connection)) == 3


def test_what_comes_and_goes_is_a_clash(connection):
    class Flickering:
        """A connection on which something stands in the way whenever a row is added, and never when it is asked for."""

        rowcount = 0

        def execute(self, query, parameters=()):
            return self if query.startswith("INSERT") else connection.driver.execute(query, parameters)

    with pytest.raises(Clash):
        add.run(Connection(Flickering(), SQLITE), **row(thing(1)))


@pytest.mark.parametrize(("change", "word"), [({"name": "thing 1"}, "name"), ({"place": 3}, "place")])
def test_an_attempt_that_breaks_a_rule_says_which(connection, change, word):
    add.run(connection, **row(thing(1, place=3)))
    add.run(connection, **row(thing(2)))

    with pytest.raises(Taken) as taken:
        keep.attempt(connection, **row(thing(2, **change)))
    assert taken.value.what == word
    assert find.row(connection, id=UUID(int=2)) == thing(2)
    assert keep.attempt(connection, **row(thing(2, name="free"))) == 1


def test_a_rule_that_nobody_expects_to_be_broken_stays_loud(connection):
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        keep_nothing = row(thing(1)) | {"name": None}
        add.run(connection, **keep_nothing)
    add.run(connection, **row(thing(1)))
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        keep.attempt(connection, **(row(thing(1)) | {"name": None}))
    add.run(connection, **row(thing(2)))
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        keep.run(connection, **row(thing(2, name="thing 1")))


def test_only_what_writes_can_be_attempted(connection):
    add.run(connection, **row(thing(1)))
    broken = Statement(select(literal(1).label("one")).where(bindparam("x", type_=Integer) == 1))

    class Refusing:
        def execute(self, query, parameters=()):
            raise sqlite3.IntegrityError

    with pytest.raises(TypeError, match="only what writes"):
        broken.attempt(Connection(Refusing(), SQLITE), x=1)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_of_any_length_may_be_asked_for(connection, count):
    for number in range(5):
        add.run(connection, **row(thing(number)))

    assert len(among.rows(connection, ids=[UUID(int=number) for number in range(count)])) == count


def test_a_list_may_stand_in_the_construct(connection):
    for number in range(5):
        add.run(connection, **row(thing(number)))
    ids = [UUID(int=1), UUID(int=3)]

    assert len(Statement(select(things).where(things.c.id.in_(ids)), Thing).rows(connection)) == 2


def test_what_the_construct_says_itself_need_not_be_given(connection):
    add.run(connection, **row(thing(1)))
    add.run(connection, **row(thing(2, is_good=False)))

    assert good.rows(connection, before=NOON.replace(hour=13)) == (("thing 1",),)


def test_a_changed_row_may_come_back(connection):
    add.run(connection, **row(thing(1)))

    assert rename.row(connection, who=UUID(int=1), to="new") == ("new",)
    assert rename.row(connection, who=UUID(int=2), to="newer") is None


@pytest.mark.parametrize("values", [{}, {"id": UUID(int=1), "more": 1}])
def test_a_wrong_number_of_values_is_refused(connection, values):
    with pytest.raises(TypeError, match="1 values wanted"):
        find.row(connection, **values)


def test_a_value_by_a_wrong_name_is_refused(connection):
    with pytest.raises(KeyError, match="id"):
        find.row(connection, user=UUID(int=1))


def test_columns_that_are_not_what_the_entity_takes_are_refused():
    with pytest.raises(TypeError, match="would be given name, id"):
        Statement(select(things.c.name, things.c.id), Thing)


def test_columns_must_be_enough_for_the_entity():
    with pytest.raises(TypeError, match=r"would be given id$"):
        Statement(select(things.c.id), Thing)
    Statement(select(things.c.id, things.c.name), Thing)


def test_an_entity_may_take_all_that_comes(connection):
    add.run(connection, **row(thing(1)))
    names = Statement(select(things.c.name, things.c.place), lambda *columns: columns)

    assert names.row(connection) == ("thing 1", None)


def test_a_rule_of_uniqueness_needs_a_word():
    table = Table(
        "nameless",
        MetaData(naming_convention=NAMES),
        Column("id", Id, primary_key=True),
        Column("x", Text, unique=True),
    )

    with pytest.raises(KeyError, match="taken"):
        Adding(table)


def test_postgresql_is_spoken_to_in_its_own_words():
    some = Statement(held(select(things.c.id), skip=True))

    assert "FOR NO KEY UPDATE" in hold.text(POSTGRES)
    assert some.text(POSTGRES).endswith("FOR NO KEY UPDATE SKIP LOCKED")
    assert "ON CONFLICT (id) DO UPDATE" in put.text(POSTGRES)
    assert "%(id)s::UUID" in find.text(POSTGRES)
    assert "FOR" not in some.text(SQLITE)


def test_what_the_driver_cannot_do_is_told_in_the_words_of_the_ports(connection):
    class Failing:
        def __init__(self, code):
            self.error = sqlite3.OperationalError()
            self.error.sqlite_errorcode = code

        def execute(self, query, parameters=()):
            raise self.error

    with pytest.raises(Busy):
        everything.rows(Connection(Failing(sqlite3.SQLITE_BUSY_SNAPSHOT), SQLITE))
    with pytest.raises(OutOfReach):
        keep.attempt(Connection(Failing(sqlite3.SQLITE_IOERR_READ), SQLITE), **row(thing(1)))
    with pytest.raises(sqlite3.OperationalError):
        everything.rows(Connection(Failing(sqlite3.SQLITE_ERROR), SQLITE))


def test_a_single_field_is_no_exception():
    @frozen
    class Single:
        only: int

    assert row_of(Single)(Single(7)) == {"only": 7}


def test_an_insert_of_any_kind_is_a_statement(connection):
    values = {column.key: bindparam(column.key, type_=column.type) for column in things.columns}

    assert Statement(insert(things).values(values)).run(connection, **row(thing(1))) == 1
