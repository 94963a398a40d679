"""Secrets in texts that people may read: found by their names and by their shapes, and masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

MASK: Final = "***"

#: Names whose values are nobody's to read, in JSON, in Python's notation, in forms and in headers.
WORDS: Final = r"(?:password|passwd|secret|token|cookie|authorization|api[_-]?key|csrf)"

#: How much of a text is looked at: nobody reads more of one line, and looking takes the longer the longer it is.
LONGEST: Final = 20_000

_PATTERNS: Final = (
    # Headers, whose values go on to the end of the line.
    (re.compile(r"(?im)\b((?:set-)?cookie|authorization)\b([\"']?\s{0,8}+[:=]\s{0,8}+)[^\n\"']++"), rf"\1\2{MASK}"),
    # What stands before the word does not matter, and what goes on from it is bounded and never given back: a hostile
    # text would otherwise be searched for longer than anybody lives.
    (
        re.compile(rf"(?i)({WORDS}[\w-]{{0,64}}+)([\"']?\s{{0,8}}+[:=]\s{{0,8}}+)(\"[^\"]*+\"|'[^']*+'|[^\s&,;\"')}}]++)"),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {MASK}"),
    # Whoever stands before the host in a URL.
    (re.compile(r"(\w://)[^\s/@]{1,512}+@"), rf"\1{MASK}@"),
    # Our tokens and everybody's: a JWT, or 45 bytes and more in base64url.
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), MASK),
    (re.compile(r"(?<![\w-])[\w-]{60,}"), MASK),
)  # fmt: skip

_NAMED: Final = re.compile(rf"(?i){WORDS}")


def mask(text: str) -> str:
    """Return *text* with every secret in it masked, and its end cut off if it is very long."""
    text = text[:LONGEST]
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def masked(value: Any) -> Any:
    """Return a value made of mappings, sequences and texts with every secret in it masked."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: MASK if _NAMED.search(str(key)) else masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each) for each in value]
    return value
