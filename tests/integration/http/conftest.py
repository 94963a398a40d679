"""The HTTP door as the world sees it: a real server, started once for all tests of a file, and what it said."""

from __future__ import annotations

import os

import pytest

from ..processes.conftest import Served


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Start `hexflows serve` on a data folder of its own; all that were started end with the file's last test."""
    started = []

    def start(**settings):
        folder = tmp_path_factory.mktemp("served")
        others = {name: value for name, value in os.environ.items() if not name.startswith("HEXFLOWS_")}
        ours = {"data": folder / "data", "port": 0, "limits": "off", "bcrypt_cost": 4, "grace": 5, **settings}
        environ = others | {f"HEXFLOWS_{name.upper()}": str(value) for name, value in ours.items()}
        served = Served(environ, folder / "log")
        started.append(served)
        served.data = folder / "data"
        return served.ready()

    yield start
    for served in started:
        served.clean_up()
