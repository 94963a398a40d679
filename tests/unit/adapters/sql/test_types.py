from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.sql.postgres import DIALECT as POSTGRES
from hexflows.adapters.sql.sqlite_file import DIALECT as SQLITE
from hexflows.adapters.sql.types import Id, Instant, JsonText, Word

aware = st.datetimes(timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-14), timedelta(hours=14))))
times = aware.filter(lambda at: datetime(1, 1, 3, tzinfo=UTC) < at < datetime(9999, 12, 29, tzinfo=UTC))


class Colour(StrEnum):
    RED = "red"
    DARK_BLUE = "dark blue"


def there(kind, value, dialect=SQLITE):
    process = kind.dialect_impl(dialect.sqlalchemy).bind_processor(dialect.sqlalchemy)
    return process(value) if process else value


def back(kind, value, dialect=SQLITE):
    process = kind.dialect_impl(dialect.sqlalchemy).result_processor(dialect.sqlalchemy, None)
    return process(value) if process else value


@given(times)
def test_a_moment_comes_back_in_utc(at):
    again = back(Instant, there(Instant, at))

    assert again == at
    assert again.tzinfo is UTC


@given(times, times)
def test_moments_as_text_are_of_one_length_and_sort_as_moments(one, other):
    texts = there(Instant, one), there(Instant, other)

    assert {len(each) for each in texts} == {27}
    assert (texts[0] < texts[1]) == (one < other)


def test_a_moment_is_written_as_rfc_3339():
    assert there(Instant, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05.000000Z"


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRES])
def test_a_time_that_does_not_say_where_is_refused(dialect):
    with pytest.raises(ValueError, match="time zone"):
        there(Instant, datetime(2026, 1, 2), dialect)  # noqa: DTZ001 - that is the point


@given(st.uuids())
def test_an_id_can_be_read_in_the_file(id_):
    assert there(Id, id_) == str(id_)
    assert back(Id, str(id_)) == id_


def test_an_id_is_native_on_postgresql():
    id_ = UUID(int=7)

    assert there(Id, id_, POSTGRES) is id_
    assert Id.dialect_impl(POSTGRES.sqlalchemy).compile(POSTGRES.sqlalchemy) == "UUID"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_what_json_can_say_comes_back(value):
    assert back(JsonText(), there(JsonText(), value)) == value


def test_what_json_cannot_say_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        there(JsonText(), float("nan"))


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRES])
def test_a_word_is_kept_as_it_is_written(dialect):
    assert there(Word(Colour), Colour.DARK_BLUE, dialect) == "dark blue"
    assert back(Word(Colour), "dark blue", dialect) is Colour.DARK_BLUE


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="green"):
        there(Word(Colour), "green")


@pytest.mark.parametrize("kind", [Instant, Id, JsonText(), Word(Colour)])
@pytest.mark.parametrize("dialect", [SQLITE, POSTGRES])
def test_nothing_stays_nothing(kind, dialect):
    assert there(kind, None, dialect) is None
    assert back(kind, None, dialect) is None
