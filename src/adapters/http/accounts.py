"""Accounts over HTTP: sign-up, login, sessions, verification and recovery."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from attrs import frozen
from falcon import Request, Response

from ...core.flows.accounts.change_password import ChangePassword
from ...core.flows.accounts.end_sessions import EndSession, EndSessions
from ...core.flows.accounts.list_sessions import ListSessions, SessionList
from ...core.flows.accounts.log_in import EmailNotVerified, LogIn
from ...core.flows.accounts.log_out import LogOut
from ...core.flows.accounts.me import Me
from ...core.flows.accounts.refresh import Refresh, Refreshed
from ...core.flows.accounts.register import Register
from ...core.flows.accounts.reset_password import RequestReset, ResetPassword
from ...core.flows.accounts.sign_up import SignUp
from ...core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from ...core.rules.accounts.passwords import WeakPassword
from ...core.rules.accounts.sessions import InvalidCredentials, InvalidRefreshToken
from ...core.rules.accounts.users import EmailExists, Profile, RoleNotAllowed, UsernameTaken
from ...core.rules.ids import SessionId
from ...core.rules.limits import LimitReached
from ...core.rules.onetime import InvalidToken
from ...core.rules.receipts import IdempotencyConflict, RequestInProgress
from ...core.rules.refusals import Malformed, Missing, Refusal
from ..wire.answers import answer
from ..wire.commands import Reader
from .cookies import PROOF_LIVES, Cookies
from .csrf import Csrf
from .flows import AccountFlows
from .media import message
from .routes import Operation, Route
from .shown import CsrfToken, Done, EmailVerifiedShown, LoginQuery, ProfileWithTokens, SignedUpShown

#: The same for everybody who signs up where nobody may know who has an account.
OPENED: Final = "Your request has been received: a mail tells you how to go on"
CHANGED: Final = "The password has been changed"

#: What the door itself fills in of the commands that open an account: from a header and a cookie.
KNOWN: Final = frozenset({"key", "proof"})


@frozen
class Resource:
    """What the resources of accounts are made of."""

    flows: AccountFlows
    read: Reader
    cookies: Cookies
    csrf: Csrf


class Signup(Resource):
    """``POST /auth/signup``."""

    def on_post(self, req: Request, resp: Response) -> None:
        who = req.context
        done = self.flows.sign_up(self.read(SignUp, message(req), key=who.key, proof=who.proof, asker=who.guest))
        if done.grant:
            self.cookies.session.set(resp, done.grant.cookie, until=done.grant.expires_at)
        told = SignedUpShown(done.grant.token if done.grant else None, done.user) if done.user else None
        _opened(req, resp, told, self.cookies, replayed=done.replayed)


class Registration(Resource):
    """``POST /auth/register``."""

    def on_post(self, req: Request, resp: Response) -> None:
        who = req.context
        done = self.flows.register(self.read(Register, message(req), key=who.key, proof=who.proof, asker=who.guest))
        _opened(req, resp, done.user, self.cookies, replayed=done.replayed)


class Login(Resource):
    """``POST /auth/login``."""

    def on_post(self, req: Request, resp: Response) -> None:
        query = self.read(LoginQuery, {name: value for name, value in req.params.items() if name == "tokens"})
        done = self.flows.log_in(self.read(LogIn, message(req), asker=req.context.guest))
        self.cookies.session.set(resp, done.grant.cookie, until=done.grant.expires_at)
        resp.media = answer(ProfileWithTokens.told(done) if query.tokens == "true" else done.user)


class Myself(Resource):
    """``GET /auth/me``."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = answer(self.flows.me(Me(asker=req.context.asker)))


class Logout(Resource):
    """``POST /auth/logout``."""

    def on_post(self, req: Request, resp: Response) -> None:
        self.flows.log_out(LogOut(asker=req.context.asker))
        self.cookies.session.clear(resp)
        resp.status = HTTPStatus.NO_CONTENT


class Refreshing(Resource):
    """``POST /auth/refresh``."""

    def on_post(self, req: Request, resp: Response) -> None:
        resp.media = answer(self.flows.refresh(self.read(Refresh, message(req), asker=req.context.guest)))


class Sessions(Resource):
    """``GET /auth/sessions`` and ``DELETE /auth/sessions``."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = answer(self.flows.list_sessions(ListSessions(asker=req.context.asker)))

    def on_delete(self, req: Request, resp: Response) -> None:
        self.flows.end_sessions(EndSessions(asker=req.context.asker))
        self.cookies.session.clear(resp)
        resp.status = HTTPStatus.NO_CONTENT


class OneSession(Resource):
    """``DELETE /auth/sessions/{session}``."""

    def on_delete(self, req: Request, resp: Response, session: UUID) -> None:
        asker = req.context.asker
        self.flows.end_session(EndSession(SessionId(session), asker=asker))
        if session == asker.session:
            self.cookies.session.clear(resp)
        resp.status = HTTPStatus.NO_CONTENT


class VerificationMail(Resource):
    """``POST /auth/send-verification-email``."""

    def on_post(self, req: Request, resp: Response) -> None:
        done = self.flows.request_verification(self.read(RequestVerification, message(req), asker=req.context.guest))
        resp.status, resp.media = HTTPStatus.ACCEPTED, answer(Done(done.message))


class Verification(Resource):
    """``POST /auth/verify-email``."""

    def on_post(self, req: Request, resp: Response) -> None:
        done = self.flows.verify_email(self.read(VerifyEmail, message(req), asker=req.context.guest))
        if done.proof:
            self.cookies.proof.set(resp, done.proof, within=PROOF_LIVES)
        resp.media = answer(EmailVerifiedShown(done.verified, done.user_id))


class ResetMail(Resource):
    """``POST /auth/forgot-password``."""

    def on_post(self, req: Request, resp: Response) -> None:
        done = self.flows.request_reset(self.read(RequestReset, message(req), asker=req.context.guest))
        resp.status, resp.media = HTTPStatus.ACCEPTED, answer(Done(done.message))


class Reset(Resource):
    """``POST /auth/reset-password``."""

    def on_post(self, req: Request, resp: Response) -> None:
        self.flows.reset_password(self.read(ResetPassword, message(req), asker=req.context.guest))
        resp.media = answer(Done(CHANGED))


class PasswordChange(Resource):
    """``POST /auth/change-password``."""

    def on_post(self, req: Request, resp: Response) -> None:
        self.flows.change_password(self.read(ChangePassword, message(req), asker=req.context.asker))
        resp.media = answer(Done(CHANGED))


class CsrfTokens(Resource):
    """``GET /auth/csrf``."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = answer(CsrfToken(self.csrf.token(req, resp)))


def _opened(
    req: Request, resp: Response, told: Profile | SignedUpShown | None, cookies: Cookies, *, replayed: bool
) -> None:
    """Answer with the account that was opened; where nobody may know of it, alike for everybody."""
    if req.context.proof:
        # It is spent, or it was about another address.
        cookies.proof.clear(resp)
    if replayed:
        resp.set_header("Idempotent-Replayed", "true")
    resp.status = HTTPStatus.CREATED if told else HTTPStatus.ACCEPTED
    resp.media = answer(told or Done(OPENED))


def _post(
    summary: str, command: type[Any], answers: Mapping[int, Any], *refusals: type[Refusal], **more: Any
) -> dict[str, Operation]:
    """Return the one operation of a path that a command is posted to."""
    told: tuple[type[Refusal], ...] = (Malformed, *refusals)
    return {"POST": Operation(summary=summary, command=command, answers=answers, refusals=told, **more)}


def routes(*, flows: AccountFlows, read: Reader, cookies: Cookies, csrf: Csrf) -> list[Route]:
    """Return the paths of accounts."""
    parts = flows, read, cookies, csrf
    opened = (WeakPassword, EmailExists, LimitReached, IdempotencyConflict, RequestInProgress)
    once: dict[str, Any] = {"known": KNOWN, "keyed": True}
    me = Operation(summary="See one's own account", answers={200: Profile}, secured=True)
    leave = Operation(summary="Log out", answers={204: None})
    where = Operation(summary="See where one is logged in", answers={200: SessionList}, secured=True)
    leave_all = Operation(summary="Log out everywhere", answers={204: None}, secured=True)
    leave_one = Operation(summary="Log out in one place", answers={204: None}, refusals=(Missing,), secured=True)
    token = Operation(summary="Get a token for requests with a cookie", answers={200: CsrfToken})

    signup = _post("Sign up, and be logged in", SignUp, {201: SignedUpShown, 202: Done}, *opened, **once)
    register = _post("Register", Register, {201: Profile, 202: Done}, *opened, UsernameTaken, RoleNotAllowed, **once)
    login = _post(
        "Log in",
        LogIn,
        {200: Profile | ProfileWithTokens},
        InvalidCredentials,
        EmailNotVerified,
        LimitReached,
        query={"tokens": bool},
    )
    refresh = _post("Go on by the refresh token", Refresh, {200: Refreshed}, InvalidRefreshToken)
    ask_verify = _post("Ask for a mail to verify an address", RequestVerification, {202: Done}, LimitReached)
    verify = _post("Verify an address", VerifyEmail, {200: EmailVerifiedShown}, InvalidToken, LimitReached)
    ask_reset = _post("Ask for a mail to choose a new password", RequestReset, {202: Done}, LimitReached)
    reset = _post(
        "Choose a new password",
        ResetPassword,
        {200: Done},
        InvalidToken,
        WeakPassword,
        EmailNotVerified,
        LimitReached,
    )
    change = _post(
        "Change one's own password",
        ChangePassword,
        {200: Done},
        InvalidCredentials,
        WeakPassword,
        LimitReached,
        secured=True,
    )

    return [
        Route("/auth/signup", Signup(*parts), signup),
        Route("/auth/register", Registration(*parts), register),
        Route("/auth/login", Login(*parts), login),
        Route("/auth/me", Myself(*parts), {"GET": me}),
        Route("/auth/logout", Logout(*parts), {"POST": leave}),
        Route("/auth/refresh", Refreshing(*parts), refresh),
        Route("/auth/sessions", Sessions(*parts), {"GET": where, "DELETE": leave_all}),
        Route("/auth/sessions/{session:uuid}", OneSession(*parts), {"DELETE": leave_one}),
        Route("/auth/send-verification-email", VerificationMail(*parts), ask_verify),
        Route("/auth/verify-email", Verification(*parts), verify),
        Route("/auth/forgot-password", ResetMail(*parts), ask_reset),
        Route("/auth/reset-password", Reset(*parts), reset),
        Route("/auth/change-password", PasswordChange(*parts), change),
        Route("/auth/csrf", CsrfTokens(*parts), {"GET": token}),
    ]
