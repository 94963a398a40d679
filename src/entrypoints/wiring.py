"""The composition root: parts in, flows out. If it type-checks, it is wired."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen

from ..adapters.memory.leases import MemoryLeases
from ..core.flows.accounts._granting import Granting
from ..core.flows.accounts._opening import Openings
from ..core.flows.accounts._secrets import Mint
from ..core.flows.accounts.act_for import act_for
from ..core.flows.accounts.authenticate import authenticate
from ..core.flows.accounts.change_password import change_password
from ..core.flows.accounts.create_user import create_user
from ..core.flows.accounts.disable_user import disable_user, enable_user
from ..core.flows.accounts.end_sessions import end_session, end_sessions
from ..core.flows.accounts.erase_user import erase_user
from ..core.flows.accounts.export_user import export_user
from ..core.flows.accounts.grant_role import grant_role, revoke_sessions
from ..core.flows.accounts.list_sessions import list_sessions
from ..core.flows.accounts.list_users import list_users, show_user
from ..core.flows.accounts.log_in import log_in
from ..core.flows.accounts.log_out import log_out
from ..core.flows.accounts.mail_notices import send_changed_mail, send_registered_mail
from ..core.flows.accounts.mail_secrets import send_reset_mail, send_verification_mail
from ..core.flows.accounts.me import me
from ..core.flows.accounts.refresh import refresh
from ..core.flows.accounts.register import register
from ..core.flows.accounts.reset_password import request_reset, reset_password
from ..core.flows.accounts.sign_up import sign_up
from ..core.flows.accounts.sweep_accounts import sweep_accounts
from ..core.flows.accounts.verify_email import request_verification, verify_email
from ..core.flows.jobs.list_jobs import list_jobs, show_job
from ..core.flows.jobs.relay_jobs import relay_jobs
from ..core.flows.jobs.retry_job import cancel_job, retry_job
from ..core.flows.jobs.run_due import run_due
from ..core.flows.jobs.run_job import run_job
from ..core.flows.jobs.submit_job import ReadCommand, submit_job
from ..core.rules.accounts.policy import AccountsPolicy
from ..ports.accounts import Accounts
from ..ports.flow import Clock, Draws, Glance, NewId, NewSecret, Snapshot, Transaction
from ..ports.jobs import KeepAlive, Perform, Queue, SendHint
from ..ports.leases import Leases
from ..ports.limits import Limits
from ..ports.mail import Mailer
from ..ports.receipts import Fingerprint
from ..ports.secrets import AccessTokens, Hasher, Keyring
from .binding import bind
from .flows import AccountFlows, Flows, JobFlows


@frozen(kw_only=True)
class Parts:
    """Everything that the flows are played by."""

    accounts: Transaction[Accounts]
    accounts_snapshot: Snapshot[Accounts]
    accounts_glance: Glance[Accounts]
    queue: Transaction[Queue]
    queue_snapshot: Snapshot[Queue]
    limits: Limits
    hasher: Hasher
    keyring: Keyring
    tokens: AccessTokens
    mailer: Mailer
    fingerprint: Fingerprint
    read_command: ReadCommand
    #: Makes what does a job, given the flows that it may call once they are assembled.
    performer: Callable[[Callable[[], Flows]], Perform]
    keep_alive: KeepAlive
    send_hint: SendHint
    clock: Clock
    new_id: NewId
    new_secret: NewSecret
    draws: Draws
    policy: AccountsPolicy = field(factory=AccountsPolicy)
    #: Who leads the schedule takes one.
    leases: Leases = field(factory=MemoryLeases)


def assemble(parts: Parts) -> Flows:
    """Return the flows, played by *parts*."""

    def flows() -> Flows:
        return assembled

    assembled = Flows(accounts=_accounts(parts), jobs=_jobs(parts, parts.performer(flows)))
    return assembled


def _accounts(parts: Parts) -> AccountFlows:
    accounts, snapshot, clock = parts.accounts, parts.accounts_snapshot, parts.clock
    limits, hasher, policy, mailer = parts.limits, parts.hasher, parts.policy, parts.mailer
    keyring, tokens, sessions = parts.keyring, parts.tokens, parts.policy.sessions
    mint = Mint(keyring, parts.new_id, parts.new_secret)
    openings = Openings(policy, mint, parts.new_id)
    granting = Granting(keyring, tokens, parts.new_id, parts.new_secret)

    return AccountFlows(
        sign_up=bind(
            sign_up,
            transaction=accounts,
            limits=limits,
            hasher=hasher,
            fingerprint=parts.fingerprint,
            openings=openings,
            granting=granting,
            clock=clock,
        ),
        register=bind(
            register,
            transaction=accounts,
            limits=limits,
            hasher=hasher,
            fingerprint=parts.fingerprint,
            openings=openings,
            clock=clock,
        ),
        log_in=bind(
            log_in,
            transaction=accounts,
            snapshot=snapshot,
            limits=limits,
            hasher=hasher,
            policy=policy,
            granting=granting,
            clock=clock,
        ),
        authenticate=bind(
            authenticate,
            transaction=accounts,
            glance=parts.accounts_glance,
            tokens=tokens,
            limits=sessions,
            clock=clock,
        ),
        act_for=bind(act_for, snapshot=snapshot, limits=sessions, clock=clock),
        me=bind(me, glance=parts.accounts_glance),
        log_out=bind(log_out, transaction=accounts, clock=clock),
        refresh=bind(refresh, transaction=accounts, keyring=keyring, granting=granting, limits=sessions, clock=clock),
        list_sessions=bind(list_sessions, snapshot=snapshot, limits=sessions, clock=clock),
        end_session=bind(end_session, transaction=accounts, clock=clock),
        end_sessions=bind(end_sessions, transaction=accounts),
        request_verification=bind(
            request_verification, transaction=accounts, limits=limits, policy=policy, mint=mint, clock=clock
        ),
        verify_email=bind(verify_email, transaction=accounts, limits=limits, policy=policy, mint=mint, clock=clock),
        request_reset=bind(
            request_reset,
            transaction=accounts,
            limits=limits,
            policy=policy,
            mint=mint,
            new_id=parts.new_id,
            clock=clock,
        ),
        reset_password=bind(
            reset_password,
            transaction=accounts,
            snapshot=snapshot,
            limits=limits,
            hasher=hasher,
            policy=policy,
            clock=clock,
        ),
        change_password=bind(
            change_password,
            transaction=accounts,
            snapshot=snapshot,
            limits=limits,
            hasher=hasher,
            policy=policy,
            clock=clock,
        ),
        send_verification_mail=bind(
            send_verification_mail, snapshot=snapshot, mailer=mailer, keyring=keyring, policy=policy, clock=clock
        ),
        send_reset_mail=bind(
            send_reset_mail, snapshot=snapshot, mailer=mailer, keyring=keyring, policy=policy, clock=clock
        ),
        send_registered_mail=bind(send_registered_mail, snapshot=snapshot, mailer=mailer, policy=policy, clock=clock),
        send_changed_mail=bind(send_changed_mail, snapshot=snapshot, mailer=mailer, policy=policy),
        create_user=bind(create_user, transaction=accounts, hasher=hasher, openings=openings, clock=clock),
        list_users=bind(list_users, snapshot=snapshot),
        show_user=bind(show_user, snapshot=snapshot),
        disable_user=bind(disable_user, transaction=accounts),
        enable_user=bind(enable_user, transaction=accounts),
        grant_role=bind(grant_role, transaction=accounts),
        revoke_sessions=bind(revoke_sessions, transaction=accounts),
        export_user=bind(export_user, snapshot=snapshot, clock=clock),
        erase_user=bind(erase_user, transaction=accounts, clock=clock),
        sweep_accounts=bind(sweep_accounts, transaction=accounts, limits=limits, clock=clock),
    )


def _jobs(parts: Parts, perform: Perform) -> JobFlows:
    queue, snapshot, clock, draws = parts.queue, parts.queue_snapshot, parts.clock, parts.draws

    return JobFlows(
        submit_job=bind(submit_job, transaction=queue, read=parts.read_command, clock=clock),
        list_jobs=bind(list_jobs, snapshot=snapshot),
        show_job=bind(show_job, snapshot=snapshot),
        retry_job=bind(retry_job, transaction=queue, new_id=parts.new_id, clock=clock),
        cancel_job=bind(cancel_job, transaction=queue, clock=clock),
        relay_jobs=bind(relay_jobs, transaction=queue, send=parts.send_hint, clock=clock, draws=draws),
        run_job=bind(
            run_job,
            transaction=queue,
            perform=perform,
            keep_alive=parts.keep_alive,
            clock=clock,
            draws=draws,
        ),
        run_due=bind(
            run_due,
            transaction=queue,
            perform=perform,
            keep_alive=parts.keep_alive,
            clock=clock,
            draws=draws,
        ),
    )
