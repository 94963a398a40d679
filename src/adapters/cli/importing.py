"""Accounts out of a table of comma-separated values, row by row, as often as one likes."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
from attrs import define, field, frozen

from ...core.flows.accounts.create_user import CreateUser
from ...core.flows.accounts.list_users import ShowUser
from ...core.rules.accounts.users import EmailExists, Profile, UsernameTaken
from ...core.rules.asking import SYSTEM
from ...core.rules.refusals import Malformed, Missing, Problem, Refusal, TooMany, Unavailable, Upstream
from ...ports.flow import Flow
from ..wire.commands import command

COLUMNS: Final = ("email", "username", "role", "verified", "password")
TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@frozen
class BadRow:
    """A row that no account came of, and why."""

    line: int
    code: str
    message: str


@define
class Imported:
    """What came of a file."""

    created: int = 0
    already_there: int = 0
    failed: list[BadRow] = field(factory=list)


def _watched() -> bool:
    return sys.stderr.isatty()


@define
class Progress:
    """How far we are, for somebody who watches; for nobody else."""

    watched: bool = field(factory=_watched)
    _shown: bool = field(default=False, init=False)

    def tell(self, line: int, imported: Imported) -> None:
        """Show how far we are, in place of how far we were."""
        if self.watched:
            failed = f", {len(imported.failed)} failed" if imported.failed else ""
            click.echo(f"\r\033[Kline {line}: {imported.created} created{failed}", nl=False, err=True)
            self._shown = True

    def say(self, row: BadRow) -> None:
        """Say what is wrong with a row."""
        self.end()
        click.echo(f"line {row.line}: {row.code}: {row.message}", err=True)

    def end(self) -> None:
        """Leave the line that was shown."""
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)
            self._shown = False


@frozen
class Importing:
    """Opens accounts. One after the other: which of two rows with one address wins must not be a matter of luck."""

    create: Flow[CreateUser, Profile]
    show: Flow[ShowUser, Profile]
    progress: Progress

    def run(self, path: Path) -> Imported:
        """
        Open an account for each row of the file.

        Raises:
            Malformed: the file is no such table. What came before the fault is done, and will be there already.
            Unavailable: the storage does not answer; likewise.
        """
        imported = Imported()
        for line, row in rows(path):
            try:
                self._row(row, imported)
            except (Unavailable, Upstream, TooMany):
                raise
            except Refusal as refusal:
                bad = BadRow(line, refusal.code, str(refusal))
                imported.failed.append(bad)
                self.progress.say(bad)
            self.progress.tell(line, imported)
        return imported

    def _row(self, row: Mapping[str | None, Any], imported: Imported) -> None:
        message = read(row)
        wanted = command(CreateUser, message, asker=SYSTEM)
        try:
            self.create(wanted)
        except (EmailExists, UsernameTaken) as refusal:
            self._compare(wanted, refusal)
            imported.already_there += 1
        else:
            imported.created += 1

    def _compare(self, wanted: CreateUser, refusal: Refusal) -> None:
        """Let pass what is as the row has it. A password is not compared: its owner may have changed it since."""
        try:
            there = self.show(ShowUser(email=wanted.email, asker=SYSTEM))
        except Missing:
            raise refusal from None
        name = wanted.username.given if wanted.username else there.username
        if there.role != wanted.role or there.username != name or there.is_verified < wanted.verified:
            raise refusal


def rows(path: Path) -> Iterator[tuple[int, Mapping[str | None, Any]]]:
    """
    Yield the rows of the file, each with the line that it ends in.

    Raises:
        Malformed: it is not UTF-8, no table, or has other columns.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file, strict=True)
        try:
            _check(table.fieldnames or ())
            for row in table:
                yield table.line_num, row
        except UnicodeDecodeError:
            raise Malformed((Problem(f"line {table.line_num + 1}", "is not UTF-8"),)) from None
        except csv.Error as error:
            raise Malformed((Problem(f"line {table.line_num}", str(error)),)) from None


def read(row: Mapping[str | None, Any]) -> dict[str, Any]:
    """
    Return the row as a message: cells that are empty are left out.

    Raises:
        Malformed: it has other cells than the header says, or says neither yes nor no.
    """
    if None in row or None in row.values():
        raise Malformed((Problem("", "must have as many cells as the header"),))
    message: dict[str, Any] = {str(name): cell.strip() for name, cell in row.items() if cell.strip()}
    if "password" in message:
        # Spaces in it are its owner's.
        message["password"] = row["password"]
    if "verified" in message:
        verified = TRUTH.get(message["verified"].casefold())
        if verified is None:
            raise Malformed((Problem("verified", "must be true or false"),))
        message["verified"] = verified
    return message


def _check(names: Any) -> None:
    problems = [Problem(name, "is no column; there are " + ", ".join(COLUMNS)) for name in names if name not in COLUMNS]
    if "email" not in names:
        problems.append(Problem("email", "is a column that must be there"))
    if len(set(names)) < len(names):
        problems.append(Problem("header", "must not name a column twice"))
    if problems:
        raise Malformed(tuple(problems))
