"""A stage for every test of a flow; at the end it is made sure that no flow did in a block what nobody may."""

from __future__ import annotations

import pytest

from hexflows.entrypoints.testing.stage import Stage, in_memory


@pytest.fixture
def staged():
    """Return what sets a stage; its settings are those of the accounts policy."""
    stages = []

    def stage(policy=None):
        stages.append(Stage.on(in_memory, policy=policy))
        return stages[-1]

    yield stage
    for each in stages:
        each.check()


@pytest.fixture
def stage(staged):
    """Return a stage in memory, with nobody on it and nothing limited."""
    return staged()
