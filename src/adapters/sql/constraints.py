"""
The rules that the database holds too, and the words that ports use for them.

A rule of uniqueness carries its word in its `info`; the primary key's is ``id``. A word is
what `Taken` says when the rule stands in the way. Other constraints are not expected to be
broken: when one is, that is a bug and stays loud.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    text,
)
from sqlalchemy.sql.elements import TextClause

#: Gives every constraint a name, so that migrations can speak of it and errors can be understood.
NAMES: Final = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}


def unique(*columns: str, taken: str) -> UniqueConstraint:
    """Return the rule that no two rows agree in the columns; *taken* is the word for it."""
    return UniqueConstraint(*columns, info={"taken": taken})


def unique_where(name: str, *columns: str, where: str, taken: str) -> Index:
    """Return the rule that no two rows of those *where* it holds agree in the columns."""
    condition = text(where)
    return Index(
        name,
        *columns,
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
        info={"taken": taken, "where": condition},
    )


class Rule(NamedTuple):
    """A rule of uniqueness, and the word for it."""

    word: str
    name: str
    columns: tuple[Column[object], ...]
    where: TextClause | None = None

    @property
    def broken(self) -> ColumnElement[bool]:
        """Say, of a new row's values, which rows stand in its way."""
        same = [column == bindparam(column.key, type_=column.type) for column in self.columns]
        return and_(*same) if self.where is None else and_(*same, self.where)

    @property
    def spelled(self) -> str:
        """How SQLite calls the rule, which it does by its columns."""
        return ", ".join(f"{column.table}.{column.name}" for column in self.columns)


def unique_rules(table: Table) -> Iterator[Rule]:
    """
    Yield the table's rules of uniqueness, the primary key first.

    Each needs a word: a row that was not added for want of room must be answered with one.
    """
    key = table.primary_key
    yield Rule(key.info.get("taken", "id"), str(key.name), tuple(key.columns))
    for rule in sorted(table.constraints, key=lambda each: str(each.name)):
        if isinstance(rule, UniqueConstraint):
            yield Rule(rule.info["taken"], str(rule.name), tuple(rule.columns))
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        if index.unique:
            yield Rule(index.info["taken"], str(index.name), tuple(index.columns), index.info["where"])


def words(table: Table) -> Mapping[str, str]:
    """Return the word for each of the table's rules, by every name that a database has for it."""
    rules = tuple(unique_rules(table))
    return {rule.spelled: rule.word for rule in rules} | {rule.name: rule.word for rule in rules}
