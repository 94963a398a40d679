"""The flows by name, read off the annotations of `Flows`: what doors that know no flow in particular go by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

import attrs
from attrs import frozen

from ..ports.flow import Flow
from .flows import Flows


@frozen
class Entry:
    """One flow: its name, such as ``accounts.sign_up``, the class of its command and the type of its answer."""

    name: str
    command: type[Any]
    answer: Any


@cache
def entries() -> Mapping[str, Entry]:
    """Return every flow there is by its name."""
    return {entry.name: entry for context in attrs.fields(Flows) for entry in _of(context.name)}


@cache
def names() -> Mapping[type[Any], str]:
    """Return the name of the flow for each class of commands."""
    return {entry.command: entry.name for entry in entries().values()}


def bound(flows: Flows, name: str) -> Flow[Any, Any]:
    """Return the flow with that name."""
    context, _, verb = name.partition(".")
    return getattr(getattr(flows, context), verb)  # type: ignore[no-any-return]


def _of(context: str) -> list[Entry]:
    flows = get_type_hints(Flows)[context]
    return [Entry(f"{context}.{verb}", *_signature(annotation)) for verb, annotation in get_type_hints(flows).items()]


def _signature(annotation: Any) -> tuple[type[Any], Any]:
    (command,), answer = get_args(annotation)
    return command, answer
