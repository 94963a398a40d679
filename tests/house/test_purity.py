"""Examples of what the core may know of the world: nothing."""

from __future__ import annotations

import pytest

from .purity import pure


@pytest.mark.parametrize(
    "source",
    [
        "from attrs import field, frozen",
        "from attrs.validators import ge",
        "from datetime import UTC, datetime, timedelta\nnoon = datetime(2026, 1, 1, 12, tzinfo=UTC)",
        "from uuid import UUID, uuid5\nuuid5(UUID(int=0), 'x')",
        "from collections import abc",
        "from urllib.parse import quote",
        "from ..rules.points import Account",
        "def wait(clock):\n    return clock.now()",
        "class Door:\n    def open(self):\n        return self.open",
    ],
)
def test_what_only_computes_is_welcome(source):
    assert pure(source) == []


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("import os", 1, "imports os"),
        ("import time", 1, "imports time"),
        ("import random", 1, "imports random"),
        ("from secrets import token_bytes", 1, "imports secrets"),
        ("import logging", 1, "imports logging"),
        ("from urllib import request", 1, "imports urllib"),
        ("from cattrs import structure", 1, "imports cattrs"),
        ("import attrsish", 1, "imports attrsish"),
        ("from datetime import datetime\n\ndatetime.now()", 3, "uses datetime.datetime.now"),
        ("from datetime import datetime as dt\ndt.utcnow()", 2, "uses datetime.datetime.utcnow"),
        ("import datetime\ndatetime.datetime.now()", 2, "uses datetime.datetime.now"),
        ("import datetime as d\nd.date.today()", 2, "uses datetime.date.today"),
        ("from uuid import uuid4\nid = field(factory=uuid4)", 2, "uses uuid.uuid4"),
        ("import uuid\nuuid.uuid4()", 2, "uses uuid.uuid4"),
        ("def f():\n    from os import environ", 2, "imports os"),
        ("print('here')", 1, "uses print"),
        ("open('file')", 1, "uses open"),
    ],
)
def test_the_world_is_not(source, line, said):
    (violation,) = pure(source)

    assert violation.line == line
    assert violation.message.startswith(said)
