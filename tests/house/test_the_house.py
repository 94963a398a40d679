"""The house rules, held against the house."""

from __future__ import annotations

from functools import partial

import pytest

from .promises import classes, ports, unheld
from .purity import pure
from .refusing import no_broad_except, only_refusals, refusal_names
from .shape import empty, flow_shape, no_mocks, no_src, relative, short
from .source import ROOT, SRC, Rule, modules, told

CORE = modules("src/core")
HEXAGON = modules("src/core", "src/ports")
FLOWS = [path for path in modules("src/core/flows") if not path.name.startswith("_")]
INITS = [path for path in modules("src") if path.name == "__init__.py" and path != SRC / "__init__.py"]

#: The last nets: whatever falls this deep becomes a 500, an exit code or a line in a log, and nothing else does.
NETS = ("src/adapters/http/app.py", "src/entrypoints/")
BELOW_THE_NETS = [path for path in modules("src") if not path.relative_to(ROOT).as_posix().startswith(NETS)]

#: Alembic runs these from their files, where there is no package to be relative to.
MIGRATIONS = "adapters/sql/migrations"

RULES: list[tuple[Rule, list]] = [
    (pure, HEXAGON),
    (flow_shape, FLOWS),
    (no_broad_except, BELOW_THE_NETS),
    (empty, INITS),
    (short, modules("src")),
    (no_src, modules("src", "tests", "benchmarks")),
    (relative, [path for path in modules("src") if MIGRATIONS not in path.as_posix()]),
    (no_mocks, modules("tests")),
]


@pytest.mark.parametrize(("rule", "paths"), RULES, ids=[rule.__name__ for rule, _ in RULES])
def test_the_house_keeps_its_rule(rule, paths):
    found = told(rule, paths)

    assert not found, "\n".join(found)


def test_the_core_raises_only_refusals():
    refusals = refusal_names(path.read_text(encoding="utf-8") for path in CORE)

    found = told(partial(only_refusals, refusals=refusals), CORE)

    assert not found, "\n".join(found)


def test_every_adapter_is_held_to_its_ports():
    def of(*folders):
        return [
            each for path in modules(*folders) for each in classes(str(path.relative_to(ROOT)), path.read_text("utf-8"))
        ]

    promised = ports(path.read_text("utf-8") for path in modules("src/ports"))

    found = unheld(of("src/adapters"), of("tests", "src/entrypoints/testing"), promised)

    assert not found, "\n".join(f"{path}:{line}: {message}" for path, (line, message) in found)


def test_the_rules_look_at_something():
    assert CORE
    assert INITS
    assert BELOW_THE_NETS
    assert refusal_names(path.read_text(encoding="utf-8") for path in CORE)
