"""Libraries that come with an extra: what to install when one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class MissingExtra(ModuleNotFoundError):
    """A library is not installed that a part of hexflows is made with."""


@contextmanager
def needs_all(extra: str) -> Iterator[None]:
    """
    Import in this block what is made with many libraries, those of *extra*.

    Raises:
        MissingExtra: one of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if isinstance(error, MissingExtra) or (error.name or "").partition(".")[0] == "hexflows":
            raise
        message = f"{error.name} is not installed; it comes with: pip install 'hexflows[{extra}]'"
        raise MissingExtra(message, name=error.name) from error


@contextmanager
def needs(library: str, *, extra: str) -> Iterator[None]:
    """
    Import *library* in this block, so that where it is missing the reader learns what to install.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        # Another name means that the library is there and broken: that is for its own message to say.
        if error.name != library:
            raise
        message = f"{library} is not installed; it comes with: pip install 'hexflows[{extra}]'"
        raise MissingExtra(message, name=library) from error
