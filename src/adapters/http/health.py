"""What those who run us ask: whether we live, whether we can work, and how much."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias

from attrs import frozen
from falcon import Request, Response

from ...core.rules.refusals import NotSignedIn
from ...core.rules.secrecy import Secret
from .callers import bearer_of
from .metrics import Metrics
from .routes import Route

#: Says of everything that we rely on, by name, whether it answers. Never raises, never waits long.
Checks: TypeAlias = Callable[[], Mapping[str, bool]]


@frozen
class Alive:
    """``GET /healthz``: this process answers."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"status": "alive"}


@frozen
class Ready:
    """``GET /readyz``: everything that we rely on answers; else 503, and no traffic should be sent here."""

    checks: Checks

    def on_get(self, req: Request, resp: Response) -> None:
        checks = self.checks()
        ready = all(checks.values())
        resp.status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        resp.media = {
            "status": "ready" if ready else "unready",
            "checks": {name: "ok" if fine else "failed" for name, fine in checks.items()},
        }


@frozen
class Measured:
    """``GET /metrics``, for whoever holds the token."""

    metrics: Metrics
    token: Secret

    def on_get(self, req: Request, resp: Response) -> None:
        given = bearer_of(req)
        if given is None or not hmac.compare_digest(given.text.encode(), self.token.text.encode()):
            raise NotSignedIn
        resp.content_type = self.metrics.content_type
        resp.data = self.metrics.told()


def routes(*, checks: Checks, metrics: Metrics | None = None, token: Secret | None = None) -> list[Route]:
    """Return the paths for those who run us; metrics only where there is a token to read them with."""
    paths = [Route("/healthz", Alive()), Route("/readyz", Ready(checks))]
    if metrics and token:
        paths.append(Route("/metrics", Measured(metrics, token)))
    return paths
