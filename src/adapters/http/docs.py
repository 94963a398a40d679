"""A page to read the API and try it: Swagger UI, all of it served by us, under a policy that lets nothing else in."""

from __future__ import annotations

from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from attrs import frozen
from falcon import MEDIA_TEXT, Request, Response

from .files import File
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

#: What there is to read instead of the page.
MISSING: Final = """\
The page to read and try the API needs Swagger UI, which is not installed here.
It comes with: pip install 'hexflows[docs-ui]'
The OpenAPI document itself is at /openapi.json.
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


@frozen
class NotInstalled:
    """``GET /docs`` where Swagger UI is missing: how to get it, and what there is without it."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.status = HTTPStatus.NOT_FOUND
        resp.content_type = MEDIA_TEXT
        resp.text = MISSING


def folder_of(package: str) -> Path | None:
    """Return where the files of *package* lie; None where it is not installed. It is not imported to find out."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def routes(package: str = "offapi") -> list[Route]:
    """Return the page, and what it is made of; *package* brings Swagger UI."""
    # Importing the package would make large pages of it, with scripts in them.
    folder = folder_of(package)
    if folder is None:
        return [Route("/docs", NotInstalled())]
    return [
        Route("/docs", File("text/html; charset=utf-8", PAGE.encode, policy=POLICY)),
        Route("/docs/start.js", File("text/javascript; charset=utf-8", START.encode)),
        *(Route(f"/docs/{name}", File(kind, (folder / source).read_bytes)) for name, (source, kind) in FILES.items()),
    ]
