"""
The WSGI application: routes, and what every request goes through on its way in and out.

In: it gets an id, which every line of the log tells; what another site made a browser
send is refused; its caller is known to the resource. Out: headers that keep browsers
careful, and one line of the log, without query strings, which may hold tokens.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import falcon
from attrs import field, frozen
from falcon import HTTPError, Request, Response
from falcon.media import JSONHandler

from ...core.flows.accounts.authenticate import Authenticate
from ...core.rules.asking import Asker
from ...core.rules.refusals import Refusal
from ...ports.flow import Flow
from ..context import about, context
from .callers import Caller, Network
from .cookies import Cookies
from .csrf import Csrf
from .media import dumps
from .problems import PROBLEM, fail, hide, refuse
from .routes import Route, Shown

#: Is told of every request: method, the path's template, status, seconds.
Observe: TypeAlias = Callable[[str, str, int, float], None]

#: What every answer says, unless a resource knows better.
HEADERS: Final = (
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
)

#: Ids that a proxy may give; anything else could be meant for whoever reads the log.
_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

#: What watches over us asks these.
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})

#: The template that requests to unknown paths are counted under: there is no end of them.
NOWHERE: Final = "(none)"

#: How a problem can be told. Whoever takes anything is told as programs are.
KINDS: Final = (PROBLEM, falcon.MEDIA_JSON, "text/html")

logger = logging.getLogger(__name__)


@frozen(kw_only=True)
class Door:
    """What the door itself needs to know."""

    authenticate: Flow[Authenticate, Asker]
    csrf: Csrf
    cookies: Cookies
    trusted: tuple[Network, ...] = ()
    observe: Observe = field(default=lambda *_: None)


class App(falcon.App[Request, Response]):
    """A Falcon application whose requests have ids, and which answers HEAD wherever it answers GET."""

    def __call__(self, env: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with about(request=request_id(env.get("HTTP_X_REQUEST_ID"))):
            if env["REQUEST_METHOD"] != "HEAD":
                return super().__call__(env, start_response)
            body = super().__call__({**env, "REQUEST_METHOD": "GET"}, start_response)
            if close := getattr(body, "close", None):
                close()
            return []


def make(routes: Iterable[Route], door: Door) -> App:
    """Return the application that serves *routes* at *door*."""
    routes = list(routes)
    app = App(middleware=[_Passage(door), _Telling(_front(routes)), _Writing()])
    app.resp_options.media_handlers[falcon.MEDIA_JSON] = JSONHandler(dumps=dumps)
    app.resp_options.secure_cookies_by_default = False
    app.req_options.strip_url_path_trailing_slash = False
    app.add_error_handler(Exception, _break)
    app.add_error_handler(HTTPError, fail)
    app.add_error_handler(Refusal, refuse)
    for route in routes:
        app.add_route(route.path, route.resource)
    return app


def request_id(given: str | None) -> str:
    """Return the id that a proxy gave, if it is one that we would repeat; else a new one."""
    return given if given and _ID.fullmatch(given) else os.urandom(16).hex()


@frozen
class _Passage:
    """What every request goes through."""

    _door: Door

    def process_request(self, req: Request, resp: Response) -> None:
        door = self._door
        caller = Caller(req, resp, authenticate=door.authenticate, cookies=door.cookies, trusted=door.trusted)
        caller.began = time.perf_counter()
        req.context = caller

    def process_resource(self, req: Request, resp: Response, resource: object, params: dict[str, Any]) -> None:
        self._door.csrf.check(req)

    def process_response(self, req: Request, resp: Response, resource: object, _: bool) -> None:  # noqa: FBT001 - Falcon
        resp.set_header("X-Request-Id", context().get("request", ""))
        there = resp.headers
        for name, value in HEADERS:
            if name not in there:
                resp.set_header(name, value)
        seconds = time.perf_counter() - req.context.began if isinstance(req.context, Caller) else 0.0
        status = resp.status_code
        self._door.observe(req.method, req.uri_template or NOWHERE, status, seconds)
        _log(req, status, seconds)


@frozen
class _Telling:
    """Has a page tell people what a program is told as a problem; where nothing is, the front page does."""

    _front: Shown | None

    def process_response(self, req: Request, resp: Response, resource: object, _: bool) -> None:  # noqa: FBT001 - as above
        problem = getattr(resp.context, "problem", None)
        page = resource or self._front
        if problem and isinstance(page, Shown) and req.client_prefers(KINDS) == "text/html":
            page.tell(req, resp, problem)


def _front(routes: Iterable[Route]) -> Shown | None:
    found = (route.resource for route in routes if route.path == "/")
    return next((each for each in found if isinstance(each, Shown)), None)


class _Writing:
    """Writes the answer while it can still be made another: later, what cannot be written would be an empty body."""

    def process_response(self, req: Request, resp: Response, resource: object, _: bool) -> None:  # noqa: FBT001 - as above
        resp.render_body()


def _log(req: Request, status: int, seconds: float) -> None:
    # Probes ask all day long, and nobody reads that.
    level = logging.DEBUG if req.path in PROBES and status < HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
    if not logger.isEnabledFor(level):
        return
    known: dict[str, Any] = {"ms": round(seconds * 1000, 1)}
    if isinstance(req.context, Caller):
        known["address"] = req.context.guest.address
        if req.context.user:
            known["user"] = req.context.user
    logger.log(level, "%s %s %d", req.method, req.path, status, extra=known)


def _break(req: Request, resp: Response, error: Exception, _: object) -> None:
    logger.error("%s %s broke", req.method, req.path, exc_info=error)
    hide(req, resp)
