from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner

from hexflows.adapters.cli import call, jobs, sessions, users
from hexflows.adapters.wire.commands import Reader
from hexflows.entrypoints.catalog import bound, entries
from hexflows.entrypoints.testing.stage import Stage, in_memory

PASSWORD = "Correct-Horse-1"


class Terminal:
    """Runs our commands as somebody at a terminal would, on flows in memory."""

    def __init__(self, flows):
        self.flows = flows
        self.root = click.Group(
            commands={
                "users": users.commands(accounts=lambda: flows.accounts),
                "sessions": sessions.commands(accounts=lambda: flows.accounts),
                "jobs": jobs.commands(jobs=lambda: flows.jobs),
                "call": call.commands(
                    accounts=lambda: flows.accounts,
                    known=lambda: {name: entry.command for name, entry in entries().items()},
                    flow=lambda name: bound(flows, name),
                    read=Reader,
                ),
            }
        )

    def __call__(self, *arguments, stdin=None):
        """Run a command that may fail in its own way, but not with a traceback."""
        result = CliRunner().invoke(self.root, arguments, input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def told(self, *arguments, stdin=None):
        """Run a command that succeeds, and return the JSON that it prints."""
        result = self(*arguments, "--json", stdin=stdin)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def create(self, email, *options):
        return self.told("users", "create", "--email", email, "--password-stdin", *options, stdin=f"{PASSWORD}\n")


@pytest.fixture
def stage():
    stage = Stage.on(in_memory)
    yield stage
    stage.check()


@pytest.fixture
def run(stage):
    return Terminal(stage.flows)
