"""The commands that run processes or speak of how they are set up."""

from __future__ import annotations

import os
from typing import Any

import click

from ..adapters.cli.frame import Command, as_json, show
from .settings import settings_from, unknown


@click.command(cls=Command)
@click.option("--host", help="Address to listen at.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen at; 0 takes a free one.  [default: 8000]")
@click.option(
    "--data", type=click.Path(file_okay=False), help="Folder of the embedded default.  [default: hexflows-data]"
)
@click.pass_context
def serve(ctx: click.Context, /, **given: Any) -> None:
    """
    Serve every flow over HTTP, and do the jobs.

    Prints one line with the address as soon as it answers there. Ctrl-C ends it: running requests and jobs finish.
    """
    from .logs import configure
    from .serve import serve as serve_

    settings = settings_from(os.environ, **given)
    configure(settings)
    ctx.exit(serve_(settings, os.environ))


@click.command(cls=Command)
def worker() -> None:
    """Do the jobs, and nothing else. Any number of workers share one database and broker."""
    from .worker import main

    main()


@click.command(cls=Command)
@as_json
def migrate() -> None:
    """Bring the database to this release. Several at once are as good as one."""
    from .logs import configure
    from .storage import migrate as migrate_

    settings = settings_from(os.environ)
    configure(settings)
    migrate_(settings)
    show({"migrated": True}, "the database is of this release")


@click.command(cls=Command)
@as_json
def settings() -> None:
    """Show the settings, secrets masked, and where each comes from."""
    from .showing import shown

    for name in unknown(os.environ):
        click.echo(f"{name} is no setting of this release", err=True)
    table = shown(settings_from(os.environ))
    width = max(len(each.name) for each in table)
    lines = (
        f"{each.name:<{width}}  {each.value or '-'}  ({each.source})\n{'':<{width}}  {each.says}" for each in table
    )
    show(table, "\n".join(lines))
