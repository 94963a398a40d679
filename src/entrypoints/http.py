"""The WSGI application: point any server at `hexflows.entrypoints.http:app()`, or run `hexflows serve`."""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack

from ..adapters.http import accounts, pages
from ..adapters.http.app import App, Door, make
from ..adapters.http.cookies import Cookies
from ..adapters.http.csrf import Csrf
from ..adapters.http.printing import Site
from ..adapters.http.routes import Route
from ..adapters.wire.commands import Reader
from .flows import Flows
from .opening import open_parts
from .settings import Settings, settings_from
from .wiring import Parts, assemble


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
    door = Door(authenticate=flows.accounts.authenticate, csrf=csrf, cookies=cookies, trusted=settings.trusted_proxies)
    return make(_routes(settings, parts, flows, cookies, csrf), door)


def _routes(settings: Settings, parts: Parts, flows: Flows, cookies: Cookies, csrf: Csrf) -> list[Route]:
    read = Reader(policy=parts.policy.password)
    site = Site(settings.public, settings.app, settings.support_email)
    return [
        *accounts.routes(flows=flows.accounts, read=read, cookies=cookies, csrf=csrf),
        *pages.routes(flows=flows.accounts, read=read, cookies=cookies, csrf=csrf, site=site),
    ]
