"""Every flow there is, by context. What stands here can be called through every door."""

from __future__ import annotations

from attrs import frozen

from ..core.flows.accounts.act_for import ActFor
from ..core.flows.accounts.authenticate import Authenticate
from ..core.flows.accounts.change_password import ChangePassword
from ..core.flows.accounts.create_user import CreateUser
from ..core.flows.accounts.disable_user import DisableUser, EnableUser
from ..core.flows.accounts.end_sessions import EndSession, EndSessions
from ..core.flows.accounts.erase_user import EraseUser
from ..core.flows.accounts.export_user import Export, ExportUser
from ..core.flows.accounts.grant_role import GrantRole, RevokeSessions
from ..core.flows.accounts.list_sessions import ListSessions, SessionList
from ..core.flows.accounts.list_users import ListUsers, ShowUser
from ..core.flows.accounts.log_in import LoggedIn, LogIn
from ..core.flows.accounts.log_out import LogOut
from ..core.flows.accounts.mail_notices import SendChangedMail, SendRegisteredMail
from ..core.flows.accounts.mail_secrets import SendResetMail, SendVerificationMail
from ..core.flows.accounts.me import Me
from ..core.flows.accounts.refresh import Refresh, Refreshed
from ..core.flows.accounts.register import Register, Registered
from ..core.flows.accounts.reset_password import RequestReset, ResetPassword
from ..core.flows.accounts.sign_up import SignedUp, SignUp
from ..core.flows.accounts.sweep_accounts import SweepAccounts
from ..core.flows.accounts.verify_email import EmailVerified, RequestVerification, VerifyEmail
from ..core.flows.jobs.list_jobs import ListJobs, ShowJob
from ..core.flows.jobs.relay_jobs import Relayed, RelayJobs
from ..core.flows.jobs.retry_job import CancelJob, RetryJob
from ..core.flows.jobs.run_due import Drained, RunDue
from ..core.flows.jobs.run_job import Ran, RunJob
from ..core.flows.jobs.submit_job import SubmitJob, Submitted
from ..core.rules.accounts.users import Profile
from ..core.rules.answers import Accepted, Nothing, Sent, Swept
from ..core.rules.asking import Asker
from ..core.rules.jobs import JobShown
from ..core.rules.pages import Page
from ..ports.flow import Flow


@frozen(kw_only=True)
class AccountFlows:
    """Users, credentials, sessions, verification, recovery."""

    sign_up: Flow[SignUp, SignedUp]
    register: Flow[Register, Registered]
    log_in: Flow[LogIn, LoggedIn]
    authenticate: Flow[Authenticate, Asker]
    act_for: Flow[ActFor, Asker]
    me: Flow[Me, Profile]
    log_out: Flow[LogOut, Nothing]
    refresh: Flow[Refresh, Refreshed]
    list_sessions: Flow[ListSessions, SessionList]
    end_session: Flow[EndSession, Nothing]
    end_sessions: Flow[EndSessions, Nothing]
    request_verification: Flow[RequestVerification, Accepted]
    verify_email: Flow[VerifyEmail, EmailVerified]
    request_reset: Flow[RequestReset, Accepted]
    reset_password: Flow[ResetPassword, Nothing]
    change_password: Flow[ChangePassword, Nothing]
    send_verification_mail: Flow[SendVerificationMail, Sent]
    send_reset_mail: Flow[SendResetMail, Sent]
    send_registered_mail: Flow[SendRegisteredMail, Sent]
    send_changed_mail: Flow[SendChangedMail, Sent]
    create_user: Flow[CreateUser, Profile]
    list_users: Flow[ListUsers, Page[Profile]]
    show_user: Flow[ShowUser, Profile]
    disable_user: Flow[DisableUser, Profile]
    enable_user: Flow[EnableUser, Profile]
    grant_role: Flow[GrantRole, Profile]
    revoke_sessions: Flow[RevokeSessions, Nothing]
    export_user: Flow[ExportUser, Export]
    erase_user: Flow[EraseUser, Profile]
    sweep_accounts: Flow[SweepAccounts, Swept]


@frozen(kw_only=True)
class JobFlows:
    """Work for later: the queue and its operators."""

    submit_job: Flow[SubmitJob, Submitted]
    list_jobs: Flow[ListJobs, Page[JobShown]]
    show_job: Flow[ShowJob, JobShown]
    retry_job: Flow[RetryJob, JobShown]
    cancel_job: Flow[CancelJob, JobShown]
    relay_jobs: Flow[RelayJobs, Relayed]
    run_job: Flow[RunJob, Ran]
    run_due: Flow[RunDue, Drained]


@frozen(kw_only=True)
class Flows:
    """Every flow, ready to be called with its command alone."""

    accounts: AccountFlows
    jobs: JobFlows
