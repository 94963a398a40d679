"""What the house rules share: where the sources are, and what a rule says of one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"


class Violation(NamedTuple):
    """One thing that a rule objects to."""

    line: int
    message: str


#: Takes the text of a module, says what is wrong with it.
Rule: TypeAlias = Callable[[str], list[Violation]]


def modules(*folders: str) -> list[Path]:
    """Return the Python modules in folders of the repository, in a fixed order."""
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
    )


def told(rule: Rule, paths: Iterable[Path]) -> list[str]:
    """Return what *rule* objects to in the modules, as lines that an editor can jump to."""
    return [
        f"{path.relative_to(ROOT)}:{line}: {message}"
        for path in paths
        for line, message in rule(path.read_text(encoding="utf-8"))
    ]


def imports(tree: ast.AST) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, module, name in it (empty for the module itself) and local name of every absolute import."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for each in names:
                    yield node.lineno, each.name, "", each.asname or each.name.partition(".")[0]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for each in names:
                    yield node.lineno, module, each.name, each.asname or each.name


def dotted(node: ast.expr) -> str:
    """Return the dotted name that an expression is; empty if it is something else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name) if before := dotted(value):
            return f"{before}.{name}"
    return ""


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name, without type arguments: ``Flow`` for ``ports.Flow[C, R]``."""
    if isinstance(node, ast.Subscript):
        node = node.value
    return dotted(node).rpartition(".")[2]
