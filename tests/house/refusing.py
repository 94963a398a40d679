"""The core says no by subclasses of the kinds, and nobody catches what they cannot name."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from .source import Violation, last_name

BROAD = frozenset({"Exception", "BaseException"})


def refusal_names(sources: Iterable[str]) -> frozenset[str]:
    """Return the names of all classes that may be raised: those below a kind, which are those below `Refusal`."""
    bases = {
        node.name: {last_name(base) for base in node.bases}
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    }
    kinds = {name for name, above in bases.items() if "Refusal" in above}
    found: set[str] = set()
    while more := {name for name, above in bases.items() if above & (kinds | found)} - found:
        found |= more
    return frozenset(found - kinds)


def only_refusals(source: str, refusals: frozenset[str]) -> list[Violation]:
    """
    Object to raising anything but a refusal that has a name of its own.

    Raising again is fine, and so is a refusal that came in as a value: its type says that it is one.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Raise(exc=None):
                continue
            case ast.Raise(exc=ast.Call(func=raised)):
                name = last_name(raised)
            case ast.Raise(exc=ast.expr() as raised):
                name = last_name(raised)
                if name and name[0].islower():
                    continue
            case _:
                continue
        if name not in refusals:
            found.append(Violation(node.lineno, f"raises {name or 'something'}, which is no refusal of its own"))
    return found


def no_broad_except(source: str) -> list[Violation]:
    """Object to catching everything, unless it is only looked at and raised again."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ExceptHandler(type=caught, body=[*_, last]):
                passes_on = isinstance(last, ast.Raise) and last.exc is None
                if not passes_on and (caught is None or _broad(caught)):
                    found.append(Violation(node.lineno, "catches everything and keeps it"))
            case ast.Call(func=func, args=args) if last_name(func) == "suppress" and any(map(_broad, args)):
                found.append(Violation(node.lineno, "suppresses everything"))
    return sorted(found)


def _broad(caught: ast.expr) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_broad, caught.elts))
    return last_name(caught) in BROAD
