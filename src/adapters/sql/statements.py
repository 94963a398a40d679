"""
Statements: built once, compiled once for each dialect, run on the driver's own connection.

SQLAlchemy says what is to be asked, in Core; at run time there is only the driver. A
statement that is built anew for each call costs ten times as much as one that is run so.
Values go in by the names of the construct's bind parameters and pass their column types'
processors; columns come out through theirs and are given, in order, to *into*.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from operator import itemgetter
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast, overload

import sqlalchemy
from attrs import frozen
from sqlalchemy import Executable, UpdateBase
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from ...ports.flow import Taken
from .connections import Connection, Cursor, Dialect
from .constraints import words

R = TypeVar("R")

#: A dialect's own `insert`, the one that knows `ON CONFLICT`.
Insert: TypeAlias = Callable[[sqlalchemy.Table], Any]

#: Builds a construct with the insert of the dialect that it is for.
Inserting: TypeAlias = Callable[[Insert], Executable]

Values: TypeAlias = dict[str, Any]
Process: TypeAlias = Callable[[Any], Any]

_INSERTS: Final[Mapping[str, Insert]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@frozen
class _Plan:
    """A statement as one dialect has it."""

    sql: str
    #: How many values are asked for; what is wrong with that many is found by name.
    size: int
    #: What the construct itself says, processed already.
    constants: Values
    processors: tuple[tuple[str, Process], ...]
    #: Puts processed values in the order of the placeholders.
    arranged: Callable[[Values], Any]
    read: Callable[[Any], Any]
    #: Where the text depends on the values, as for a list of any length: what makes it.
    expanding: SQLCompiler | None

    def prepare(self, values: Values) -> tuple[str, Any]:
        """Return the text and the parameters to run it with."""
        if len(values) != self.size:
            raise TypeError(f"{self.size} values wanted, given: {', '.join(values) or 'none'}; in {self.sql}")
        for name, process in self.processors:
            values[name] = process(values[name])
        if self.constants:
            values.update(self.constants)
        if self.expanding is not None:
            return _expand(self.expanding, values)
        return self.sql, self.arranged(values)


class Statement(Generic[R]):
    """One thing to ask of the database. Belongs at module level."""

    @overload
    def __init__(self: Statement[tuple[Any, ...]], construct: Executable | Inserting) -> None: ...

    @overload
    def __init__(self, construct: Executable | Inserting, into: Callable[..., R]) -> None: ...

    def __init__(self, construct: Executable | Inserting, into: Callable[..., Any] | None = None) -> None:
        self._construct = construct
        self._into = into
        self._plans: dict[str, _Plan] = {}
        if into is not None:
            _check(into, self._build("sqlite"))

    def run(self, connection: Connection, /, **values: Any) -> int:
        """Run it and return how many rows it changed."""
        return self._execute(connection, self._plan(connection), values).rowcount

    def row(self, connection: Connection, /, **values: Any) -> R | None:
        """Return the first row; None if there is none."""
        plan = self._plan(connection)
        row = self._execute(connection, plan, values).fetchone()
        return None if row is None else cast("R", plan.read(row))

    def rows(self, connection: Connection, /, **values: Any) -> tuple[R, ...]:
        """Return all rows."""
        plan = self._plan(connection)
        return tuple(map(plan.read, self._execute(connection, plan, values).fetchall()))

    def attempt(self, connection: Connection, /, **values: Any) -> int:
        """
        Run it as `run` does, though it may break a rule: the transaction then goes on as if it had not been run.

        Raises:
            Taken: what it would write breaks a rule of its table that has a word.
        """
        dialect, driver = connection.dialect, connection.driver
        plan = self._plan(connection)
        sql, parameters = plan.prepare(values)
        try:
            if dialect.fails_whole:
                driver.execute("SAVEPOINT attempt")
            changed = driver.execute(sql, parameters).rowcount
            if dialect.fails_whole:
                driver.execute("RELEASE attempt")
        except dialect.error as error:
            if (word := self._words.get(dialect.broken_rule(error) or "")) is not None:
                if dialect.fails_whole:
                    driver.execute("ROLLBACK TO attempt")
                raise Taken(word) from error
            _explain(connection, error)
            raise
        return changed

    def text(self, dialect: Dialect) -> str:
        """Return it as it is written for a dialect."""
        return (self._plans.get(dialect.name) or self._compile(dialect)).sql

    def _plan(self, connection: Connection) -> _Plan:
        dialect = connection.dialect
        return self._plans.get(dialect.name) or self._compile(dialect)

    def _execute(self, connection: Connection, plan: _Plan, values: Values) -> Cursor:
        sql, parameters = plan.prepare(values)
        try:
            return connection.driver.execute(sql, parameters)
        except connection.dialect.error as error:
            _explain(connection, error)
            raise

    def _build(self, dialect: str) -> Executable:
        return self._construct if isinstance(self._construct, Executable) else self._construct(_INSERTS[dialect])

    @cached_property
    def _words(self) -> Mapping[str, str]:
        construct = self._build("sqlite")
        if not isinstance(construct, UpdateBase):
            raise TypeError("only what writes can break a rule")
        return words(cast("Any", construct).table)

    def _compile(self, dialect: Dialect) -> _Plan:
        construct = self._build(dialect.name)
        compiled = cast("Any", construct).compile(dialect=dialect.sqlalchemy)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        expanding = compiled.post_compile_params
        processors = {
            name: process
            for name, bind in binds.items()
            # What is expanded is a list, whose members are processed when it is.
            if bind not in expanding and (process := _binder(bind.type, dialect))
        }
        constants = {
            name: processors.pop(name, _as_it_is)(bind.effective_value)
            for name, bind in binds.items()
            if not bind.required
        }
        readers = [_reader(column.type, dialect) for column in _columns(construct)]
        plan = _Plan(
            sql=compiled.string,
            size=len(binds) - len(constants),
            constants=constants,
            processors=tuple(processors.items()),
            arranged=_positional(compiled.positiontup) if compiled.positional else _as_it_is,
            read=_read(readers, self._into),
            expanding=compiled if expanding else None,
        )
        # Two threads may both have come here: their plans are equal.
        self._plans[dialect.name] = plan
        return plan


def _explain(connection: Connection, error: Exception) -> None:
    meaning = connection.dialect.meaning(connection.driver, error)
    if meaning is not None:
        raise meaning from error


def _check(into: Callable[..., Any], construct: Executable) -> None:
    """Object to columns that are not what *into* takes, in its order: the wrong one would be silently wrong."""
    parameters = inspect.signature(into).parameters.values()
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return
    wanted = [each.name for each in parameters]
    given = [column.key for column in _columns(construct)]
    if wanted[: len(given)] != given or any(each.default is each.empty for each in list(parameters)[len(given) :]):
        raise TypeError(f"{into} takes {', '.join(wanted)}, and would be given {', '.join(map(str, given))}")


def _columns(construct: Executable) -> list[sqlalchemy.ColumnElement[Any]]:
    return list(getattr(construct, "exported_columns", ()))


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return kind.dialect_impl(dialect.sqlalchemy).bind_processor(dialect.sqlalchemy)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    return kind.dialect_impl(dialect.sqlalchemy).result_processor(dialect.sqlalchemy, None)


def _as_it_is(value: Any) -> Any:
    return value


def _positional(names: Iterable[str]) -> Callable[[Values], tuple[Any, ...]]:
    match tuple(names):
        case ():
            return lambda _: ()
        case (name,):
            return lambda values: (values[name],)
        case several:
            return itemgetter(*several)


def _read(processors: Iterable[Process | None], into: Callable[..., Any] | None) -> Callable[[Any], Any]:
    needed = tuple((place, process) for place, process in enumerate(processors) if process is not None)
    if not needed:
        return tuple if into is None else lambda row: into(*row)

    def read(row: Iterable[Any]) -> Any:
        columns = list(row)
        for place, process in needed:
            columns[place] = process(columns[place])
        return tuple(columns) if into is None else into(*columns)

    return read


def _expand(compiled: SQLCompiler, values: Values) -> tuple[str, Any]:
    state = compiled.construct_expanded_state(values)
    parameters = dict(state.parameters)
    for name, process in state.processors.items():
        if name in parameters:
            parameters[name] = process(parameters[name])
    if state.positiontup is None:
        return state.statement, parameters
    return state.statement, tuple(parameters[name] for name in state.positiontup)
