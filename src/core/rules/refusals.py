"""
How the core says no.

A flow gives one answer, its return value, or refuses. The *kind* of a refusal
(the nine classes below) is what adapters translate; its *code* is what
machines match on; its text is what people read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import attrs
from attrs import define, frozen


@frozen
class Problem:
    """One thing that is wrong with a request."""

    #: The dotted path of the field in the caller's own words; empty for the whole.
    field: str
    message: str
    code: str = "VALIDATION_ERROR"


class Refusal(Exception):
    """Base of every no. Never raised itself: raise a subclass of a kind."""

    kind: ClassVar[type[Refusal]]
    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).upper()
        if Refusal in cls.__bases__:
            cls.kind = cls

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Which fields are at fault; empty when it is not about fields."""
        return ()

    @property
    def facts(self) -> Mapping[str, Any]:
        """What machines may want to know of it, by name: the public fields."""
        kind = type(self)
        return {each.name: getattr(self, each.name) for each in attrs.fields(kind)} if attrs.has(kind) else {}

    @property
    def retry_after(self) -> int | None:
        """Whole seconds after which asking again makes sense; None if unknown."""
        return None


class Invalid(Refusal):
    """It cannot be right, whoever asks and whenever."""


class Unauthenticated(Refusal):
    """We do not know who asks."""


class Forbidden(Refusal):
    """We know who asks, and they may not."""


class NotFound(Refusal):
    """There is no such thing, or none that the asker may know of."""


class Gone(Refusal):
    """There was such a thing."""


class Conflict(Refusal):
    """It is a fair request that the present state rules out."""


class TooMany(Refusal):
    """It would be fine a little later."""


class Upstream(Refusal):
    """Someone we rely on answered badly, or not at all."""


class Unavailable(Refusal):
    """We cannot do it at the moment. Nothing has changed."""


@define
class Malformed(Invalid):
    """Several fields are wrong, or one in a way that has no name of its own."""

    code = "VALIDATION_ERROR"

    wrong: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(f"{each.field}: {each.message}" if each.field else each.message for each in self.wrong)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.wrong

    @property
    def facts(self) -> Mapping[str, Any]:
        return {}


@define
class Unfit(Invalid):
    """Base of what is wrong with a single field and has a code of its own."""

    field: str
    message: str

    def __str__(self) -> str:
        return self.message

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (Problem(self.field, self.message, self.code),)

    @property
    def facts(self) -> Mapping[str, Any]:
        return {}


class OutcomeUnknown(Unavailable):
    """
    The connection was lost while the change was being kept.

    It was kept or it was not: ask again with the same key.
    """


class OutOfReach(Unavailable):
    """What we keep things in, or hand them to, cannot be reached or cannot work. Nothing has changed."""

    def __str__(self) -> str:
        return "A service that this needs cannot be reached"

    @property
    def retry_after(self) -> int:
        return 5


class Busy(TooMany):
    """Others were at it for as long as we may wait. Nothing has changed."""

    def __str__(self) -> str:
        return "Too many are at it at the moment"

    @property
    def retry_after(self) -> int:
        return 1


class NotSignedIn(Unauthenticated):
    """Nobody is signed in, or no longer."""

    def __str__(self) -> str:
        return "Sign in to do this"


class NotAllowed(Forbidden):
    """The asker's role does not allow it."""

    def __str__(self) -> str:
        return "You do not have permission to do that"


@define
class Missing(NotFound):
    """There is no such thing that the asker may know of."""

    code = "NOT_FOUND"

    what: str

    def __str__(self) -> str:
        return f"There is no such {self.what}"
