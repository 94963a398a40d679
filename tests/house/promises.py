"""
Every class that keeps a port's promise is held to it.

A port is a class of ``ports/`` that is a Protocol and has a method. An adapter keeps its promise when it inherits the
port by name. It is held to it by a test class that derives from ``<Port>Contract`` (directly, or by way of a larger
contract that includes it) and that names the technology (the folder in ``adapters/``) or the adapter itself: in the
test's own name, in its file's path or in its body.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .source import Violation, last_name


class Class(NamedTuple):
    """A class where it stands."""

    path: str
    line: int
    name: str
    bases: frozenset[str]
    text: str


def classes(path: str, source: str) -> list[Class]:
    """Return the classes of a module."""
    return [
        Class(path, node.lineno, node.name, frozenset(map(last_name, node.bases)), ast.unparse(node))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    ]


def ports(sources: Iterable[str]) -> frozenset[str]:
    """Return the names of the ports: protocols with a method. Views have only properties, and promise nothing."""
    return frozenset(
        node.name
        for source in sources
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and "Protocol" in map(last_name, node.bases) and _promises(node)
    )


def _promises(protocol: ast.ClassDef) -> bool:
    return any(
        isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
        and "property" not in map(last_name, member.decorator_list)
        for member in protocol.body
    )


def technology(path: str) -> str:
    """Return the technology that a module of ``adapters/`` speaks: its folder there, or its own name."""
    return path.partition("adapters/")[2].partition("/")[0].removesuffix(".py")


def unheld(adapters: Iterable[Class], tests: Iterable[Class], promised: frozenset[str]) -> list[tuple[str, Violation]]:
    """Return the adapters, each with its path, that no test holds to the contract of a port they inherit."""
    tests = list(tests)
    by_name: dict[str, frozenset[str]] = {}
    for each in tests:
        by_name[each.name] = by_name.get(each.name, frozenset()) | each.bases
    return [
        (
            adapter.path,
            Violation(adapter.line, f"{adapter.name}: no test for {technology(adapter.path)} is a {port}Contract"),
        )
        for adapter in adapters
        for port in sorted(adapter.bases & promised)
        if not any(
            _speaks_of(test, adapter) and f"{port}Contract" in _lineage(test.bases, by_name)
            for test in tests
            if test.name.startswith("Test")
        )
    ]


def _speaks_of(test: Class, adapter: Class) -> bool:
    said = f"{test.path} {test.text}".lower()
    return technology(adapter.path).lower() in said or adapter.name.lower() in said


def _lineage(bases: frozenset[str], by_name: Mapping[str, frozenset[str]]) -> frozenset[str]:
    seen: set[str] = set()
    coming = set(bases)
    while coming:
        name = coming.pop()
        if name not in seen:
            seen.add(name)
            coming |= by_name.get(name, frozenset())
    return frozenset(seen)
