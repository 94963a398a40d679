"""What a path serves, said once: Falcon routes by it, and the OpenAPI document is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from attrs import field, frozen
from falcon import Request, Response

from ...core.rules.refusals import Refusal


@frozen(kw_only=True)
class Operation:
    """What one method of a path takes, answers and refuses."""

    #: What it does, in one line.
    summary: str
    #: The class whose fields the body has; None if there is no body.
    command: type[Any] | None = None
    #: Fields of the command that the door fills itself: from the path, a header or a cookie.
    known: frozenset[str] = frozenset()
    #: Query parameters and their types; each is optional.
    query: Mapping[str, Any] = field(factory=dict)
    #: Whether an ``Idempotency-Key`` makes a repeat harmless.
    keyed: bool = False
    #: Types of the answers by status; None where there is no body.
    answers: Mapping[int, Any]
    #: Refusals to expect, beside those that any request may get.
    refusals: tuple[type[Refusal], ...] = ()
    #: Whether somebody must be signed in.
    secured: bool = False


@frozen
class Route:
    """A path in Falcon's notation, the resource that serves it, and its operations by method."""

    path: str
    resource: object
    #: None for what is no part of the API, such as pages.
    operations: Mapping[str, Operation] = field(factory=dict)


@runtime_checkable
class Shown(Protocol):
    """A resource that people look at."""

    def tell(self, req: Request, resp: Response, problem: Mapping[str, Any]) -> None:
        """Tell people what programs are told as *problem*."""
