"""What an attrs class is made of, with every type resolved, those of generic classes too."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import attrs
from attrs import frozen

from ...core.rules.asking import Asker


@frozen
class Shape:
    """A field of a class, and the type that it has there."""

    attribute: attrs.Attribute[Any]
    type: Any

    @property
    def name(self) -> str:
        """What the field is called in Python."""
        return self.attribute.name

    @property
    def argument(self) -> str:
        """What it is called when an object is made."""
        return self.attribute.alias or self.attribute.name

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.attribute.default is attrs.NOTHING


@cache
def shapes_of(kind: Any) -> tuple[Shape, ...]:
    """Return the fields that a message may have for *kind*, an attrs class or one with its parameters given."""
    cls = get_origin(kind) or kind
    attrs.resolve_types(cls)
    given = dict(zip(getattr(cls, "__parameters__", ()), get_args(kind), strict=False))
    shapes = (Shape(each, _filled(each.type, given)) for each in attrs.fields(cls))
    # Who asks is put there by the door, and by nobody else.
    return tuple(each for each in shapes if each.type is not Asker)


def is_object(kind: Any) -> bool:
    """Say whether *kind* is an attrs class, or one with its parameters given."""
    return attrs.has(get_origin(kind) or kind)


def _filled(kind: Any, given: dict[Any, Any]) -> Any:
    """Return *kind* with its type variables filled in: ``tuple[T, ...]`` becomes ``tuple[Profile, ...]``."""
    if isinstance(kind, TypeVar):
        return given.get(kind, Any)
    if wanted := getattr(kind, "__parameters__", ()):
        return kind[tuple(given.get(each, Any) for each in wanted)]
    return kind
