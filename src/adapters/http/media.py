"""
Bodies of requests, read strictly and within bounds.

A JSON body is one object in UTF-8. Keys that stand twice are refused, since two
programs would read such a body differently. That is seen without a second parse in
nearly every case: there are as many colons outside of texts as there are keys, so when
all colons are no more than the keys we got, none of them was there twice.
"""

from __future__ import annotations

import json
from math import isfinite
from types import ModuleType
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

import falcon
from falcon import Request
from gunicorn.http.errors import ParseException

from ...core.rules.refusals import Invalid

try:
    import orjson as quick
except ImportError:  # pragma: no cover - where there is no wheel of it
    _quick: ModuleType | None = None
else:
    _quick = quick

KIB: Final = 1024
MIB: Final = 1024 * KIB

#: How large a body may be, unless a route says otherwise.
LARGEST: Final = MIB

#: How deep objects and lists may lie in each other.
DEEPEST: Final = 32

#: How many fields a form may have.
MOST_FIELDS: Final = 50

#: What the server raises while a body is read that is cut off, or is not made of the chunks that it should be.
_BROKEN: Final = (OSError, ParseException)


class MalformedJson(Invalid):
    """The body is not one JSON object in UTF-8."""

    def __init__(self, why: str = "it cannot be parsed") -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"The body is not a JSON object as we take them: {self.why}"


class MalformedForm(Invalid):
    """The body is not a form in UTF-8 whose fields stand there once each."""

    def __str__(self) -> str:
        return "The body is not a form as we take them"


def message(req: Request, largest: int = LARGEST) -> dict[str, Any]:
    """
    Return the object in the body.

    Raises:
        MalformedJson: there is none, or one that can be read in more ways than one.
        HTTPUnsupportedMediaType: the body says that it is something else.
        HTTPContentTooLarge: it is longer than *largest* bytes.
        HTTPBadRequest: it is shorter than it was told to be, or broken.
    """
    _is_of_type(req, "application/json")
    return loads(_read(req, largest))


def form(req: Request, largest: int = 64 * KIB) -> dict[str, str]:
    """
    Return the fields of the form in the body, as often as it is asked for.

    Raises:
        MalformedForm: a field stands there twice, or it is no form.
        HTTPUnsupportedMediaType: the body says that it is something else.
        HTTPContentTooLarge: it is longer than *largest* bytes.
        HTTPBadRequest: it is shorter than it was told to be, or broken.
    """
    # Who checks where a form comes from reads it before the page does.
    if "form" not in req.context:
        req.context.form = _form(req, largest)
    return req.context.form  # type: ignore[no-any-return]


def _form(req: Request, largest: int) -> dict[str, str]:
    _is_of_type(req, falcon.MEDIA_URLENCODED)
    try:
        pairs = parse_qsl(
            _read(req, largest).decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise MalformedForm from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedForm
    return fields


def dumps(value: Any) -> bytes:
    """Return *value*, which is made of what JSON has, as JSON."""
    if _quick:
        return _quick.dumps(value)  # type: ignore[no-any-return]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def is_form(req: Request) -> bool:
    """Say whether the body says that it is a form, which any site can have a browser send."""
    return type_of(req)[0] in {falcon.MEDIA_URLENCODED, falcon.MEDIA_MULTIPART, "text/plain"}


def type_of(req: Request) -> tuple[str, str]:
    """Return what the body says that it is, in small letters, and the parameters that follow."""
    kind, _, parameters = (req.content_type or "").partition(";")
    return kind.strip().lower(), parameters


def loads(raw: bytes) -> dict[str, Any]:
    """
    Return the object that *raw* is.

    Raises:
        MalformedJson: it is none, or not one that everybody reads alike.
    """
    if not raw.strip():
        raise MalformedJson("it is empty")
    try:
        value = _quick.loads(raw) if _quick else _loads(raw)
        if not isinstance(value, dict):
            raise MalformedJson("it is something else")
        keys = _keys_in(value, DEEPEST)
        if raw.count(b":") != keys:
            _loads(raw)
    except (ValueError, RecursionError):
        raise MalformedJson from None
    return value


def _loads(raw: bytes) -> Any:
    return json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedJson("a key stands there twice")
    return value


def _no_number(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is no number")


def _keys_in(value: dict[str, Any] | list[Any], deepest: int) -> int:
    """Count the keys in *value* and everything in it, which may lie *deepest* levels deep."""
    if not deepest:
        raise MalformedJson("it is nested too deeply")
    keys, inner = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    for each in inner:
        if isinstance(each, dict | list):
            keys += _keys_in(each, deepest - 1)
        elif isinstance(each, float) and not isfinite(each):
            raise MalformedJson("a number is too large")
    return keys


def _is_of_type(req: Request, wanted: str) -> None:
    kind, parameters = type_of(req)
    charset = parameters.partition("charset=")[2].strip(' "').lower()
    encoding = req.get_header("Content-Encoding", default="identity")
    if kind != wanted or charset not in {"", "utf-8", "utf8"} or encoding.lower() != "identity":
        raise falcon.HTTPUnsupportedMediaType


def _read(req: Request, largest: int) -> bytes:
    told = req.content_length
    if (told or 0) > largest:
        raise falcon.HTTPContentTooLarge
    # A chunked body has no length that is told beforehand; the server says whether it ends by itself.
    stream = req.stream if req.env.get("wsgi.input_terminated") else req.bounded_stream
    chunks, size = [], 0
    try:
        while chunk := stream.read(min(64 * KIB, largest + 1 - size)):
            chunks.append(chunk)
            size += len(chunk)
            if size > largest:
                raise falcon.HTTPContentTooLarge
    except _BROKEN:
        raise falcon.HTTPBadRequest from None
    if size < (told or 0):
        # Whoever sent it hung up: half a form looks like a whole one.
        raise falcon.HTTPBadRequest
    return b"".join(chunks)
