"""What every line of a log should say of the work that it is about: the request's id, the job's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_context: Final[ContextVar[Mapping[str, str]]] = ContextVar("hexflows_context", default=_NOTHING)


def context() -> Mapping[str, str]:
    """Return what is known of the work at hand, such as ``request`` or ``job``."""
    return _context.get()


@contextmanager
def about(**names: str) -> Iterator[None]:
    """Add to what is known of the work at hand, until the block is left."""
    token = _context.set({**_context.get(), **names})
    try:
        yield
    finally:
        _context.reset(token)
