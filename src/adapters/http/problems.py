"""
How the HTTP door says no: problem details (RFC 9457), one body for refusals, for Falcon's own errors and for the rest.

A refusal's kind decides on the status, its code is for machines, its text for people.
What is no refusal is a fault of ours: it is logged with its traceback, and the answer
tells nothing but the request's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from falcon import HTTPError, Request, Response

from ...core.rules import refusals
from ...core.rules.limits import LimitReached
from ...core.rules.refusals import Problem, Refusal
from ..context import context
from ..wire.answers import answer
from .media import dumps

PROBLEM: Final = "application/problem+json"

#: The status of each kind of refusal.
STATUS: Final[Mapping[type[Refusal], HTTPStatus]] = {
    refusals.Invalid: HTTPStatus.BAD_REQUEST,
    refusals.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    refusals.Forbidden: HTTPStatus.FORBIDDEN,
    refusals.NotFound: HTTPStatus.NOT_FOUND,
    refusals.Conflict: HTTPStatus.CONFLICT,
    refusals.Gone: HTTPStatus.GONE,
    refusals.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    refusals.Upstream: HTTPStatus.BAD_GATEWAY,
    refusals.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

#: What the protocol's own errors are called, and what they tell: never what a library says of them.
PROTOCOL: Final[Mapping[int, tuple[str, str]]] = {
    400: ("BAD_REQUEST", "The request cannot be understood"),
    404: ("NOT_FOUND", "There is nothing at this address"),
    405: ("METHOD_NOT_ALLOWED", "This address does not take that method"),
    406: ("NOT_ACCEPTABLE", "There is no answer of the kind that was asked for"),
    413: ("PAYLOAD_TOO_LARGE", "The body is larger than this address takes"),
    414: ("URI_TOO_LONG", "The address is longer than any of ours"),
    415: ("UNSUPPORTED_MEDIA_TYPE", "This address does not take a body of that type"),
    417: ("EXPECTATION_FAILED", "The request expects what no server knows"),
    431: ("HEADERS_TOO_LARGE", "The headers are more or longer than we read"),
    500: ("INTERNAL_ERROR", "Something went wrong on our side"),
}

#: How long to wait when a refusal that passes does not say.
PATIENCE: Final = 1


def refuse(req: Request, resp: Response, refusal: Refusal, _: object) -> None:
    """Answer with the refusal."""
    hint(resp, refusal)
    text, facts = str(refusal) or title(refusal.code), answer(dict(refusal.facts))
    _answer(req, resp, STATUS[refusal.kind], refusal.code, text, wrong=refusal.problems, facts=facts)


def fail(req: Request, resp: Response, error: HTTPError, _: object) -> None:
    """Answer with an error of the protocol: no such path, no such method, too large."""
    if error.headers:
        resp.set_headers(error.headers)
    code, text = PROTOCOL.get(error.status_code, PROTOCOL[400 if error.status_code < 500 else 500])
    _answer(req, resp, error.status_code, code, text)


def hide(req: Request, resp: Response) -> None:
    """Answer that something went wrong, and nothing of what."""
    _answer(req, resp, 500, *PROTOCOL[500])


def unread(status: int) -> bytes:
    """Return the body that answers what could not be read as a request, and so has no path."""
    return dumps(body_of(status, *PROTOCOL[status], path=""))


def title(code: str) -> str:
    """Return a code as words: ``EMAIL_EXISTS`` is "Email exists"."""
    return code.replace("_", " ").capitalize()


def body_of(
    status: int,
    code: str,
    text: str,
    *,
    path: str,
    wrong: tuple[Problem, ...] = (),
    facts: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the body of a problem; the names that every problem has win over *facts*."""
    return {
        **facts,
        "type": f"urn:hexflows:problem:{code.lower().replace('_', '-')}",
        "title": title(code),
        "status": int(status),
        "detail": text,
        "instance": path,
        "success": False,
        "message": text,
        "errorCode": code,
        "errors": [{"field": each.field, "message": each.message} for each in wrong],
        "requestId": context().get("request", ""),
    }


def _answer(req: Request, resp: Response, status: int, code: str, text: str, **more: Any) -> None:
    resp.status = HTTPStatus(status)
    resp.content_type = PROBLEM
    resp.context.problem = body_of(status, code, text, path=req.path, **more)
    resp.data = dumps(resp.context.problem)


def hint(resp: Response, refusal: Refusal) -> None:
    """Say in the headers what would help: how to sign in, when to come back."""
    if isinstance(refusal, refusals.Unauthenticated):
        resp.set_header("WWW-Authenticate", "Bearer")
    after = refusal.retry_after
    if after is None and isinstance(refusal, refusals.TooMany | refusals.Unavailable):
        after = PATIENCE
    if after is not None:
        resp.set_header("Retry-After", str(after))
    if isinstance(refusal, LimitReached):
        resp.set_header("RateLimit-Policy", f'"{refusal.limit}";q={refusal.count};w={refusal.window}')
        resp.set_header("RateLimit", f'"{refusal.limit}";r=0;t={refusal.reset}')
