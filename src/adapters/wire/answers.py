"""Answers into messages: what a JSON writer takes, with every value in its one spelling on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from enum import Enum, IntEnum, StrEnum
from operator import attrgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

from attrs import field, frozen
from cattrs import Converter

from ...core.rules.accounts.emails import Email
from ...core.rules.accounts.users import Username
from ...core.rules.secrecy import Password, Secret
from .commands import unchanged
from .shapes import is_object, shapes_of

#: Makes what stands on the wire of a value.
ToWire: TypeAlias = Callable[[Any], Any]

#: Whether an answer was given before is for the door to know; it shows it in its own way, outside the answer.
UNTOLD: Final = "replayed"


def utc(moment: datetime) -> str:
    """Return a moment as RFC 3339 has it, in UTC."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def unspeakable(password: Password) -> str:
    """Return the mask: no answer tells a password."""
    return str(password)


#: What stands on the wire of the types that are a text there. Tokens are in clear: they are told to who may hold them.
TOLD: Final[Mapping[type[Any], ToWire]] = {
    Email: attrgetter("given"),
    Password: unspeakable,
    Secret: attrgetter("text"),
    Username: attrgetter("given"),
}


@frozen(eq=False)
class Teller:
    """Makes messages of answers. It keeps what it learns about a class, so make one and share it."""

    #: Turns the name of a field into what messages call it.
    rename: Callable[[str], str] = unchanged
    #: How the types that are no JSON, and no object either, are told.
    told: Mapping[type[Any], ToWire] = field(factory=lambda: TOLD)
    #: Classes that are told as nothing at all.
    hidden: Callable[[Any], bool] = field(default=lambda _: False)
    _converter: Converter = field(
        init=False, factory=lambda: Converter(unstruct_collection_overrides={Sequence: list, AbstractSet: list})
    )

    def __attrs_post_init__(self) -> None:
        converter = self._converter
        converter.register_unstructure_hook_factory(is_object, self._object)
        # The mixed enums are named, or they would be taken for what they are mixed with.
        for kind in (Enum, IntEnum, StrEnum):
            converter.register_unstructure_hook(kind, attrgetter("value"))
        converter.register_unstructure_hook(UUID, str)
        converter.register_unstructure_hook(date, date.isoformat)
        converter.register_unstructure_hook(datetime, utc)
        for told, tell in self.told.items():
            converter.register_unstructure_hook(told, tell)

    def __call__(self, value: Any) -> Any:
        """Return *value* as a JSON writer takes it."""
        return self._converter.unstructure(value)

    def _object(self, kind: Any) -> ToWire:
        if self.hidden(kind):
            return lambda _: None
        parts = [
            (self.rename(each.name), attrgetter(each.name), self._converter.get_unstructure_hook(each.type))
            for each in shapes_of(kind)
            if each.name != UNTOLD
        ]
        return lambda value: {key: tell(get(value)) for key, get, tell in parts}


#: What doors tell.
answer: Final = Teller()
