"""The flows that the HTTP door calls, as a view that whoever wires them satisfies."""

from __future__ import annotations

from typing import Protocol

from ...core.flows.accounts.change_password import ChangePassword
from ...core.flows.accounts.end_sessions import EndSession, EndSessions
from ...core.flows.accounts.list_sessions import ListSessions, SessionList
from ...core.flows.accounts.log_in import LoggedIn, LogIn
from ...core.flows.accounts.log_out import LogOut
from ...core.flows.accounts.me import Me
from ...core.flows.accounts.refresh import Refresh, Refreshed
from ...core.flows.accounts.register import Register, Registered
from ...core.flows.accounts.reset_password import RequestReset, ResetPassword
from ...core.flows.accounts.sign_up import SignedUp, SignUp
from ...core.flows.accounts.verify_email import EmailVerified, RequestVerification, VerifyEmail
from ...core.rules.accounts.users import Profile
from ...core.rules.answers import Accepted, Nothing
from ...ports.flow import Flow


class AccountFlows(Protocol):
    """What people do with their own accounts."""

    @property
    def sign_up(self) -> Flow[SignUp, SignedUp]: ...

    @property
    def register(self) -> Flow[Register, Registered]: ...

    @property
    def log_in(self) -> Flow[LogIn, LoggedIn]: ...

    @property
    def me(self) -> Flow[Me, Profile]: ...

    @property
    def log_out(self) -> Flow[LogOut, Nothing]: ...

    @property
    def refresh(self) -> Flow[Refresh, Refreshed]: ...

    @property
    def list_sessions(self) -> Flow[ListSessions, SessionList]: ...

    @property
    def end_session(self) -> Flow[EndSession, Nothing]: ...

    @property
    def end_sessions(self) -> Flow[EndSessions, Nothing]: ...

    @property
    def request_verification(self) -> Flow[RequestVerification, Accepted]: ...

    @property
    def verify_email(self) -> Flow[VerifyEmail, EmailVerified]: ...

    @property
    def request_reset(self) -> Flow[RequestReset, Accepted]: ...

    @property
    def reset_password(self) -> Flow[ResetPassword, Nothing]: ...

    @property
    def change_password(self) -> Flow[ChangePassword, Nothing]: ...
