"""How pages are made: templates, the headers that guard them, refusals told to people, and where to go from here."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import field, frozen
from falcon import HTTP_SEE_OTHER, MEDIA_HTML, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...core.rules.refusals import Problem, Refusal
from .csrf import Csrf
from .problems import STATUS, hint

TEMPLATES: Final = Path(__file__).parent / "templates"

#: What people are told where the words for programs would not help them.
TOLD: Final = {
    "INVALID_CREDENTIALS": "The email address or the password is not right.",
    "INVALID_TOKEN": "This link was used before, or it has expired.",
    "EMAIL_NOT_VERIFIED": "Your email address is not verified yet.",
    "NOT_FOUND": "The address may be mistyped, or the page may be gone.",
}

#: What the fields are called on the pages.
LABELS: Final = {"email": "Email address", "password": "Password", "new_password": "New password"}

#: What people are told where no page of its own fits; the front page leads on.
HEADINGS: Final = {404: "There is nothing here", 403: "That did not come from our page"}
WRONG: Final = "That did not work"
BROKEN: Final = "Something went wrong"

#: A path on this site: not the ``//host`` or ``/\\host`` that browsers read as another one.
_LOCAL: Final = re.compile(r"/(?!/)[!-\[\]-~]*", re.ASCII)

#: What may follow the address of the application in one below it.
_BELOW: Final = re.compile(r"(?:[/?#][!-\[\]-~]*)?", re.ASCII)


@frozen
class Link:
    """Where to go, and what the way is called."""

    href: str
    text: str


@frozen
class Site:
    """What pages say of the site, and where they may lead."""

    #: Both without a slash at the end.
    public_url: str
    app_url: str
    support: str | None = None

    @property
    def name(self) -> str:
        """What people know the site by: its host."""
        return urlsplit(self.app_url).netloc

    def admits(self, address: str) -> bool:
        """Say whether a page may lead there: to a path of ours, or to the application."""
        if address.startswith(self.app_url) and _BELOW.fullmatch(address, len(self.app_url)):
            return True
        return bool(_LOCAL.fullmatch(address))

    @property
    def policy(self) -> str:
        """The pages' content security policy. Browsers hold the redirect after a form to it too."""
        app = urlsplit(self.app_url)
        forms = "'self'" if self.app_url == self.public_url else f"'self' {app.scheme}://{app.netloc}"
        return f"default-src 'none'; style-src 'self'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@frozen
class Press:
    """Makes pages."""

    csrf: Csrf
    site: Site
    style: str = field(factory=(TEMPLATES / "pages.css").read_text)
    _environment: Environment = field(init=False, factory=_environment)

    def show(self, req: Request, resp: Response, template: str, **facts: Any) -> None:
        """Answer with a page, whose forms have a token."""
        self._print(resp, template, csrf=self.csrf.token(req, resp), **facts)

    def tell(self, resp: Response, problem: Mapping[str, Any]) -> None:
        """Answer with what went wrong. The page has no form: to make a token may be what does not work."""
        status = problem["status"]
        said = [TOLD.get(problem["errorCode"], f"{problem['message']}.")]
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            said.append(f"If it stays like this, tell us this number: {problem['requestId']}")
        heading = HEADINGS.get(status, BROKEN if status >= HTTPStatus.INTERNAL_SERVER_ERROR else WRONG)
        self._print(resp, "problem.html", heading=heading, said=said)

    def _print(
        self,
        resp: Response,
        template: str,
        *,
        alert: str = "",
        problems: dict[str, list[str]] | None = None,
        code: str = "",
        **facts: Any,
    ) -> None:
        resp.content_type = MEDIA_HTML
        resp.set_header("Cache-Control", "no-store")
        resp.set_header("Content-Security-Policy", self.site.policy)
        resp.set_header("Referrer-Policy", "no-referrer")
        resp.text = self._environment.get_template(template).render(
            facts,
            alert=alert,
            problems=problems or {},
            code=code,
            site=self.site.name,
            support=self.site.support,
            stylesheet=f"/pages.css?v={hashlib.sha256(self.style.encode()).hexdigest()[:12]}",
        )

    def refuse(self, req: Request, resp: Response, template: str, refusal: Refusal, **facts: Any) -> None:
        """Answer with the page again, saying what is wrong: beside the fields, or above them all."""
        resp.status = STATUS[refusal.kind]
        hint(resp, refusal)
        beside: dict[str, list[str]] = defaultdict(list)
        above = [] if refusal.problems else [TOLD.get(refusal.code, f"{refusal}.")]
        for problem in refusal.problems:
            (beside[problem.field] if problem.field in LABELS else above).append(_sentence(problem))
        alert = " ".join(above)
        self.show(req, resp, template, alert=alert, problems=dict(beside), code=refusal.code, **facts)

    def done(
        self,
        req: Request,
        resp: Response,
        heading: str,
        *said: str,
        onward: Link | None = None,
        aside: Link | None = None,
    ) -> None:
        """Answer that it is done, and what happens next."""
        self.show(req, resp, "done.html", heading=heading, said=said, onward=onward, aside=aside)

    def mailed(self, req: Request, resp: Response, message: str) -> None:
        """Answer that a mail is on its way, to whoever it may concern."""
        resp.status = HTTPStatus.ACCEPTED
        again = "It takes a minute at most. If nothing comes, look where your mail program puts spam."
        self.done(req, resp, "Check your mail", f"{message}.", again, aside=Link("/login", "Back to log in"))

    def lead(self, resp: Response, wanted: str, otherwise: str) -> None:
        """Send the client on to where it wants to go, if we may lead there."""
        resp.status, resp.location = HTTP_SEE_OTHER, wanted if self.site.admits(wanted) else otherwise


def _sentence(problem: Problem) -> str:
    """Return what is wrong as a sentence; a message that begins small goes on from the field's name."""
    said = problem.message
    return f"{said}." if said[:1].isupper() else f"{LABELS.get(problem.field, problem.field.capitalize())} {said}."
