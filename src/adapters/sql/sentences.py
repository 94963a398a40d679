"""What most tables are asked, said once: find, hold, add, keep, put, remove."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, TypeVar

import attrs
from sqlalchemy import ColumnElement, Integer, Select, Table, and_, bindparam, delete, exists, select, tuple_, update

from ...ports.flow import Clash, Taken
from .connections import Connection
from .constraints import unique_rules
from .statements import Insert, Statement
from .types import Instant

R = TypeVar("R")

#: How often a row is added that something unseen stands in the way of.
TRIES: Final = 3


def row_of(entity: type[attrs.AttrsInstance]) -> Callable[[Any], dict[str, Any]]:
    """Return what turns an entity into its fields by name, without going into them."""
    names = tuple(field.name for field in attrs.fields(entity))
    fields = attrgetter(*names, "__class__")  # one more, so that a single field is no exception
    return lambda each: dict(zip(names, fields(each), strict=False))


def finding(table: Table, into: Callable[..., R]) -> Statement[R]:
    """Return the statement that finds a row by its key."""
    return Statement(select(table).where(_key(table)), into)


def holding(table: Table, into: Callable[..., R]) -> Statement[R]:
    """Return the statement that finds a row by its key and holds it."""
    return Statement(held(select(table).where(_key(table))), into)


def held(found: Select[Any], *, skip: bool = False) -> Select[Any]:
    """
    Return the query so that its rows are held; with *skip* those that others hold are left out.

    On PostgreSQL that is `FOR NO KEY UPDATE`, which does not stand in the way of rows that
    refer to these. On SQLite it is nothing: who writes is alone.
    """
    return found.with_for_update(key_share=True, skip_locked=skip)


def keeping(table: Table) -> Statement[tuple[Any, ...]]:
    """Return the statement that stores a whole row in place of the one with its key."""
    rest = {column.key: _given(column) for column in table.columns if not column.primary_key}
    return Statement(update(table).where(_key(table)).values(rest))


def putting(table: Table) -> Statement[tuple[Any, ...]]:
    """Return the statement that stores a whole row, in place of the one with its key if there is one."""

    def put(insert: Insert) -> Any:
        new = insert(table).values(_row(table))
        rest = {column.key: new.excluded[column.key] for column in table.columns if not column.primary_key}
        return new.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest)

    return Statement(put)


def removing(table: Table) -> Statement[tuple[Any, ...]]:
    """Return the statement that removes the row with a key."""
    return Statement(delete(table).where(_key(table)))


class Adding:
    """
    Adds rows that must be new to a table. Belongs at module level.

    Of two that break a rule together one waits for the other's end. The transaction goes
    on after a row was refused, so which rule it breaks is asked and not taken from an error.
    """

    def __init__(self, table: Table) -> None:
        self._add: Statement[Any] = Statement(lambda insert: insert(table).values(_row(table)).on_conflict_do_nothing())
        rules = tuple(unique_rules(table))
        self._words = tuple(rule.word for rule in rules)
        self._names = {column.key for rule in rules for column in rule.columns}
        broken = [exists().where(rule.broken).select_from(table) for rule in rules]
        self._broken = Statement(select(*(each.label(f"rule_{place}") for place, each in enumerate(broken))))

    def run(self, connection: Connection, /, **values: Any) -> None:
        """
        Add the row.

        Raises:
            Taken: it breaks a rule of uniqueness.
            Clash: what stands in the way comes and goes.
        """
        asked = {name: values[name] for name in self._names}
        for _ in range(TRIES):
            if self._add.run(connection, **values):
                return
            for word, broken in zip(self._words, self._broken.row(connection, **asked) or (), strict=True):
                if broken:
                    raise Taken(word)
            # What stood in the way was removed before we could ask what it was: now there is room.
        raise Clash


def _row(table: Table) -> dict[str, ColumnElement[Any]]:
    return {column.key: _given(column) for column in table.columns}


def _key(table: Table) -> ColumnElement[bool]:
    return and_(*(column == _given(column) for column in table.primary_key.columns))


def _given(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return bindparam(column.key, type_=column.type)


def sweeping(table: Table, old: Callable[[Any], ColumnElement[bool]]) -> Statement[tuple[Any, ...]]:
    """Return the statement that removes at most `limit` rows that are *old* as of `before`."""
    before = bindparam("before", type_=Instant)
    some = select(*table.primary_key.columns).where(old(before)).limit(bindparam("limit", type_=Integer))
    return Statement(delete(table).where(tuple_(*table.primary_key.columns).in_(some)))
