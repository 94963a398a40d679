"""Give a flow its ports, so that what is left is a function of its command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

from ..core.rules.refusals import Unavailable
from ..ports.flow import Clash, Flow

C = TypeVar("C")
R = TypeVar("R")
P = ParamSpec("P")

#: How often a transaction that lost to another is run in all.
TRIES: Final = 3


class Contended(Unavailable):
    """Others were in the way, again and again. Nothing has changed."""

    def __str__(self) -> str:
        return "Too much is going on at once; try again in a moment"

    @property
    def retry_after(self) -> int:
        return 1


def bind(flow: Callable[Concatenate[C, P], R], /, *_: P.args, **ports: P.kwargs) -> Flow[C, R]:
    """
    Return *flow* with its ports bound.

    It is `functools.partial`, except that a type checker sees a port that was forgotten, is of the wrong kind, or
    belongs to another flow; and that a flow whose transaction lost to another is run again. Every flow may safely
    run twice, so one that has several transactions may too.
    """

    def bound(command: C) -> R:
        for _try in range(TRIES - 1):
            try:
                return flow(command, *_, **ports)
            except Clash:
                continue
        try:
            return flow(command, *_, **ports)
        except Clash:
            raise Contended from None

    return bound
