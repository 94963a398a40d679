"""Libraries that come with an extra: what to install when one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class MissingExtra(ImportError):
    """A library is not installed that a part of hexflows is made with."""


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
