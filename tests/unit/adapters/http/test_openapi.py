"""The OpenAPI document is made from the routes, and says what the wire does."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

import jsonschema
import pytest
from attrs import field, frozen
from attrs.validators import ge, gt, in_, le, lt, matches_re, max_len, min_len
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from hexflows.adapters.http import accounts, openapi
from hexflows.adapters.http.problems import body_of
from hexflows.adapters.http.routes import Operation, Route
from hexflows.adapters.http.schemas import Schemas, parts_of
from hexflows.adapters.wire.answers import answer
from hexflows.adapters.wire.commands import command
from hexflows.core.rules.accounts.emails import Email
from hexflows.core.rules.accounts.users import EmailExists, Profile
from hexflows.core.rules.asking import GUEST, Asker, Role
from hexflows.core.rules.ids import UserId
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.pages import Page
from hexflows.core.rules.refusals import Malformed, Missing
from hexflows.core.rules.secrecy import NewPassword, Secret
from hexflows.entrypoints.testing.strategies import moments


class Colour(StrEnum):
    """What it looks like."""

    RED = "red"
    BLUE = "blue"


@frozen
class Part:
    name: str


@frozen
class Order:
    """
    Something is wanted.

    This is said further down.
    """

    owner: UserId
    email: Email
    secret: Secret
    password: NewPassword
    at: datetime
    how: Literal["air", "sea"]
    weight: float
    parts: tuple[Part, ...] = field(validator=[min_len(1), max_len(9)])
    code: str = field(validator=[min_len(2), max_len(5), matches_re("[a-z]+")])
    qty: int = field(default=1, validator=[ge(1), le(999)])
    size: int = field(default=2, validator=[gt(0), lt(10)])
    colour: Colour = Colour.RED
    note: str | None = None
    extra: dict[str, int] = field(factory=dict)
    anything: Any = None
    odd: int = field(default=1, validator=in_([1, 3]))
    key: str | None = None
    asker: Asker = GUEST


ROUTES = [
    Route(
        "/orders/{order:uuid}",
        None,
        {
            "PUT": Operation(
                summary="Order it",
                command=Order,
                known=frozenset({"key"}),
                query={"fast": bool},
                keyed=True,
                answers={HTTPStatus.CREATED: Page[Profile], 204: None},
                refusals=(Malformed, EmailExists, LimitReached, Missing),
                secured=True,
            ),
            "GET": Operation(summary="See it", answers={200: Part | Profile}),
        },
    ),
    Route("/page", None),
]


@pytest.fixture
def made():
    return openapi.document(ROUTES, version="1.2.3", public_url="https://api.example.com", cookie="__Host-hexflows")


@pytest.fixture
def put(made):
    return made["paths"]["/orders/{order}"]["put"]


def test_the_document_is_valid(made):
    validate(made)
    validate(json.loads(json.dumps(made)))


def test_so_is_that_of_accounts():
    served = accounts.routes(flows=None, read=command, cookies=None, csrf=None)
    made = openapi.document(served, version="1", public_url="http://127.0.0.1:8000", cookie="hexflows")

    validate(made)
    assert {path for path in made["paths"] if path.startswith("/auth/")} == {
        route.path.replace(":uuid", "") for route in served
    }


def test_every_operation_of_accounts_is_served_and_every_responder_told():
    for route in accounts.routes(flows=None, read=command, cookies=None, csrf=None):
        served = {name.removeprefix("on_").upper() for name in dir(route.resource) if name.startswith("on_")}

        assert served == set(route.operations), route.path


def test_pages_are_no_part_of_the_api(made):
    assert list(made["paths"]) == ["/orders/{order}"]


def test_what_a_command_may_have_is_said(made):
    order = made["components"]["schemas"]["Order"]

    assert order["description"] == "Something is wanted."
    assert order["additionalProperties"] is False
    assert order["required"] == ["owner", "email", "secret", "password", "at", "how", "weight", "parts", "code"]
    assert "asker" not in order["properties"]
    assert "key" not in order["properties"]
    assert order["properties"]["owner"] == {"type": "string", "format": "uuid"}
    assert order["properties"]["how"] == {"enum": ["air", "sea"]}
    assert order["properties"]["qty"] == {"type": "integer", "minimum": 1, "maximum": 999, "default": 1}
    assert order["properties"]["size"]["exclusiveMinimum"] == 0
    assert order["properties"]["size"]["exclusiveMaximum"] == 10
    assert order["properties"]["parts"]["minItems"] == 1
    assert order["properties"]["parts"]["maxItems"] == 9
    assert order["properties"]["code"] == {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^(?:[a-z]+)$"}
    assert order["properties"]["colour"] == {"$ref": "#/components/schemas/Colour", "default": "red"}
    assert order["properties"]["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert order["properties"]["password"]["format"] == "password"


def test_parameters_come_from_path_query_and_header(put):
    assert [(each["name"], each["in"]) for each in put["parameters"]] == [
        ("order", "path"),
        ("fast", "query"),
        ("Idempotency-Key", "header"),
    ]
    assert put["parameters"][0]["schema"] == {"type": "string", "format": "uuid"}


def test_answers_are_told_by_status(put):
    assert put["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].endswith("/PageOfProfile")
    assert "content" not in put["responses"]["204"]


def codes(operation, status):
    schema = operation["responses"][str(status)]["content"]["application/problem+json"]["schema"]
    return set(schema["allOf"][1]["properties"]["errorCode"]["enum"])


def test_refusals_are_told_by_status_with_their_codes(put):
    problems = [at for at, said in put["responses"].items() if "application/problem+json" in said.get("content", {})]

    assert set(problems) == {"400", "401", "403", "404", "409", "413", "415", "429", "503"}
    assert codes(put, 401) == {"NOT_SIGNED_IN"}
    assert codes(put, 403) == {"CROSS_SITE"}
    assert codes(put, 404) == {"NOT_FOUND"}
    assert codes(put, 409) == {"EMAIL_EXISTS", "IDEMPOTENCY_CONFLICT", "REQUEST_IN_PROGRESS"}
    assert codes(put, 429) == {"RATE_LIMIT_EXCEEDED", "BUSY"}
    assert "`EMAIL_EXISTS`: There is an account with this e-mail address." in put["responses"]["409"]["description"]


def test_a_field_that_is_wrong_alone_is_refused_by_its_own_code(put):
    assert codes(put, 400) == {
        "BAD_REQUEST",
        "VALIDATION_ERROR",
        "MALFORMED_JSON",
        "INVALID_EMAIL",
        "WEAK_PASSWORD",
        "INVALID_IDEMPOTENCY_KEY",
    }


def test_what_is_out_of_reach_may_have_any_code(put):
    assert put["responses"]["503"]["content"]["application/problem+json"]["schema"] == {
        "$ref": "#/components/schemas/Problem"
    }


def test_what_is_only_read_is_not_refused_for_a_body(made):
    get = made["paths"]["/orders/{order}"]["get"]

    assert set(get["responses"]) == {"200", "401", "404", "429", "503"}


def test_a_cursor_may_be_wrong():
    listing = Operation(summary="See them", query={"limit": int, "cursor": str}, answers={200: Page[Profile]})
    made = openapi.document([Route("/users", None, {"GET": listing})], version="1", public_url="http://x", cookie="c")

    assert codes(made["paths"]["/users"]["get"], 400) == {"VALIDATION_ERROR", "INVALID_CURSOR"}


def test_headers_are_told(put):
    headers = {status: set(said["headers"]) for status, said in put["responses"].items()}

    assert all("X-Request-Id" in names for names in headers.values())
    assert "Idempotent-Replayed" in headers["201"]
    assert "WWW-Authenticate" in headers["401"]
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= headers["429"]
    assert "Retry-After" in headers["503"]


def test_passwords_are_only_ever_sent(made):
    assert made["components"]["schemas"]["Order"]["properties"]["password"]["writeOnly"] is True


def test_who_must_be_signed_in_may_show_it_in_two_ways(made, put):
    assert put["security"] == [{"cookie": []}, {"bearer": []}]
    assert made["paths"]["/orders/{order}"]["get"]["security"] == []
    assert made["components"]["securitySchemes"]["cookie"]["name"] == "__Host-hexflows"


def test_operations_have_names_of_their_own():
    served = accounts.routes(flows=None, read=command, cookies=None, csrf=None)
    made = openapi.document(served, version="1", public_url="http://x", cookie="c")
    names = [each["operationId"] for path in made["paths"].values() for each in path.values()]

    assert len(names) == len(set(names))


def test_what_cannot_be_said_is_not_passed_over():
    with pytest.raises(TypeError, match="has no schema"):
        Schemas().of(complex)


def test_a_class_may_refer_to_itself():
    schemas = Schemas()
    schemas.of(Tree)

    assert schemas.components["Tree"]["properties"]["branches"]["items"] == {"$ref": "#/components/schemas/Tree"}


@frozen
class Tree:
    owner: Email | None
    branches: tuple[Tree, ...]


def test_what_may_be_sent_is_known_down_to_its_parts():
    assert {Email, Tree} <= set(parts_of(Tree))
    assert Email not in set(parts_of(Tree, frozenset({"owner", "branches"})))


def resolved(made, name):
    return {"$ref": f"#/components/schemas/{name}", "components": made["components"]}


@given(
    st.builds(
        Profile,
        st.uuids(),
        st.text(),
        st.none() | st.text(),
        st.sampled_from(Role),
        st.booleans(),
        st.booleans(),
        moments,
    )
)
def test_answers_are_as_the_document_says(profile):
    made = openapi.document(ROUTES, version="1", public_url="http://x", cookie="c")

    jsonschema.validate(answer(Page((profile,))), resolved(made, "PageOfProfile"))


def test_problems_are_as_the_document_says(made):
    jsonschema.validate(body_of(409, "EMAIL_EXISTS", "taken", path="/x"), resolved(made, "Problem"))


def test_what_the_document_asks_for_can_be_read(made):
    message = {
        "owner": str(UUID(int=7)),
        "email": "ann@example.com",
        "secret": "s",
        "password": "Passw0rd!",
        "at": "2026-01-31T12:00:00Z",
        "how": "air",
        "weight": 1,
        "parts": [{"name": "a"}],
        "code": "abc",
    }

    jsonschema.validate(message, resolved(made, "Order"))
    assert command(Order, message)


class TestServing:
    @pytest.fixture
    def client(self, setup):
        return setup.serve(lambda *_: openapi.routes(ROUTES, version="1", public_url="http://x", cookie="c"))

    def test_it_is_served(self, client):
        answer = client.simulate_get("/openapi.json")

        assert answer.headers["content-type"] == "application/json"
        assert answer.json["openapi"] == "3.1.0"

    @pytest.mark.parametrize("wanted", ["{}", "W/{}", '"other", {}', "*"])
    def test_who_has_it_already_is_told_so(self, client, wanted):
        etag = client.simulate_get("/openapi.json").headers["etag"]
        answer = client.simulate_get("/openapi.json", headers={"If-None-Match": wanted.format(etag)})

        assert answer.status_code == 304
        assert answer.content == b""
        assert client.simulate_get("/openapi.json", headers={"If-None-Match": '"other"'}).status_code == 200
