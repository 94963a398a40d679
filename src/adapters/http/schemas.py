"""
JSON Schemas (draft 2020-12, as OpenAPI 3.1 has them) of commands and answers, read off their attrs classes.

A class becomes a component and is referred to by its name. A command says what may be
sent, so what it does not name is refused; an answer says what will be told, all of it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin
from uuid import UUID

from attrs import field, frozen

from ...core.rules.accounts import passwords
from ...core.rules.accounts.emails import LONGEST as LONGEST_EMAIL
from ...core.rules.accounts.emails import Email
from ...core.rules.accounts.users import USERNAME, Username
from ...core.rules.secrecy import NewPassword, Password, Secret
from ..wire.answers import UNTOLD, answer
from ..wire.shapes import Shape, is_object, shapes_of
from ..wire.texts import LARGEST, LONGEST_PASSWORD, LONGEST_SECRET

Schema: TypeAlias = dict[str, Any]

#: The types that are told as one value. What is said here is what the readers of the wire hold to.
VALUES: Final[Mapping[Any, Schema]] = {
    Any: {},
    None: {"type": "null"},
    type(None): {"type": "null"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    float: {"type": "number"},
    int: {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST},
    object: {},
    str: {"type": "string"},
    Email: {"type": "string", "format": "email", "maxLength": LONGEST_EMAIL},
    NewPassword: {
        "type": "string",
        "format": "password",
        "writeOnly": True,
        "minLength": 8,
        "maxLength": passwords.LONGEST,
    },
    Password: {"type": "string", "format": "password", "writeOnly": True, "maxLength": LONGEST_PASSWORD},
    Secret: {"type": "string", "maxLength": LONGEST_SECRET},
    UUID: {"type": "string", "format": "uuid"},
    Username: {"type": "string", "minLength": 2, "maxLength": 50, "pattern": f"^{USERNAME.pattern}$"},
}

_MANY: Final = (list, tuple, frozenset, Sequence, AbstractSet)


@frozen
class Schemas:
    """Makes schemas, and collects the components that they refer to."""

    components: dict[str, Schema] = field(factory=dict)

    def command(self, kind: type[Any], known: AbstractSet[str] = frozenset()) -> Schema:
        """Return the schema of what may be sent as *kind*; fields that are *known* at the door are not."""
        return self._component(kind.__name__, lambda: self._sent(kind, known))

    def of(self, kind: Any) -> Schema:
        """Return the schema of what is told as *kind*."""
        return self._of(kind, self._told)

    def _of(self, kind: Any, of_object: Callable[[Any], Schema]) -> Schema:
        """Return the schema of *kind*, in which objects are as *of_object* has them."""
        while kind not in VALUES and (inner := _inner(kind)):
            kind = inner
        if kind in VALUES:
            return dict(VALUES[kind])
        if is_object(kind):
            return self._component(_name(kind), lambda: of_object(kind))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._component(kind.__name__, lambda: {"enum": [each.value for each in kind], **_about(kind)})
        return self._composed(kind, of_object)

    def _composed(self, kind: Any, of_object: Callable[[Any], Schema]) -> Schema:
        origin, given = get_origin(kind) or kind, get_args(kind)
        if origin is Literal:
            return {"enum": list(given)}
        if origin in {Union, types.UnionType}:
            return {"anyOf": [self._of(each, of_object) for each in given]}
        if origin in _MANY:
            return {"type": "array", "items": self._of(given[0], of_object)}
        if origin in {dict, Mapping}:
            return {"type": "object", "additionalProperties": self._of(given[1], of_object) if given else True}
        raise TypeError(f"{kind} has no schema")

    def _told(self, kind: Any) -> Schema:
        shapes = [shape for shape in shapes_of(kind) if shape.name != UNTOLD]
        return {
            "type": "object",
            "properties": {shape.name: self.of(shape.type) for shape in shapes},
            "required": [shape.name for shape in shapes],
            **_about(kind),
        }

    def _sent(self, kind: Any, known: AbstractSet[str] = frozenset()) -> Schema:
        shapes = [shape for shape in shapes_of(kind) if shape.name not in known]
        return {
            "type": "object",
            "properties": {shape.name: {**self._of(shape.type, self._sent), **_checks(shape)} for shape in shapes},
            "required": [shape.name for shape in shapes if shape.required],
            "additionalProperties": False,
            **_about(kind),
        }

    def _component(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self.components:
            # Its name is taken before it is made, so that a class may refer to itself.
            self.components[name] = {}
            self.components[name].update(make())
        return {"$ref": f"#/components/schemas/{name}"}


def parts_of(kind: Any, known: AbstractSet[str] = frozenset()) -> Iterator[Any]:
    """Yield the types of everything that may be sent as *kind*, those of parts of parts too."""
    given = [shape.type for shape in shapes_of(kind) if shape.name not in known]
    seen: list[Any] = []
    while given:
        part = given.pop()
        if part in seen:
            continue
        seen.append(part)
        yield part
        if part not in VALUES:
            given += get_args(part)
            given += [shape.type for shape in shapes_of(part)] if is_object(part) else []


def _inner(kind: Any) -> Any:
    """Return what a new type, or one with notes, is made of; None if it is neither."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else getattr(kind, "__supertype__", None)


def _name(kind: Any) -> str:
    """Return what a class is called in the document: ``Page[Profile]`` is ``PageOfProfile``."""
    origin = get_origin(kind)
    if origin is None:
        return kind.__name__  # type: ignore[no-any-return]
    return f"{origin.__name__}Of{'And'.join(_name(each) for each in get_args(kind))}"


def _about(kind: Any) -> Schema:
    """Return the first paragraph of what the class says of itself."""
    told = (get_origin(kind) or kind).__doc__ or ""
    first = " ".join(told.strip().partition("\n\n")[0].split())
    return {"description": first} if first else {}


def _checks(shape: Shape) -> Schema:
    """Return what the field's default and its own checks say."""
    said: Schema = {}
    for check in _flat(shape.attribute.validator):
        match type(check).__name__:
            case "_NumberValidator":
                said[_BOUNDS[check.compare_op]] = check.bound
            case "_MinLengthValidator":
                said["minItems" if get_origin(shape.type) in _MANY else "minLength"] = check.min_length
            case "_MaxLengthValidator":
                said["maxItems" if get_origin(shape.type) in _MANY else "maxLength"] = check.max_length
            case "_MatchesReValidator":
                said["pattern"] = f"^(?:{check.pattern.pattern})$"
    if not shape.required and isinstance(shape.attribute.default, str | int | float | Enum):
        said["default"] = answer(shape.attribute.default)
    return said


_BOUNDS: Final = {">=": "minimum", "<=": "maximum", ">": "exclusiveMinimum", "<": "exclusiveMaximum"}


def _flat(check: Any) -> list[Any]:
    inner = getattr(check, "_validators", None)
    return [each for one in inner for each in _flat(one)] if inner else [check]
