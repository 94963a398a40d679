"""`hexflows call`: any flow there is, with JSON in and JSON out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Protocol
from uuid import UUID

import attrs
import click

from ...core.flows.accounts.act_for import ActFor
from ...core.rules.asking import GUEST, SYSTEM, Asker
from ...core.rules.ids import SessionId
from ...core.rules.refusals import Malformed, Missing, Problem
from ...ports.flow import Flow
from ..wire.answers import answer
from ..wire.commands import Reader
from .frame import Command, always_json, write
from .users import Finding, find


class Acting(Finding, Protocol):
    """The flows that it takes to act for somebody."""

    @property
    def act_for(self) -> Flow[ActFor, Asker]: ...


def commands(
    *,
    accounts: Callable[[], Acting],
    known: Callable[[], Mapping[str, type[Any]]],
    flow: Callable[[str], Flow[Any, Any]],
    read: Callable[[], Reader],
) -> click.Command:
    """
    Return the command.

    *known* tells the class of each flow's commands, *flow* returns the flow with a name, *read* what reads messages.
    """

    @click.command("call", cls=Command)
    @click.argument("name", metavar="FLOW", required=False)
    @click.option("--list", "listed", is_flag=True, help="List every flow, with the fields of its command.")
    @click.option(
        "--as", "user", metavar="USER", help="On behalf of this user, with their rights; an id or an address."
    )
    @click.option("--session", type=click.UUID, help="In this session of USER, which must live; needs --as.")
    @click.option("--guest", is_flag=True, help="As somebody who is not signed in.")
    @click.option("--json", is_flag=True, expose_value=False, help="As it always is.")
    @click.pass_context
    def call(
        ctx: click.Context, name: str | None, user: str | None, session: UUID | None, *, guest: bool, listed: bool
    ) -> None:
        """
        Call FLOW, such as accounts.show_user.

        Its command is read from standard input as JSON; its answer or refusal is printed as JSON. Without --as and
        --guest the system itself asks, which may do everything.
        """
        always_json(ctx)
        if user and guest:
            raise click.UsageError("--as and --guest are two different people.")
        if session and not user:
            raise click.UsageError("--session needs --as: a session is somebody's.")
        classes = known()
        if listed:
            click.echo("\n".join(f"{each}  {', '.join(fields(kind))}" for each, kind in classes.items()))
            return
        if name is None:
            raise click.UsageError("Which FLOW? `hexflows call --list` lists them.")
        if name not in classes:
            if near := get_close_matches(name, classes, 1):
                click.echo(f"do you mean {near[0]}?", err=True)
            raise Missing("flow")
        message = parse(sys.stdin.read())
        asker = GUEST if guest else on_behalf(accounts(), user, session) if user else SYSTEM
        given = flow(name)(read()(classes[name], message, asker=asker))
        if getattr(given, "replayed", False):
            click.echo("this is the answer of the first time", err=True)
        write(answer(given))

    return call


def fields(command: type[Any]) -> list[str]:
    """Return what a message may hold; what it need not is in brackets."""
    given = (each for each in attrs.fields(command) if each.name != "asker")
    return [each.name if each.default is attrs.NOTHING else f"[{each.name}]" for each in given]


def on_behalf(flows: Acting, who: str, session: UUID | None) -> Asker:
    """
    Return the system on behalf of the user, with the rights they have now; a guest, if they have none any more.

    Raises:
        Missing: there is no such user.
    """
    return flows.act_for(ActFor(find(flows, who).id, SessionId(session) if session else None, asker=SYSTEM))


def parse(text: str) -> Any:
    """
    Return the value that *text* is in JSON; an empty object for no text at all.

    Raises:
        Malformed: it is no JSON, or names a field twice, or a number that JSON does not have.
    """
    if not text.strip():
        return {}
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed((Problem("", f"must be JSON: {error}"),)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is there twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")
