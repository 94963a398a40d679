"""`hexflows users`: look after who has an account."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import click

from ...core.flows.accounts.create_user import CreateUser
from ...core.flows.accounts.disable_user import DisableUser, EnableUser
from ...core.flows.accounts.erase_user import EraseUser
from ...core.flows.accounts.export_user import Export, ExportUser
from ...core.flows.accounts.grant_role import GrantRole
from ...core.flows.accounts.list_users import ListUsers, ShowUser
from ...core.rules.accounts.users import Profile
from ...core.rules.asking import SYSTEM, Role
from ...core.rules.ids import UserId
from ...core.rules.pages import Page
from ...ports.flow import Flow
from ..wire.answers import answer
from ..wire.commands import command
from .frame import Cli, as_json, paged, show, show_pages, write
from .importing import Importing, Progress


class Finding(Protocol):
    """The flow by which a user is found."""

    @property
    def show_user(self) -> Flow[ShowUser, Profile]: ...


class UserFlows(Finding, Protocol):
    """The flows that operators look after users with."""

    @property
    def create_user(self) -> Flow[CreateUser, Profile]: ...
    @property
    def list_users(self) -> Flow[ListUsers, Page[Profile]]: ...
    @property
    def disable_user(self) -> Flow[DisableUser, Profile]: ...
    @property
    def enable_user(self) -> Flow[EnableUser, Profile]: ...
    @property
    def grant_role(self) -> Flow[GrantRole, Profile]: ...
    @property
    def export_user(self) -> Flow[ExportUser, Export]: ...
    @property
    def erase_user(self) -> Flow[EraseUser, Profile]: ...


def find(flows: Finding, who: str) -> Profile:
    """
    Return the user whose id or e-mail address *who* is.

    Raises:
        Missing: there is no such user.
        InvalidEmail: it is neither.
    """
    try:
        wanted = ShowUser(user=UserId(UUID(who)), asker=SYSTEM)
    except ValueError:
        wanted = command(ShowUser, {"email": who}, user=None, asker=SYSTEM)
    return flows.show_user(wanted)


def line(user: Profile) -> str:
    """Return a user as a line of a table."""
    state = "" if user.is_active else " disabled"
    unverified = "" if user.is_verified else " unverified"
    return f"{user.id}  {user.role:<8}  {user.email}{f' ({user.username})' if user.username else ''}{state}{unverified}"


def _password(*, from_stdin: bool, none: bool) -> str | None:
    """Return the password; never from an argument, which every process on the machine can read."""
    if none:
        return None
    if from_stdin:
        return sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def commands(*, accounts: Callable[[], UserFlows]) -> click.Group:
    """Return the group, which asks for the flows only when one of its commands runs."""

    @click.group("users", cls=Cli)
    def users() -> None:
        """Look after who has an account. USER is an id or an e-mail address."""

    _add_making(users, accounts)
    _add_seeing(users, accounts)
    _add_changing(users, accounts)
    return users


def _add_making(users: click.Group, accounts: Callable[[], UserFlows]) -> None:
    @users.command("create")
    @click.option("--email", required=True)
    @click.option("--role", type=click.Choice(list(map(str, Role))), default=str(Role.CUSTOMER), show_default=True)
    @click.option("--username")
    @click.option(
        "--verified/--unverified", default=True, help="Whether you vouch for the address.  [default: verified]"
    )
    @click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
    @click.option("--no-password", is_flag=True, help="Let them choose one by a mailed reset.")
    @as_json
    def create(*, password_stdin: bool, no_password: bool, **given: Any) -> None:
        """Open an account."""
        given["password"] = _password(from_stdin=password_stdin, none=no_password)
        message = {name: value for name, value in given.items() if value is not None}
        user = accounts().create_user(command(CreateUser, message, asker=SYSTEM))
        show(user, f"created {line(user)}")

    @users.command("import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @as_json
    def import_(file: Path) -> None:
        """
        Open an account for each row of FILE.

        FILE has a header with the columns email and, if you like, username, role, verified and password. A row whose
        account is there already, with the same data, changes nothing, so that a file may be imported twice.
        """
        flows = accounts()
        progress = Progress()
        imported = Importing(flows.create_user, flows.show_user, progress).run(file)
        progress.end()
        text = f"{imported.created} created, {imported.already_there} already there, {len(imported.failed)} failed"
        show(imported, text)
        if imported.failed:
            click.get_current_context().exit(1)


def _add_seeing(users: click.Group, accounts: Callable[[], UserFlows]) -> None:
    @users.command("list")
    @paged
    @as_json
    def list_(limit: int, cursor: str | None, *, everything: bool) -> None:
        """List users, oldest first."""
        flows = accounts()
        show_pages(
            lambda limit, cursor: flows.list_users(ListUsers(limit, cursor, asker=SYSTEM)),
            line,
            limit=limit,
            cursor=cursor,
            everything=everything,
        )

    @users.command("show")
    @click.argument("user")
    @as_json
    def show_(user: str) -> None:
        """Show one user."""
        found = find(accounts(), user)
        show(found, line(found))

    @users.command("export")
    @click.argument("user")
    @as_json
    def export(user: str) -> None:
        """Print everything that is stored about a user, as JSON."""
        flows = accounts()
        write(answer(flows.export_user(ExportUser(find(flows, user).id, asker=SYSTEM))))


def _add_changing(users: click.Group, accounts: Callable[[], UserFlows]) -> None:
    @users.command("disable")
    @click.argument("user")
    @as_json
    def disable(user: str) -> None:
        """Lock a user out and end their sessions."""
        flows = accounts()
        changed = flows.disable_user(DisableUser(find(flows, user).id, asker=SYSTEM))
        show(changed, line(changed))

    @users.command("enable")
    @click.argument("user")
    @as_json
    def enable(user: str) -> None:
        """Let a user in again."""
        flows = accounts()
        changed = flows.enable_user(EnableUser(find(flows, user).id, asker=SYSTEM))
        show(changed, line(changed))

    @users.command("grant")
    @click.argument("user")
    @click.argument("role", type=click.Choice(list(map(str, Role))))
    @as_json
    def grant(user: str, role: str) -> None:
        """Give a user another role; their sessions end."""
        flows = accounts()
        changed = flows.grant_role(GrantRole(find(flows, user).id, Role(role), asker=SYSTEM))
        show(changed, line(changed))

    @users.command("erase")
    @click.argument("user")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @as_json
    def erase(user: str, *, yes: bool) -> None:
        """Forget a user for ever. What the books need stays, without their name."""
        flows = accounts()
        found = find(flows, user)
        if not yes:
            click.confirm(f"Forget {found.email} for ever?", abort=True, err=True)
        erased = flows.erase_user(EraseUser(found.id, asker=SYSTEM))
        show(erased, f"forgotten; what stays is {erased.id}")
