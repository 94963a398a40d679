"""How modules look: a flow is one function with its steps told, inits are empty, imports are relative, files short."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

from .source import Violation, imports, last_name

LONGEST = 300  #: Lines that a module stays under.
TWINS = 2  #: Functions that a flow module has at most.

_STEP = re.compile(r"^(\d+)\. \S", re.MULTILINE)


def flow_shape(source: str) -> list[Violation]:
    """
    Object to a flow module that is more, or tells less, than a flow.

    It has one public function or a pair of twins. Each takes its command first, named by the same words as the
    function, and its ports by keyword alone. The module's docstring tells the numbered steps: one list for the
    module, or one for each twin.
    """
    tree = ast.parse(source)
    flows = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]
    found = [violation for flow in flows for violation in _signature(flow)]
    if not 1 <= len(flows) <= TWINS:
        found.append(Violation(1, f"has {len(flows)} public functions: a flow module has one, or a pair of twins"))

    steps = [int(number) for number in _STEP.findall(ast.get_docstring(tree) or "")]
    if not steps:
        found.append(Violation(1, "the module's docstring has no numbered steps"))
    elif steps[0] != 1 or any(later not in (earlier + 1, 1) for earlier, later in pairwise(steps)):
        found.append(Violation(1, f"the steps are numbered {steps}"))
    elif steps.count(1) > max(1, len(flows)):
        found.append(Violation(1, f"tells {steps.count(1)} lists of steps for {len(flows)} flows"))
    return sorted(found)


def _signature(flow: ast.FunctionDef | ast.AsyncFunctionDef) -> list[Violation]:
    wanted = "".join(word.capitalize() for word in flow.name.split("_"))
    match flow.args:
        case ast.arguments(posonlyargs=[], args=[ast.arg(arg="command") as command], vararg=None, kwarg=None):
            if command.annotation is None or last_name(command.annotation) != wanted:
                return [Violation(flow.lineno, f"{flow.name} takes a command that is not called {wanted}")]
            return []
    return [Violation(flow.lineno, f"{flow.name} does not take `command` first and its ports by keyword alone")]


def empty(source: str) -> list[Violation]:
    """Object to anything in an ``__init__.py``."""
    return [Violation(1, "__init__.py is not empty")] if source.strip() else []


def short(source: str) -> list[Violation]:
    """Object to a module that does not stay under the limit."""
    lines = source.count("\n")
    return [Violation(LONGEST, f"has {lines} lines: stay under {LONGEST}")] if lines >= LONGEST else []


def no_src(source: str) -> list[Violation]:
    """Object to importing the folder instead of the package: every class would exist twice."""
    return _never(source, "src", "import hexflows, not the folder it is made from")


def relative(source: str) -> list[Violation]:
    """Object to a module of the package that imports the package by its name: it may be another copy of it."""
    return _never(source, "hexflows", "inside the package imports are relative")


def no_mocks(source: str) -> list[Violation]:
    """Object to mocks: where a test seems to need one, a port is missing."""
    return _never(source, "unittest.mock", "write an adapter for the port") + _never(source, "mock", "the same")


def _never(source: str, package: str, instead: str) -> list[Violation]:
    return [
        Violation(line, f"imports {module}: {instead}")
        for line, module, name, _ in imports(ast.parse(source))
        if f"{module}.{name}.".startswith(f"{package}.")
    ]
