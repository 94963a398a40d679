"""`hexflows sessions`: who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import click

from ...core.flows.accounts.grant_role import RevokeSessions
from ...core.rules.answers import Nothing
from ...core.rules.asking import SYSTEM
from ...ports.flow import Flow
from .frame import Cli, as_json, show
from .users import Finding, find


class SessionFlows(Finding, Protocol):
    """The flows that operators look after sessions with."""

    @property
    def revoke_sessions(self) -> Flow[RevokeSessions, Nothing]: ...


def commands(*, accounts: Callable[[], SessionFlows]) -> click.Group:
    """Return the group, which asks for the flows only when one of its commands runs."""

    @click.group("sessions", cls=Cli)
    def sessions() -> None:
        """Look after who is signed in."""

    @sessions.command("revoke")
    @click.argument("user")
    @as_json
    def revoke(user: str) -> None:
        """Sign USER, an id or an e-mail address, out everywhere."""
        flows = accounts()
        found = find(flows, user)
        show(flows.revoke_sessions(RevokeSessions(found.id, asker=SYSTEM)), f"{found.email} is signed out everywhere")

    return sessions
