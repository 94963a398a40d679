"""The HTTP door as the world sees it: a real server, started once for all tests of a file."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from ..serving import serving


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Start `hexflows serve` with these settings; all that were started end with the file's last test."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(serving(tmp_path_factory.mktemp("served"), **settings))
