"""How deep hypothesis digs: quick by default, deep with HYPOTHESIS_PROFILE=nightly."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# So that a contract that fails shows its values; said before anything of the kit is imported.
pytest.register_assert_rewrite("hexflows.entrypoints.testing")

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")

# No deadlines: on a shared machine they would measure the neighbours.
settings.register_profile("quick", deadline=None, print_blob=True, max_examples=60, stateful_step_count=30)
settings.register_profile("nightly", deadline=None, print_blob=True, max_examples=2_000, stateful_step_count=100)
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(config, items):
    """Leave the large counts to the night."""
    if PROFILE != "nightly" and (left_out := [item for item in items if item.get_closest_marker("nightly")]):
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
