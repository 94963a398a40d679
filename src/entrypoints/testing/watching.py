"""Standing between a flow and its ports: whatever is called is told first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

T = TypeVar("T")
P = TypeVar("P")

#: Is given the name of what is called, such as ``users.hold``, its positional arguments and the call itself.
Around: TypeAlias = Callable[[str, tuple[Any, ...], Callable[[], Any]], Any]


class Watched:
    """
    A port, or a view of several, whose calls are told.

    It answers to every name that the port does: there is no other way to stand in for ports not written yet.
    """

    def __init__(self, port: object, name: str, around: Around) -> None:
        self._port = port
        self._name = name
        self._around = around

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        path = f"{self._name}.{name}" if self._name else name
        return Watched(value, path, self._around) if callable(value) or not self._name else value

    def __call__(self, *args: Any, **known: Any) -> Any:
        call = cast("Callable[..., Any]", self._port)
        return self._around(self._name, args, lambda: call(*args, **known))


def watched(port: P, name: str, around: Around) -> P:
    """Return *port*, an object or a function, with every call told as ``name.method`` or ``name``."""
    return cast("P", Watched(port, name, around))


def watched_view(view: T, around: Around) -> T:
    """Return a transaction's view with every call of its members told as ``member.method``."""
    return cast("T", Watched(view, "", around))
