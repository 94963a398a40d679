"""A page to read the API and try it: Swagger UI, all of it served by us, under a policy that lets nothing else in."""

from __future__ import annotations

import hashlib
from functools import cached_property
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from falcon import Request, Response

from .routes import Route

#: What we serve under, and what it is called in the package that brings it.
FILES: Final = {
    "swagger-ui.css": ("swagger_style.css", "text/css; charset=utf-8"),
    "swagger-ui.js": ("swagger_bundle.js", "text/javascript; charset=utf-8"),
}

#: Scripts and styles from here alone; the styles that Swagger UI sets on single elements it sets by script.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hexflows API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"></main>
<noscript>This page needs scripts; the document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

START: Final = """\
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  requestInterceptor: (request) => ({ ...request, credentials: "same-origin" }),
});
"""


class File:
    """One file, which clients may keep as long as it stays the same. It is read when somebody wants it."""

    def __init__(self, source: Path | str, content_type: str) -> None:
        self._source = source
        self._content_type = content_type

    @cached_property
    def raw(self) -> bytes:
        """What is in it."""
        return self._source.encode() if isinstance(self._source, str) else self._source.read_bytes()

    @cached_property
    def etag(self) -> str:
        """What it is recognised by."""
        return hashlib.sha256(self.raw).hexdigest()[:32]

    def on_get(self, req: Request, resp: Response) -> None:
        resp.etag = self.etag
        resp.cache_control = ["no-cache"]
        resp.set_header("Content-Security-Policy", POLICY)
        if req.if_none_match and any(each in {"*", self.etag} for each in req.if_none_match):
            resp.status = HTTPStatus.NOT_MODIFIED
            return
        resp.content_type = self._content_type
        resp.data = self.raw


def routes() -> list[Route]:
    """Return the page and what it is made of; nothing where Swagger UI is not installed."""
    # Found without being imported: the package makes large pages when it is.
    spec = find_spec("offapi")
    if spec is None or not spec.submodule_search_locations:
        return []
    folder = Path(spec.submodule_search_locations[0])
    return [
        Route("/docs", File(PAGE, "text/html; charset=utf-8")),
        Route("/docs/start.js", File(START, "text/javascript; charset=utf-8")),
        *(Route(f"/docs/{name}", File(folder / source, kind)) for name, (source, kind) in FILES.items()),
    ]
