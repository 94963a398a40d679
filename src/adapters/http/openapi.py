"""The OpenAPI 3.1 document, made from the routes' operations, and the path that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Final

from falcon import MEDIA_JSON

from .files import File
from .media import dumps
from .refusing import BODY, problems
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

#: What every answer has.
_EVERY: Final = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
_REQUEST_ID: Final = {
    "description": "What the log calls the request; name it when you ask for help",
    "required": True,
    "schema": {"type": "string"},
}
_REPLAYED: Final = {
    "description": "The answer was given before, to the same key",
    "schema": {"type": "string", "enum": ["true"]},
}


def document(routes: Iterable[Route], *, version: str, public_url: str, cookie: str) -> Schema:
    """Return the document of everything that is served; *cookie* is the name of the session's."""
    schemas = Schemas({"Problem": BODY})
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
            "headers": {"RequestId": _REQUEST_ID},
            "schemas": schemas.components,
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": cookie},
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _operation(route: Route, method: str, operation: Operation, schemas: Schemas) -> Schema:
    words = [word for word in re.split(r"\W+", _FIELD.sub(r"\1", route.path)) if word]
    told: Schema = {
        "summary": operation.summary,
        "operationId": "_".join((method.lower(), *words)),
        "tags": words[:1],
        "parameters": list(_parameters(route, operation, schemas)),
        "responses": {
            **{str(int(status)): _answer(status, operation, schemas) for status in operation.answers},
            **problems(route, method, operation, _EVERY),
        },
        "security": [{"cookie": []}, {"bearer": []}] if operation.secured else [],
    }
    if operation.command:
        body = schemas.command(operation.command, operation.known)
        told["requestBody"] = {"required": True, "content": {MEDIA_JSON: {"schema": body}}}
    return told


def _parameters(route: Route, operation: Operation, schemas: Schemas) -> Iterator[Schema]:
    for name, converter in _FIELD.findall(route.path):
        schema = _CONVERTED.get(converter, {"type": "string"})
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, kind in operation.query.items():
        yield {"name": name, "in": "query", "schema": schemas.of(kind)}
    if operation.keyed:
        yield _KEY


def _answer(status: int, operation: Operation, schemas: Schemas) -> Schema:
    kind = operation.answers[status]
    said: Schema = {
        "description": HTTPStatus(status).phrase,
        "headers": {**_EVERY, "Idempotent-Replayed": _REPLAYED} if operation.keyed else _EVERY,
    }
    if kind is not None:
        said["content"] = {MEDIA_JSON: {"schema": schemas.of(kind)}}
    return said


def routes(served: Iterable[Route], *, version: str, public_url: str, cookie: str) -> list[Route]:
    """Return the path of the document of what is *served*."""
    made = document(served, version=version, public_url=public_url, cookie=cookie)
    return [Route("/openapi.json", File(MEDIA_JSON, partial(dumps, made)))]
