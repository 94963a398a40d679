"""Forget what nobody needs any more. Who may is told with all operators."""

from __future__ import annotations

from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.accounts.sweep_accounts import BATCH, KEPT, SweepAccounts
from hexflows.core.flows.accounts.verify_email import RequestVerification
from hexflows.core.rules.accounts.policy import AccountsPolicy
from hexflows.core.rules.answers import Swept
from hexflows.core.rules.limits import DEFAULT
from hexflows.entrypoints.testing.making import DAY, HOUR, NOON, SECOND, new_secret

from ..people import ANN, AT_HOME, BOB, PASSWORD, asking, logged_in, signed_in, with_account


def sweep(stage):
    return stage.flows.accounts.sweep_accounts(SweepAccounts())


def test_of_nothing_nothing_is_forgotten(stage):
    assert sweep(stage) == Swept(0)


def test_receipts_are_forgotten_as_soon_as_they_expired(stage):
    command = Register(ANN, PASSWORD, key="once")
    stage.flows.accounts.register(command)
    stage.work()

    stage.clock.advance(DAY)
    assert sweep(stage) == Swept(0)
    stage.clock.advance(SECOND)
    assert sweep(stage) == Swept(1)


def test_sessions_are_forgotten_a_while_after_they_ended(stage):
    with_account(stage)
    stage.flows.accounts.log_out(LogOut(signed_in(stage)))

    stage.clock.advance(KEPT)
    assert sweep(stage) == Swept(0)
    stage.clock.advance(SECOND)
    assert sweep(stage) == Swept(1)


def test_sessions_are_forgotten_a_while_after_they_expired(stage):
    with_account(stage)
    logged_in(stage)

    stage.clock.advance(stage.policy.sessions.absolute + KEPT)
    assert sweep(stage) == Swept(0)
    stage.clock.advance(SECOND)
    assert sweep(stage) == Swept(1)


def test_secrets_are_forgotten_a_while_after_they_expired_and_jobs_after_they_ended(stage):
    stage.flows.accounts.request_verification(RequestVerification(ANN))
    stage.work()

    stage.clock.advance(KEPT)
    assert sweep(stage) == Swept(0)
    stage.clock.advance(SECOND)
    assert sweep(stage) == Swept(1)
    stage.clock.advance(DAY)
    assert sweep(stage) == Swept(1)


def test_a_job_that_has_not_ended_is_not_forgotten(stage):
    stage.flows.accounts.request_verification(RequestVerification(ANN))
    stage.clock.advance(KEPT + 2 * DAY)
    sweep(stage)

    assert stage.work() == 1


def test_counters_of_requests_are_forgotten_when_their_time_is_over(staged):
    stage = staged(AccountsPolicy(limits=DEFAULT))
    stage.flows.accounts.register(Register(ANN, PASSWORD, asker=AT_HOME))

    stage.clock.advance(HOUR)
    assert sweep(stage) == Swept(0)
    stage.clock.advance(SECOND)
    assert sweep(stage) == Swept(1)


def test_what_lives_stays(stage):
    with_account(stage)
    with_account(stage, BOB, verified=False)
    grant = logged_in(stage)
    before = stage.storage.everything()

    sweep(stage)

    assert stage.storage.everything() == before
    assert asking(stage, grant).session == grant.session


def test_a_bounded_number_is_forgotten_at_a_time(stage):
    with stage.storage.transaction() as accounts:
        for _ in range(BATCH + 1):
            accounts.secrets.add(new_secret(expires_at=NOON))
    stage.clock.advance(KEPT + SECOND)

    assert [sweep(stage).count for _ in range(3)] == [BATCH, 1, 0]
