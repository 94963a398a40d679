"""The WSGI application: point any server at `hexflows.entrypoints.http:app()`, or run `hexflows serve`."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ..adapters.http import accounts, docs, health, openapi, pages
from ..adapters.http.app import App, Door, make
from ..adapters.http.cookies import Cookies
from ..adapters.http.csrf import Csrf
from ..adapters.http.printing import Site
from ..adapters.wire.commands import Reader
from ..core.rules.ids import NOBODY, JobId
from ..core.rules.refusals import Refusal
from ..version import VERSION
from .flows import Flows
from .opening import open_parts
from .settings import Settings, settings_from
from .wiring import Parts, assemble

if TYPE_CHECKING:
    from ..adapters.http.metrics import Metrics

log = logging.getLogger(__name__)

#: Where processes that answer side by side share their counts; prometheus_client's own variable.
SHARED_COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"


def app(settings: Settings | None = None) -> App:
    """
    Return the application, by default as the environment's settings have it; what it opens is closed at exit.

    Call it in the process that serves, after any fork.

    Raises:
        Misconfigured: with everything that is wrong with the settings.
    """
    settings = settings or settings_from(os.environ)
    opened = ExitStack()
    atexit.register(opened.close)
    parts = opened.enter_context(open_parts(settings))
    return app_of(settings, parts, assemble(parts))


def app_of(settings: Settings, parts: Parts, flows: Flows) -> App:
    """Return the application that serves *flows*, which were assembled of *parts*."""
    cookies = Cookies.at(settings.public)
    csrf = Csrf(settings.public, cookies, parts.keyring, parts.new_secret)
    read = Reader(policy=parts.policy.password)
    site = Site(settings.public, settings.app, settings.support_email)
    metrics = _metrics(settings, parts)

    served = [
        *accounts.routes(flows=flows.accounts, read=read, cookies=cookies, csrf=csrf),
        *health.routes(checks=checks(settings, parts), metrics=metrics, token=settings.metrics_token),
    ]
    routes = [
        *served,
        *pages.routes(flows=flows.accounts, read=read, cookies=cookies, csrf=csrf, site=site),
        *openapi.routes(served, version=VERSION, public_url=settings.public, cookie=cookies.session.name),
        *docs.routes(),
    ]
    door = Door(
        authenticate=flows.accounts.authenticate,
        csrf=csrf,
        cookies=cookies,
        trusted=settings.trusted_proxies,
    )
    return make(routes, evolve(door, observe=metrics.observe) if metrics else door)


def checks(settings: Settings, parts: Parts) -> dict[str, health.Check]:
    """Return what says whether everything that we rely on answers."""
    asked: dict[str, health.Check] = {"database": lambda: _database_answers(parts)}
    if settings.broker:
        from ..adapters.worker.brokers import connect

        asked["broker"] = connect(settings.broker).answers
    return asked


def _database_answers(parts: Parts) -> bool:
    """Say whether jobs can be looked for, which takes a database that answers and is of this release."""
    try:
        with parts.queue_snapshot() as queue:
            queue.jobs.find(JobId(NOBODY))
    except Refusal:
        return False
    except Exception:
        log.exception("the database is not of this release; `hexflows migrate` brings it there")
        return False
    return True


def _metrics(settings: Settings, parts: Parts) -> Metrics | None:
    if settings.metrics_token is None:
        return None
    from ..adapters.http.metrics import Metrics

    folder = os.environ.get(SHARED_COUNTS)

    def jobs() -> Mapping[str, int]:
        with parts.queue_snapshot() as queue:
            return {status.value: count for status, count in queue.jobs.tally().items()}

    return Metrics(jobs=jobs, folder=Path(folder) if folder else None)
