"""
The flows that every product backend writes again, done once and done right.

    import hexflows

    with hexflows.open("hexflows-data") as app:
        app.call("accounts.register", email="ann@example.com", password="Correct-Horse-1")
        app.run_due()  # the verification mail is in hexflows-data/mail now
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .version import VERSION

if TYPE_CHECKING:
    import os

    from .entrypoints.library import App

__all__ = ["VERSION", "open"]


def open(  # noqa: A001 - read as hexflows.open
    data: str | os.PathLike[str] | None = None, *, memory: bool = False, **settings: object
) -> App:
    """Open an installation and return it; see `hexflows.entrypoints.library.open_app`."""
    # Not before it is called: whoever imports a rule alone has none of the libraries that this needs.
    from .adapters.extras import needs_all  # noqa: PLC0415

    with needs_all("server"):
        from .entrypoints.library import open_app  # noqa: PLC0415

    return open_app(data, memory=memory, **settings)
