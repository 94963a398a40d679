"""What all commands share: refusals in a line, exit codes by kind, JSON on request, and pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any, Final, TypeVar

import click

from ...core.rules import refusals
from ...core.rules.pages import MOST, Page
from ...core.rules.refusals import Refusal, Unavailable
from ..wire.answers import answer

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

#: What a program that called us learns from the exit code. 1 is a fault, or a part that failed; 2 a wrong option.
EXIT: Final = MappingProxyType(
    {
        refusals.Invalid: 10,
        refusals.Unauthenticated: 11,
        refusals.Forbidden: 12,
        refusals.NotFound: 13,
        refusals.Conflict: 14,
        refusals.Gone: 15,
        refusals.TooMany: 16,
        refusals.Upstream: 17,
        refusals.Unavailable: 18,
    }
)

_JSON: Final = "hexflows.json"


class Cli(click.Group):
    """A group that tells a refusal in a line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            tell(ctx, refusal)


class Command(click.Command):
    """A command without a group that tells a refusal likewise."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            tell(ctx, refusal)


def tell(ctx: click.Context, refusal: Refusal) -> None:
    """Tell the refusal, as JSON where that was asked for, and end with the exit code of its kind."""
    if ctx.meta.get(_JSON):
        write(told(refusal))
    elif len(refusal.problems) > 1:
        click.echo(f"{refusal.code}:", err=True)
        for each in refusal.problems:
            click.echo(f"  {each.field}: {each.message}", err=True)
    else:
        # Who sits at the command line runs the place, and may know what it was that could not be reached.
        why = f" ({refusal.__cause__})" if isinstance(refusal, Unavailable) and refusal.__cause__ else ""
        click.echo(f"{refusal.code}: {refusal}{why}", err=True)
    ctx.exit(EXIT[refusal.kind])


def told(refusal: Refusal) -> dict[str, Any]:
    """Return the refusal as a JSON writer takes it."""
    return {
        "code": refusal.code,
        "kind": refusal.kind.__name__,
        "message": str(refusal),
        "errors": [{"field": each.field, "message": each.message, "code": each.code} for each in refusal.problems],
        "retry_after": refusal.retry_after,
    }


def _remember(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click calls it so
    if value:
        always_json(ctx)


def always_json(ctx: click.Context) -> None:
    """Have everything told as JSON from now on."""
    ctx.meta[_JSON] = True


#: Eager, so that a refusal of another option is told as JSON too.
as_json: Final = click.option(
    "--json", is_flag=True, is_eager=True, expose_value=False, callback=_remember, help="Print JSON."
)


def show(value: Any, text: str) -> None:
    """Print the answer: as *text*, or as JSON where that was asked for."""
    if click.get_current_context().meta.get(_JSON):
        write(answer(value))
    else:
        click.echo(text)


def write(message: Any) -> None:
    """Print a message as JSON."""
    click.echo(json.dumps(message, ensure_ascii=False, indent=2))


def paged(command: F) -> F:
    """Give a command the options that pages take."""
    for option in (
        click.option("--all", "everything", is_flag=True, help="Print every page."),
        click.option("--cursor", help="Go on where the page before ended."),
        click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="Items in a page."),
    ):
        command = option(command)
    return command


def show_pages(
    fetch: Callable[[int, str | None], Page[T]],
    line: Callable[[T], str],
    *,
    limit: int,
    cursor: str | None,
    everything: bool,
) -> None:
    """Print one page or all of them. None is kept in memory longer than it takes to print it."""
    if click.get_current_context().meta.get(_JSON):
        _write_pages(_fetched(fetch, limit, cursor, everything=everything))
        return
    for page in _fetched(fetch, limit, cursor, everything=everything):
        for item in page.items:
            click.echo(line(item))
        if page.next and not everything:
            click.echo(f"there are more: --cursor {page.next}", err=True)


def _fetched(
    fetch: Callable[[int, str | None], Page[T]], limit: int, cursor: str | None, *, everything: bool
) -> Iterator[Page[T]]:
    while True:
        page = fetch(limit, cursor)
        yield page
        cursor = page.next
        if not (everything and cursor):
            return


def _write_pages(pages: Iterator[Page[Any]]) -> None:
    """Print one object, item by item."""
    # The first page is fetched before anything is printed: a refusal is then all there is on standard output.
    page = next(pages)
    click.echo('{"items": [', nl=False)
    between = "\n"
    while True:
        for item in page.items:
            click.echo(between + json.dumps(answer(item), ensure_ascii=False), nl=False)
            between = ",\n"
        following = next(pages, None)
        if following is None:
            break
        page = following
    click.echo(f'\n], "next": {json.dumps(page.next)}}}')
