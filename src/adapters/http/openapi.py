"""The OpenAPI 3.1 document, made from the routes' operations, and the path that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from falcon import MEDIA_JSON

from ...core.rules.refusals import NotSignedIn, Refusal, Unavailable
from .csrf import SAFE, CrossSite
from .files import File
from .media import MalformedJson, dumps
from .problems import PROBLEM, PROTOCOL, STATUS, title
from .routes import Operation, Route
from .schemas import Schema, Schemas

_FIELD: Final = re.compile(r"\{(\w+)(?::(\w+)(?:\([^)]*\))?)?\}")

#: What Falcon's converters let pass.
_CONVERTED: Final = {"uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer"}}

_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes a repeat of the request harmless for a day: the same key gets the same answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}

#: The one body of every problem (RFC 9457, and the members that the product documents ask for).
_TEXTS: Final = ("type", "title", "detail", "instance", "message", "errorCode", "requestId")
_PROBLEM: Final[Schema] = {
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


def document(routes: Iterable[Route], *, version: str, public_url: str, cookie: str) -> dict[str, Any]:
    """Return the document of everything that is served; *cookie* is the name of the session's."""
    schemas = Schemas({"Problem": _PROBLEM})
    paths = {
        _FIELD.sub(r"{\1}", route.path): {
            method.lower(): _operation(route, method, operation, schemas)
            for method, operation in route.operations.items()
        }
        for route in routes
        if route.operations
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "hexflows", "version": version},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": cookie},
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _operation(route: Route, method: str, operation: Operation, schemas: Schemas) -> dict[str, Any]:
    words = [word for word in re.split(r"\W+", _FIELD.sub(r"\1", route.path)) if word]
    told: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": "_".join((method.lower(), *words)),
        "tags": words[:1],
        "parameters": list(_parameters(route, operation, schemas)),
        "responses": {
            **{str(status): _answer(status, kind, schemas) for status, kind in operation.answers.items()},
            **_problems(route, method, operation),
        },
        "security": [{"cookie": []}, {"bearer": []}] if operation.secured else [],
    }
    if operation.command:
        body = schemas.command(operation.command, operation.known)
        told["requestBody"] = {"required": True, "content": {MEDIA_JSON: {"schema": body}}}
    return told


def _parameters(route: Route, operation: Operation, schemas: Schemas) -> Iterator[dict[str, Any]]:
    for name, converter in _FIELD.findall(route.path):
        schema = _CONVERTED.get(converter, {"type": "string"})
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, kind in operation.query.items():
        yield {"name": name, "in": "query", "schema": schemas.of(kind)}
    if operation.keyed:
        yield _KEY


def _answer(status: int, kind: Any, schemas: Schemas) -> dict[str, Any]:
    said: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if kind is not None:
        said["content"] = {MEDIA_JSON: {"schema": schemas.of(kind)}}
    return said


def _problems(route: Route, method: str, operation: Operation) -> dict[str, Any]:
    """Return the problems of an operation by status: those it declares, and those that any request may meet."""
    # An access token that has run out is refused wherever one is looked at.
    refusals: list[type[Refusal]] = [*operation.refusals, NotSignedIn, Unavailable]
    protocol = []
    if method not in SAFE:
        refusals.append(CrossSite)
    if operation.command:
        refusals.append(MalformedJson)
        protocol = [413, 415]
    if _FIELD.search(route.path):
        protocol.append(404)

    lines: dict[int, list[str]] = {}
    for refusal in dict.fromkeys(refusals):
        lines.setdefault(STATUS[refusal.kind], []).append(f"`{refusal.code}`: {_first_line(refusal)}")
    for status in protocol:
        lines.setdefault(status, []).append(f"`{PROTOCOL[status][0]}`: {PROTOCOL[status][1]}")
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(int(status)): {"description": "\n\n".join(lines[status]), "content": content} for status in sorted(lines)
    }


def _first_line(refusal: type[Refusal]) -> str:
    told = (refusal.__doc__ or "").strip()
    return told.partition("\n")[0] or title(refusal.code)


def routes(served: Iterable[Route], *, version: str, public_url: str, cookie: str) -> list[Route]:
    """Return the path of the document of what is *served*."""
    made = document(served, version=version, public_url=public_url, cookie=cookie)
    return [Route("/openapi.json", File(MEDIA_JSON, partial(dumps, made)))]
