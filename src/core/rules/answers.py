"""Answers that many flows give."""

from __future__ import annotations

from attrs import frozen


@frozen
class Nothing:
    """It is done, and there is nothing to tell."""


@frozen
class Accepted:
    """It was understood; whatever comes of it comes by mail. The same for everybody."""

    message: str


@frozen
class Swept:
    """How many rows nobody needs any more were forgotten."""

    count: int


@frozen
class Sent:
    """Whether a letter was sent; one that has become pointless is not."""

    sent: bool
