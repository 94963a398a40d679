"""Files that stay the same until the next release: clients keep them, and only ask whether theirs is still good."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus

from falcon import Request, Response


class File:
    """One file at one path. It is read when it is first wanted."""

    def __init__(self, content_type: str, read: Callable[[], bytes], *, policy: str | None = None) -> None:
        self._content_type = content_type
        self._read = read
        self._policy = policy

    @cached_property
    def raw(self) -> bytes:
        """What is in it."""
        return self._read()

    @cached_property
    def etag(self) -> str:
        """What it is recognised by."""
        return hashlib.sha256(self.raw).hexdigest()[:32]

    def on_get(self, req: Request, resp: Response) -> None:
        resp.etag = self.etag
        resp.cache_control = ["no-cache"]
        if self._policy:
            resp.set_header("Content-Security-Policy", self._policy)
        if req.if_none_match and any(each in {"*", self.etag} for each in req.if_none_match):
            resp.status = HTTPStatus.NOT_MODIFIED
            return
        resp.content_type = self._content_type
        resp.data = self.raw
