"""The root of the commands: a table of what there is, and how each is made."""

# click calls the methods of a group with a context that ours do not need.
# ruff: noqa: ARG002

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from ..version import VERSION

if TYPE_CHECKING:
    from .flows import Flows
    from .wiring import Parts


def parts() -> Parts:
    """Return the parts as the environment's settings have them; they are closed when the command ends."""
    import os

    from .opening import open_parts
    from .settings import settings_from

    root = click.get_current_context().find_root()
    return root.with_resource(open_parts(settings_from(os.environ)))


def flows() -> Flows:
    """Return the flows, played by those parts."""
    from .wiring import assemble

    return assemble(parts())


def _users() -> click.Command:
    from ..adapters.cli.users import commands

    return commands(accounts=lambda: flows().accounts)


def _sessions() -> click.Command:
    from ..adapters.cli.sessions import commands

    return commands(accounts=lambda: flows().accounts)


def _jobs() -> click.Command:
    from ..adapters.cli.jobs import commands

    return commands(jobs=lambda: flows().jobs)


def _call() -> click.Command:
    from functools import cache

    from ..adapters.cli.call import commands
    from ..adapters.wire.commands import Reader
    from .catalog import bound, entries
    from .wiring import assemble

    opened = cache(parts)
    played = cache(lambda: assemble(opened()))
    return commands(
        accounts=lambda: played().accounts,
        known=lambda: {name: entry.command for name, entry in entries().items()},
        flow=lambda name: bound(played(), name),
        read=lambda: Reader(policy=opened().policy.password),
    )


def _process(name: str) -> Callable[[], click.Command]:
    def load() -> click.Command:
        from . import processes

        found: click.Command = getattr(processes, name)
        return found

    return load


#: Each command: what is told of it in a list, and what makes it.
TABLE: Final[Mapping[str, tuple[str, Callable[[], click.Command]]]] = {
    "serve": ("Serve every flow over HTTP, and do the jobs.", _process("serve")),
    "worker": ("Do the jobs, and nothing else.", _process("worker")),
    "migrate": ("Bring the database to this release.", _process("migrate")),
    "settings": ("Show the settings, and where each comes from.", _process("settings")),
    "users": ("Look after who has an account.", _users),
    "sessions": ("Look after who is signed in.", _sessions),
    "jobs": ("Look after work that is done later.", _jobs),
    "call": ("Call any flow, with JSON in and JSON out.", _call),
}


class Lazy(click.Group):
    """A group that makes a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order, which is the order in which people meet them."""
        return list(TABLE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Make the command."""
        return TABLE[cmd_name][1]() if cmd_name in TABLE else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Tell what the table says, so that none has to be made."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (says, _) in TABLE.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, message="%(prog)s %(version)s")
def root(**_: Any) -> None:
    """
    Accounts and all that every product needs again, done once.

    Settings are HEXFLOWS_* variables: `hexflows settings` shows them. Exit codes: 0 done, 1 a fault or a part that
    failed, 2 a wrong option, 10 to 18 a refusal: invalid, unauthenticated, forbidden, not found, conflict, gone, too
    many, upstream, unavailable.
    """
