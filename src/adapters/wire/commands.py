"""
Commands out of messages: what every door shares.

A message is what a JSON parser returns. It is read field by field, strictly ("5" is
not 5, true is not 1), so that whoever sent it is told everything that is wrong with it
at once, by dotted paths in their own words.

The theory is small. A hook reads one value of one type and says what is wrong with it
by a `ValueError` or an `Unfit`. A hook for something with parts reads every part, puts
the part's name before whatever was wrong in it, and passes all of that on as one
`Wrong`. Where nothing is wrong, no path is ever made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar, get_args, get_origin

from attrs import field, frozen
from cattrs import Converter

from ...core.rules.accounts.passwords import PasswordPolicy, strong_enough
from ...core.rules.refusals import Unfit
from ...core.rules.secrecy import NewPassword, Password
from .faults import Fault, Wrong, faults_of, refusal_of
from .shapes import Shape, is_object, shapes_of
from .texts import SIMPLE, TEXTS, FromText, text

C = TypeVar("C")

#: Reads a value as a type.
Hook: TypeAlias = Callable[[Any, Any], Any]

_MISSING: Final = object()
_NAMED: Final = re.compile(r"^(Length of )?'\w+' ")
_MANY: Final = (list, tuple, frozenset, Sequence, AbstractSet)


class Part(NamedTuple):
    """A field of a class, and how it is read. A tuple, since taking it apart is most of what reading costs."""

    #: What messages call it, and what it is called when an object is made.
    key: str
    argument: str
    hook: Hook
    type: Any
    required: bool
    shape: Shape


def unchanged(name: str) -> str:
    """Return the name as it is: most clients write their fields as we do."""
    return name


def camel(name: str) -> str:
    """Return the name as JavaScript writes it: ``create_account`` is ``createAccount``."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


@frozen(eq=False)
class Reader:
    """Reads messages as commands. It keeps what it learns about a class, so make one and share it."""

    #: Whether a key that no field has is refused. Workers and webhooks pass over it: old ones then read new messages.
    strict: bool = True
    #: Turns the name of a field into what messages call it.
    rename: Callable[[str], str] = unchanged
    #: What a password that is being chosen must meet.
    policy: PasswordPolicy | None = None
    #: The types that are a text on the wire.
    texts: Mapping[type[Any], FromText] = field(factory=lambda: TEXTS)
    _converter: Converter = field(init=False, factory=lambda: Converter(detailed_validation=False))
    _plans: dict[Any, tuple[Part, ...]] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        converter = self._converter
        converter.register_structure_hook_factory(is_object, self._object)
        converter.register_structure_hook_factory(lambda kind: _origin(kind) in _MANY, self._many)
        converter.register_structure_hook_factory(_is_mapping, self._mapping)
        converter.register_structure_hook_func(lambda kind: _origin(kind) is Literal, _literal)
        converter.register_structure_hook_func(lambda kind: kind == NewPassword, self._new_password)
        for simple, hook in SIMPLE.items():
            converter.register_structure_hook(simple, hook)
        for kind, read in self.texts.items():
            converter.register_structure_hook(kind, _from_text(read))

    def __call__(self, cls: type[C], message: object, /, **known: object) -> C:
        """
        Return *message* as a command.

        What we know ourselves (who asks, the ids in the path) is given as *known* and never read from the message.

        Raises:
            Malformed: with all that is wrong; a single fault with a name of its own is refused by that name.
        """
        try:
            return self._read(cls, message, known)  # type: ignore[no-any-return]
        except (Wrong, ValueError) as error:
            raise refusal_of(error) from None

    def _read(self, kind: Any, message: Any, known: Mapping[str, object]) -> Any:
        if not isinstance(message, (dict, Mapping)):
            raise ValueError("must be an object")  # noqa: TRY004 - told with whatever else is wrong
        parts = self._plan(kind)
        if known:
            parts = tuple(part for part in parts if part.shape.name not in known)
        values: dict[str, Any] = dict(known)
        faults: list[Fault] = []
        found = 0
        for key, argument, hook, type_, required, _ in parts:
            value = message.get(key, _MISSING)
            if value is _MISSING:
                if required:
                    faults.append(Fault(key, "is required"))
                continue
            found += 1
            try:
                values[argument] = hook(value, type_)
            except (Wrong, Unfit, ValueError) as error:
                faults += faults_of(error, key)

        if self.strict and found != len(message):
            readable = {part.key for part in parts}
            faults += (Fault(str(key), "is not a known field") for key in message if key not in readable)
        return _made(_origin(kind), values, parts, faults)

    def _plan(self, kind: Any) -> tuple[Part, ...]:
        plan = self._plans.get(kind)
        if plan is None:
            hook = self._converter.get_structure_hook
            plan = tuple(
                Part(self.rename(each.name), each.argument, hook(each.type), each.type, each.required, each)
                for each in shapes_of(kind)
            )
            self._plans[kind] = plan
        return plan

    def _object(self, kind: Any) -> Hook:
        return lambda value, _: self._read(kind, value, {})

    def _many(self, kind: Any) -> Hook:
        made = tuple if get_origin(kind) in (tuple, Sequence) else list if get_origin(kind) is list else frozenset
        item = get_args(kind)[0]
        hook = self._converter.get_structure_hook(item)

        def read(value: Any, _: Any) -> Any:
            if not isinstance(value, list | tuple):
                raise ValueError("must be a list")  # noqa: TRY004 - as above
            return made(_each(((str(at), each) for at, each in enumerate(value)), hook, item).values())

        return read

    def _mapping(self, kind: Any) -> Hook:
        item = (get_args(kind) or (str, Any))[1]
        hook = self._converter.get_structure_hook(item)

        def read(value: Any, _: Any) -> dict[str, Any]:
            if not isinstance(value, Mapping):
                raise ValueError("must be an object")  # noqa: TRY004 - as above
            return _each(value.items(), hook, item)

        return read

    def _new_password(self, value: Any, _: Any) -> Password:
        password: Password = self._converter.structure(value, Password)
        if self.policy:
            strong_enough(self.policy, password)
        return password


def _made(cls: Any, values: dict[str, Any], parts: Sequence[Part], faults: list[Fault]) -> Any:
    """Return the object that *values* make; the class's own checks are asked too when something is wrong already."""
    if not faults:
        try:
            return cls(**values)
        except (Unfit, ValueError) as error:
            own = faults_of(error, "")
    else:
        own = []
    raise Wrong(faults + (_doubts(parts, values) or own))


def _doubts(parts: Sequence[Part], values: Mapping[str, Any]) -> list[Fault]:
    """Return what the fields' own checks say: all of them, where the class would stop at the first."""
    doubts: list[Fault] = []
    for part in parts:
        attribute = part.shape.attribute
        if attribute.validator and part.argument in values:
            try:
                attribute.validator(None, attribute, values[part.argument])
            except Unfit as unfit:
                doubts += faults_of(unfit, part.key)
            except ValueError as error:
                doubts.append(Fault(part.key, _plain(error)))
    return doubts


def _plain(error: ValueError) -> str:
    """Return what a check says without the name and the value, which it was told in Python's words."""
    said = str(error.args[0]).partition(": ")[0]
    return _NAMED.sub(lambda found: "length " if found[1] else "", said)


def _each(items: Any, hook: Hook, kind: Any) -> dict[str, Any]:
    """Return every item as read, or pass on what is wrong with any of them."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in items:
        try:
            values[text(name)] = hook(value, kind)
        except (Wrong, Unfit, ValueError) as error:
            faults += faults_of(error, str(name))
    if faults:
        raise Wrong(faults)
    return values


def _from_text(read: FromText) -> Hook:
    return lambda value, _: read(text(value))


def _literal(value: Any, kind: Any) -> Any:
    choices = get_args(kind)
    if any(value == each and type(value) is type(each) for each in choices):
        return value
    raise ValueError(f"must be one of: {', '.join(map(str, choices))}")


def _is_mapping(kind: Any) -> bool:
    return _origin(kind) in (dict, Mapping)


def _origin(kind: Any) -> Any:
    return get_origin(kind) or kind


#: The strict reader of doors that know no password policy.
command: Final = Reader()
