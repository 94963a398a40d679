"""Core and ports know no clock, no dice, no environment, no log and no library but attrs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from .source import Violation, dotted, imports

#: What the hexagon may import: attrs, and the parts of the standard library that only compute.
PURE: Final = frozenset(
    {
        "__future__",
        "abc",
        "base64",
        "binascii",
        "bisect",
        "collections",
        "collections.abc",
        "contextlib",
        "copy",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "hmac",
        "html",
        "ipaddress",
        "itertools",
        "json",
        "math",
        "numbers",
        "operator",
        "re",
        "string",
        "struct",
        "textwrap",
        "types",
        "typing",
        "unicodedata",
        "urllib.parse",
        "uuid",
        "zlib",
    }
)

#: Members of pure modules, and builtins, that are not pure, with the port to ask instead.
IMPURE: Final = {
    "datetime.datetime.now": "ask a Clock",
    "datetime.datetime.today": "ask a Clock",
    "datetime.datetime.utcnow": "ask a Clock",
    "datetime.date.today": "ask a Clock",
    "uuid.getnode": "ask a NewId",
    "uuid.uuid1": "ask a NewId",
    "uuid.uuid4": "ask a NewId",
    "uuid.uuid6": "ask a NewId",
    "uuid.uuid7": "ask a NewId",
    "uuid.uuid8": "ask a NewId",
    "breakpoint": "leave it to the debugger",
    "eval": "say what you mean",
    "exec": "say what you mean",
    "input": "put it into the command",
    "open": "make it a port",
    "print": "answer, or leave it to the doors",
}


def pure(source: str) -> list[Violation]:
    """Object to imports beyond attrs and what only computes, and to names that read a clock, dice or the world."""
    tree = ast.parse(source)
    found = [
        Violation(line, f"imports {module}: the hexagon has only attrs and what computes")
        for line, module, name, _ in imports(tree)
        if module.partition(".")[0] != "attrs" and module not in PURE and f"{module}.{name}" not in PURE
    ]
    meant = dict(_meanings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            head, dot, tail = dotted(node).partition(".")
            name = f"{meant.get(head, head)}{dot}{tail}"
            if name in IMPURE:
                found.append(Violation(node.lineno, f"uses {name}: {IMPURE[name]}"))
    return sorted(found)


def _meanings(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for _, module, name, local in imports(tree):
        if name:
            yield local, f"{module}.{name}"
        elif local != module.partition(".")[0]:
            yield local, module
