"""Which refusals an operation may meet, and how the OpenAPI document tells them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...core.rules.accounts.emails import Email, InvalidEmail
from ...core.rules.accounts.passwords import WeakPassword
from ...core.rules.accounts.users import InvalidUsername, Username
from ...core.rules.pages import InvalidCursor
from ...core.rules.receipts import IdempotencyConflict, InvalidKey, RequestInProgress
from ...core.rules.refusals import (
    Busy,
    Malformed,
    NotSignedIn,
    OutcomeUnknown,
    OutOfReach,
    Refusal,
    Unavailable,
)
from ...core.rules.secrecy import NewPassword
from .csrf import SAFE, CrossSite
from .media import MalformedJson
from .problems import PROBLEM, PROTOCOL, STATUS, title
from .routes import Operation, Route
from .schemas import Schema, parts_of

#: The one body of every problem (RFC 9457, and members that many clients look for).
_TEXTS: Final = ("type", "title", "detail", "instance", "message", "errorCode", "requestId")
BODY: Final[Schema] = {
    "type": "object",
    "description": "Why a request was not done. A refusal may add what it knows, such as a current price",
    "properties": {
        **{name: {"type": "string"} for name in _TEXTS},
        "status": {"type": "integer"},
        "success": {"const": False},
        "errors": {
            "type": "array",
            "description": "What is wrong with single fields, by dotted path; all of it at once",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": [*_TEXTS, "status", "success", "errors"],
}

#: What is refused by a name of its own where a field of that type is wrong and nothing else is.
_UNFIT: Final[Mapping[Any, type[Refusal]]] = {
    Email: InvalidEmail,
    NewPassword: WeakPassword,
    Username: InvalidUsername,
}

_WAIT: Final = {"description": "Whole seconds after which asking again makes sense", "schema": {"type": "string"}}

#: What the headers of problems say, by status, beside those of every answer.
_HEADERS: Final[Mapping[int, Schema]] = {
    401: {"WWW-Authenticate": {"description": "How to sign in", "schema": {"type": "string"}}},
    409: {"Retry-After": _WAIT},
    429: {
        "Retry-After": _WAIT,
        "RateLimit": {"description": "What is left of the limit, and until when", "schema": {"type": "string"}},
        "RateLimit-Policy": {"description": "How many it admits, in how long", "schema": {"type": "string"}},
    },
    503: {"Retry-After": _WAIT},
}


def problems(route: Route, method: str, operation: Operation, headers: Schema) -> Schema:
    """Return the problems that an operation may answer with, by status; *headers* are those of every answer."""
    lines: dict[int, dict[str, str]] = defaultdict(dict)
    for refusal in _refusals(method, operation):
        lines[int(STATUS[refusal.kind])][refusal.code] = _first_line(refusal)
    for status in _of_the_protocol(route, operation):
        code, text = PROTOCOL[status]
        lines[status].setdefault(code, text)
    return {
        str(status): {
            "description": "\n\n".join(f"`{code}`: {text}" for code, text in lines[status].items()),
            "headers": headers | _HEADERS.get(status, {}),
            "content": {PROBLEM: {"schema": _body(status, list(lines[status]))}},
        }
        for status in sorted(lines)
    }


def _body(status: int, codes: list[str]) -> Schema:
    body: Schema = {"$ref": "#/components/schemas/Problem"}
    if status == int(STATUS[Unavailable]):
        # Whatever we are made of today may be out of reach in a way of its own.
        return body
    return {"allOf": [body, {"properties": {"status": {"const": status}, "errorCode": {"enum": codes}}}]}


def _refusals(method: str, operation: Operation) -> Iterator[type[Refusal]]:
    """Yield what an operation declares, what its fields may be refused for, and what any request may meet."""
    yield from operation.refusals
    if operation.command or operation.query:
        yield Malformed
    if operation.command:
        yield MalformedJson
        for part in parts_of(operation.command, operation.known):
            if refusal := _UNFIT.get(part):
                yield refusal
    if "cursor" in operation.query:
        yield InvalidCursor
    if operation.keyed:
        yield from (InvalidKey, IdempotencyConflict, RequestInProgress)
    if method not in SAFE:
        yield CrossSite
    # An access token that has run out is refused wherever one is looked at.
    yield from (NotSignedIn, Busy, OutOfReach, OutcomeUnknown)


def _of_the_protocol(route: Route, operation: Operation) -> Iterator[int]:
    if operation.command:
        yield from (400, 413, 415)
    if "{" in route.path:
        yield 404


def _first_line(refusal: type[Refusal]) -> str:
    told = (refusal.__doc__ or "").strip()
    return told.partition("\n")[0] or title(refusal.code)
