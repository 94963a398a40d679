"""Errors that nobody expected, reported to Sentry: what broke and where, and nothing of whom it happened to."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..adapters.context import context
from ..core.rules.refusals import Refusal
from .masking import masked

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint


def report_to(dsn: str) -> None:
    """
    Report errors to the project that *dsn* names, from now on.

    Call it before an application or a broker is made: some are watched from their making on.
    """
    import sentry_sdk
    from sentry_sdk.integrations import Integration

    # Listed by hand: what hooks itself in is decided by what happens to be installed.
    watched: list[Integration] = []
    if find_spec("falcon"):
        from sentry_sdk.integrations.falcon import FalconIntegration

        watched.append(FalconIntegration())
    if find_spec("dramatiq"):
        from sentry_sdk.integrations.dramatiq import DramatiqIntegration

        watched.append(DramatiqIntegration())
    sentry_sdk.init(
        dsn=dsn,
        integrations=watched,
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        server_name="",
        before_send=scrubbed,
    )


def scrubbed(event: Event, hint: Hint) -> Event | None:
    """Return the event without anything that says who was there, or lets somebody in; None for a refusal."""
    error = (hint.get("exc_info") or (None, None))[1]
    if isinstance(error, Refusal):
        return None
    event.pop("user", None)
    request: dict[str, Any] = event.get("request") or {}
    event["request"] = {key: request[key] for key in ("method", "url") if key in request}
    event["tags"] = {**(event.get("tags") or {}), **context()}
    clean: Event = masked(event)
    return clean
