"""Commands out of messages: strictly, and everything that is wrong at once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import IntEnum
from typing import Any, Literal
from uuid import UUID

import pytest
from attrs import field, frozen
from attrs.validators import ge, le, min_len
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.wire.commands import Reader, camel, command
from hexflows.adapters.wire.faults import MOST
from hexflows.core.flows.accounts.list_users import ListUsers
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.sign_up import SignUp
from hexflows.core.rules.asking import GUEST, Asker, Role
from hexflows.core.rules.ids import UserId
from hexflows.core.rules.refusals import Invalid, Malformed, Refusal
from hexflows.core.rules.secrecy import Password, Secret

GOOD = {"email": "ann@example.com", "password": "Passw0rd!"}


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


@frozen
class Address:
    street: str = field(validator=min_len(1))
    post_code: str


@frozen
class Ship:
    to: Address
    order_id: UserId
    at: datetime
    on: date
    size: Size
    weight: float
    pieces: int = field(validator=[ge(1), le(9)])
    careful: bool
    how: Literal["air", "sea"]
    stops: tuple[Address, ...] = ()
    notes: list[str] = field(factory=list)
    words: frozenset[str] = frozenset()
    extra: dict[str, int] = field(factory=dict)
    anything: Any = None
    role: Role | None = None
    asker: Asker = GUEST


SHIP = {
    "to": {"street": "Main", "post_code": "1"},
    "order_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "at": "2026-01-31T12:00:00+01:00",
    "on": "2026-01-31",
    "size": 2,
    "weight": 1.5,
    "pieces": 3,
    "careful": True,
    "how": "sea",
    "stops": [{"street": "A", "post_code": "2"}],
    "notes": ["a", "b"],
    "words": ["x", "x"],
    "extra": {"k": 1},
    "anything": {"deep": [None]},
    "role": "admin",
}


def problems(cls, message, read=command, **known):
    with pytest.raises(Refusal) as refused:
        read(cls, message, **known)
    return {problem.field: problem.message for problem in refused.value.problems}


def test_every_type_is_read():
    assert command(Ship, SHIP) == Ship(
        to=Address("Main", "1"),
        order_id=UserId(UUID("01890a5d-ac96-774b-bcce-b302099a8057")),
        at=datetime(2026, 1, 31, 11, tzinfo=UTC),
        on=date(2026, 1, 31),
        size=Size.LARGE,
        weight=1.5,
        pieces=3,
        careful=True,
        how="sea",
        stops=(Address("A", "2"),),
        notes=["a", "b"],
        words=frozenset({"x"}),
        extra={"k": 1},
        anything={"deep": [None]},
        role=Role.ADMIN,
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("to", [], "must be an object"),
        ("to", None, "must be an object"),
        ("order_id", "{01890a5d-ac96-774b-bcce-b302099a8057}", "must be a UUID"),
        ("order_id", "01890a5dac96774bbcceb302099a8057", "must be a UUID"),
        ("order_id", 7, "must be a UUID"),
        ("at", "2026-01-31T12:00:00", "must be a date and time with an offset, such as 2026-01-31T12:00:00Z"),
        ("at", "2026-W05-6T12:00:00Z", "must be a date and time with an offset, such as 2026-01-31T12:00:00Z"),
        ("at", "2026-02-30T12:00:00Z", "must be a date and time with an offset, such as 2026-01-31T12:00:00Z"),
        ("at", "0001-01-01T00:00:00+01:00", "must be a date and time with an offset, such as 2026-01-31T12:00:00Z"),
        ("at", "٢٠٢٦-01-31T12:00:00Z", "must be a date and time with an offset, such as 2026-01-31T12:00:00Z"),
        ("at", 1767225600, "must be a date and time with an offset, such as 2026-01-31T12:00:00Z"),
        ("on", "2026-1-31", "must be a date, such as 2026-01-31"),
        ("size", 3, "must be one of: 1, 2"),
        ("size", True, "must be one of: 1, 2"),
        ("size", "1", "must be one of: 1, 2"),
        ("weight", "1.5", "must be a number"),
        ("weight", True, "must be a number"),
        ("weight", float("nan"), "must be a finite number"),
        ("weight", float("inf"), "must be a finite number"),
        ("weight", 10**400, "must be a finite number"),
        ("pieces", "3", "must be an integer"),
        ("pieces", True, "must be an integer"),
        ("pieces", 3.5, "must be an integer"),
        ("pieces", 2**63, "must be an integer of at most 63 bits"),
        ("pieces", 10, "must be <= 9"),
        ("careful", 1, "must be true or false"),
        ("careful", "true", "must be true or false"),
        ("how", "rail", "must be one of: air, sea"),
        ("stops", {}, "must be a list"),
        ("stops", "ab", "must be a list"),
        ("extra", [], "must be an object"),
        ("role", "king", "must be one of: customer, seller, support, admin"),
    ],
)
def test_what_is_not_of_the_type_is_refused(name, value, message):
    assert problems(Ship, SHIP | {name: value}) == {name: message}


@pytest.mark.parametrize(("value", "whole"), [(3, 3), (3.0, 3)])
def test_json_does_not_tell_3_from_3_0(value, whole):
    read = command(Ship, SHIP | {"pieces": value}).pieces

    assert read == whole
    assert type(read) is int


@pytest.mark.parametrize("text", ["a\0b", "\ud800", None, 5, True, ["a"], b"a"])
def test_a_text_is_what_a_database_can_keep(text):
    assert list(problems(Ship, SHIP | {"notes": ["fine", text]})) == ["notes.1"]


def test_all_problems_come_at_once_under_dotted_paths():
    message = SHIP | {
        "to": {"street": "", "zip": 1},
        "stops": [{"street": "A", "post_code": "2"}, {"street": 5, "post_code": "2"}, 7],
        "pieces": 0,
        "extra": {"a": 1, "b": "1"},
        "nonsense": None,
    }
    del message["at"]

    assert problems(Ship, message) == {
        "to.post_code": "is required",
        "to.zip": "is not a known field",
        "to.street": "length must be >= 1",
        "at": "is required",
        "stops.1.street": "must be a text",
        "stops.2": "must be an object",
        "extra.b": "must be an integer",
        "nonsense": "is not a known field",
        "pieces": "must be >= 1",
    }


def test_paths_are_in_the_words_of_the_caller():
    read = Reader(rename=camel)

    assert problems(Address, {"street": "A", "post_code": 1}, read) == {
        "postCode": "is required",
        "post_code": "is not a known field",
    }
    assert read(Address, {"street": "A", "postCode": "1"}) == Address("A", "1")


@pytest.mark.parametrize("message", [None, [], "text", 5, True, [["email", "a@b.co"]]])
def test_a_message_is_an_object(message):
    assert problems(LogIn, message) == {"": "must be an object"}


def test_what_is_missing_and_has_a_default_gets_it():
    assert command(ListUsers, {}) == ListUsers()


@pytest.mark.parametrize("limit", [0, 201])
def test_the_checks_of_fields_are_asked(limit):
    assert list(problems(ListUsers, {"limit": limit})) == ["limit"]


@given(st.dictionaries(st.text(), st.integers(), max_size=3))
def test_who_asks_is_never_read(asker):
    assert problems(ListUsers, {"asker": asker}) == {"asker": "is not a known field"}
    assert Reader(strict=False)(ListUsers, {"asker": asker}).asker is GUEST


def test_what_we_know_is_not_read_from_the_message():
    asker = Asker(user=UserId(UUID(int=7)))

    assert command(SignUp, GOOD, key="k", asker=asker) == SignUp(
        command(SignUp, GOOD).email, Password("Passw0rd!"), "k", None, asker
    )
    assert problems(SignUp, GOOD | {"key": "other"}, key="k") == {"key": "is not a known field"}
    assert Reader(strict=False)(SignUp, GOOD | {"key": "other"}, key="k").key == "k"


def test_unknown_keys_can_be_passed_over():
    assert Reader(strict=False)(LogIn, GOOD | {"new": 1}) == command(LogIn, GOOD)


def test_a_refusal_tells_a_bounded_number_of_problems():
    with pytest.raises(Malformed) as refused:
        command(LogIn, GOOD | {f"k{at}": 1 for at in range(1000)})

    assert len(refused.value.problems) == MOST


def test_a_secret_is_bounded():
    assert command(SignUp, GOOD | {"proof": "x" * 4096}).proof == Secret("x" * 4096)
    assert list(problems(SignUp, GOOD | {"proof": "x" * 4097})) == ["proof"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*SHIP, "asker", "other"]), json_values))
def test_whatever_comes_is_read_or_refused(message):
    try:
        command(Ship, SHIP | message)
    except Invalid as refusal:
        json.dumps([each.field + each.message for each in refusal.problems])
