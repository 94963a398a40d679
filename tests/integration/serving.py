"""`hexflows serve` for tests that only want somebody to answer: quick, without limits, on a data folder of its own."""

from __future__ import annotations

import os
from contextlib import contextmanager

from .processes.conftest import Served

QUICK = {"port": 0, "limits": "off", "bcrypt_cost": 4, "grace": 5}


@contextmanager
def serving(folder, **settings):
    """Serve from *folder* until the block is left. Its mails are in ``folder/data/mail``."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("HEXFLOWS_")}
    ours = {"data": folder / "data", **QUICK, **settings}
    served = Served(others | {f"HEXFLOWS_{name.upper()}": str(value) for name, value in ours.items()}, folder / "log")
    try:
        yield served.ready()
    finally:
        served.clean_up()
