"""What those who run us ask: whether we live, whether we can work, and how much."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from http import HTTPStatus
from threading import Thread
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import field, frozen
from falcon import Request, Response

from ...core.rules.refusals import NotSignedIn
from ...core.rules.secrecy import Secret
from .callers import bearer_of
from .routes import Route

if TYPE_CHECKING:
    # Only where somebody asks for metrics need there be a library that makes them.
    from .metrics import Metrics

#: Says whether something that we rely on answers.
Check: TypeAlias = Callable[[], bool]

#: How long whoever asks waits for all of them, in seconds; less than the patience of those who watch over processes.
PATIENCE: Final = 2.0


class Question(Thread):
    """A check under way; one that breaks is answered with no. It ends with the process, as what hangs may never end."""

    def __init__(self, check: Check) -> None:
        super().__init__(name="readiness", daemon=True)
        self._check = check
        self._context = copy_context()
        self.fine = False

    def run(self) -> None:
        """Ask; the log tells which request it is for."""
        self.fine = self._context.run(self._check)


@frozen
class Checks:
    """Everything that we rely on, by name, asked side by side."""

    _checks: Mapping[str, Check]
    _patience: float = PATIENCE
    _under_way: dict[str, Question] = field(init=False, factory=dict)

    def __call__(self) -> dict[str, bool]:
        """Return what answers, and what does not, or not in time."""
        until = time.monotonic() + self._patience
        asked = {name: self._ask(name, check) for name, check in self._checks.items()}
        for question in asked.values():
            question.join(max(0.0, until - time.monotonic()))
        return {name: question.fine for name, question in asked.items()}

    def _ask(self, name: str, check: Check) -> Question:
        # What has not answered yet is not asked again, or what hangs would gather ever more threads.
        before = self._under_way.get(name)
        if before and before.is_alive():
            return before
        question = self._under_way[name] = Question(check)
        question.start()
        return question


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


def routes(*, checks: Mapping[str, Check], metrics: Metrics | None = None, token: Secret | None = None) -> list[Route]:
    """Return the paths for those who run us; metrics only where there is a token to read them with."""
    paths = [Route("/healthz", Alive()), Route("/readyz", Ready(Checks(checks)))]
    if metrics and token:
        paths.append(Route("/metrics", Measured(metrics, token)))
    return paths
