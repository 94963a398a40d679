"""
The pages that mailed links lead to, for people without an application of their own: forms without script.

A GET shows and changes nothing: mail scanners open every link. A form is posted to the
path that it was shown at, and calls the flow that the API calls. What the flow refuses
is told beside the field that it is about, with the status that the API would answer.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import frozen
from falcon import HTTP_SEE_OTHER, Request, Response

from ...core.flows.accounts.log_in import LogIn
from ...core.flows.accounts.log_out import LogOut
from ...core.flows.accounts.me import Me
from ...core.flows.accounts.reset_password import RequestReset, ResetPassword
from ...core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from ...core.rules.refusals import Refusal
from ...core.rules.secrecy import Password
from ..wire.commands import Reader
from .cookies import PROOF_LIVES, Cookies
from .csrf import FIELD, Csrf
from .flows import AccountFlows
from .media import form
from .printing import Link, Press, Site
from .routes import Route

HOME = "/account"

INCOMPLETE = "This link is not complete. Open it from the mail once more, or ask for a new one."


@frozen
class Page:
    """What every page is made of."""

    flows: AccountFlows
    read: Reader
    cookies: Cookies
    press: Press

    def tell(self, req: Request, resp: Response, problem: Mapping[str, Any]) -> None:
        self.press.tell(resp, problem)


class FormPage(Page):
    """A page with a form: shown, posted, and shown again with whatever was refused."""

    template: ClassVar[str]
    #: What is kept of the form when it is shown again, and may come with the address of the page.
    kept: ClassVar[tuple[str, ...]]

    def on_get(self, req: Request, resp: Response) -> None:
        self.press.show(req, resp, self.template, **self.filled({}))

    def on_post(self, req: Request, resp: Response) -> None:
        fields = form(req)
        try:
            self.submit(req, resp, {name: value for name, value in fields.items() if name not in {FIELD, "next"}})
        except Refusal as refusal:
            self.press.refuse(req, resp, self.template, refusal, **self.filled(fields))

    @abstractmethod
    def submit(self, req: Request, resp: Response, fields: Mapping[str, str]) -> None:
        """Do what the form asks for, and answer."""

    def filled(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return what the form holds already. Passwords are never sent back."""
        return {name: fields.get(name, "") for name in self.kept}


class LoginPage(FormPage):
    """``/login``."""

    template = "login.html"
    kept = ("email", "next")

    def on_get(self, req: Request, resp: Response) -> None:
        wanted = req.get_param("next", default="")
        if req.context.asker.user:
            self.press.lead(resp, wanted, HOME)
        else:
            self.press.show(req, resp, self.template, **self.filled({"next": wanted}))

    def submit(self, req: Request, resp: Response, fields: Mapping[str, str]) -> None:
        done = self.flows.log_in(self.read(LogIn, fields, asker=req.context.guest))
        self.cookies.session.set(resp, done.grant.cookie, until=done.grant.expires_at)
        self.press.lead(resp, form(req).get("next", ""), HOME)


class VerifyPage(FormPage):
    """``/verify``: ask for another verification mail."""

    template = "verify.html"
    kept = ("email",)

    def submit(self, req: Request, resp: Response, fields: Mapping[str, str]) -> None:
        done = self.flows.request_verification(self.read(RequestVerification, fields, asker=req.context.guest))
        self.press.mailed(req, resp, done.message)


class ForgotPage(FormPage):
    """``/forgot-password``."""

    template = "forgot-password.html"
    kept = ("email",)

    def submit(self, req: Request, resp: Response, fields: Mapping[str, str]) -> None:
        done = self.flows.request_reset(self.read(RequestReset, fields, asker=req.context.guest))
        self.press.mailed(req, resp, done.message)


class MailedPage(FormPage):
    """A page that a mailed link leads to. The token waits in the form until somebody presses the button."""

    kept = ("token",)

    def on_get(self, req: Request, resp: Response) -> None:
        token = req.get_param("token", default="")
        self.press.show(req, resp, self.template, alert="" if token else INCOMPLETE, **self.filled({"token": token}))


class ResetPage(MailedPage):
    """``/reset-password?token=``."""

    template = "reset-password.html"

    def filled(self, fields: Mapping[str, str]) -> dict[str, Any]:
        wishes = self.read.policy(Password(""), ()) if self.read.policy else ()
        return {**super().filled(fields), "wishes": ", ".join(wishes)}

    def submit(self, req: Request, resp: Response, fields: Mapping[str, str]) -> None:
        self.flows.reset_password(self.read(ResetPassword, fields, asker=req.context.guest))
        self.press.done(
            req,
            resp,
            "Your password is changed",
            "You are logged out everywhere. Log in with the new password to go on.",
            onward=Link("/login", "Log in"),
        )


class VerifyEmailPage(MailedPage):
    """``/verify-email?token=``."""

    template = "verify-email.html"

    def submit(self, req: Request, resp: Response, fields: Mapping[str, str]) -> None:
        done = self.flows.verify_email(self.read(VerifyEmail, fields, asker=req.context.guest))
        if done.proof:
            self.cookies.proof.set(resp, done.proof, within=PROOF_LIVES)
            said = "Register with it in this browser within a day, and your account is verified at once."
            onward = Link(self.press.site.app_url, f"Go on to {self.press.site.name}")
        else:
            said, onward = "Your account is ready.", Link("/login", "Log in")
        self.press.done(req, resp, "Your email address is verified", said, onward=onward)


class AccountPage(Page):
    """``/account``: who is logged in, and a way out."""

    def on_get(self, req: Request, resp: Response) -> None:
        asker = req.context.asker
        self.press.show(req, resp, "account.html", user=self.flows.me(Me(asker=asker)) if asker.user else None)

    def on_post(self, req: Request, resp: Response) -> None:
        self.flows.log_out(LogOut(asker=req.context.asker))
        self.cookies.session.clear(resp)
        resp.status, resp.location = HTTP_SEE_OTHER, HOME


@frozen
class Stylesheet:
    """The look of the pages. Its address names its content, so that it is fetched once."""

    press: Press

    def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = "text/css; charset=utf-8"
        resp.set_header("Cache-Control", "public, max-age=31536000, immutable")
        resp.text = self.press.style


def routes(*, flows: AccountFlows, read: Reader, cookies: Cookies, csrf: Csrf, site: Site) -> list[Route]:
    """Return the pages."""
    press = Press(csrf, site)
    parts = flows, read, cookies, press
    account = AccountPage(*parts)

    return [
        Route("/", account),
        Route(HOME, account),
        Route("/login", LoginPage(*parts)),
        Route("/verify", VerifyPage(*parts)),
        Route("/verify-email", VerifyEmailPage(*parts)),
        Route("/forgot-password", ForgotPage(*parts)),
        Route("/reset-password", ResetPage(*parts)),
        Route("/pages.css", Stylesheet(press)),
    ]
