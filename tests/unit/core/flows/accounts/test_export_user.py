"""Hand out everything that is stored about a user. Which operators may is told with all of them."""

from __future__ import annotations

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.export_user import Export, ExportUser
from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.flows.accounts.reset_password import RequestReset
from hexflows.core.rules.accounts.users import VerifiedVia
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.refusals import Missing, NotAllowed
from hexflows.entrypoints.testing.making import HOUR, NOON
from hexflows.entrypoints.testing.stage import readable

from ..people import ADMIN, ANN, BOB, CUSTOMER, refused, signed_in, with_account


def test_users_get_their_own(stage):
    user = with_account(stage)
    asker = signed_in(stage)
    stage.clock.advance(HOUR)

    export = stage.flows.accounts.export_user(ExportUser(user.id, asker))

    (session,) = export.sessions
    assert export == Export(stage.clock(), user, NOON, VerifiedVia.OPERATOR, NOON, (session,), ())
    assert (session.id, session.current) == (asker.session, True)


def test_nobody_gets_anybody_elses(stage):
    user = with_account(stage)
    with_account(stage, BOB)
    bob = signed_in(stage, BOB)

    with refused(stage, NotAllowed):
        stage.flows.accounts.export_user(ExportUser(user.id, bob))


@pytest.mark.parametrize("asker", [ADMIN, SYSTEM])
def test_administrators_get_anybodys(stage, asker):
    user = with_account(stage)
    signed_in(stage)

    export = stage.flows.accounts.export_user(ExportUser(user.id, asker))

    assert (export.user, [each.current for each in export.sessions]) == (user, [False])


def test_who_has_no_account_is_missing(stage):
    with refused(stage, Missing):
        stage.flows.accounts.export_user(ExportUser(CUSTOMER.user, CUSTOMER))


def test_jobs_on_their_behalf_and_no_others_are_in_it(stage):
    user = with_account(stage, verified=False)
    with_account(stage, BOB, verified=False)
    stage.flows.accounts.request_reset(RequestReset(ANN))

    export = stage.flows.accounts.export_user(ExportUser(user.id, evolve(CUSTOMER, user=user.id)))

    assert [each.name for each in export.jobs] == ["accounts.send_reset_mail", "accounts.send_verification_mail"]


def test_sessions_that_were_ended_are_not_in_it(stage):
    user = with_account(stage)
    stage.flows.accounts.log_out(LogOut(signed_in(stage)))

    assert stage.flows.accounts.export_user(ExportUser(user.id, ADMIN)).sessions == ()


def test_hashes_and_secrets_are_not_in_it(stage):
    user = with_account(stage)
    signed_in(stage)
    with stage.storage.snapshot() as accounts:
        hashed = accounts.credentials.find(user.id).hash
        (session,) = accounts.sessions.of(user.id)

    export = readable(stage.flows.accounts.export_user(ExportUser(user.id, ADMIN)))

    assert not [each for each in (hashed, session.cookie_hash.hex(), session.nonce.hex()) if each in export]


def test_who_has_no_password_has_none_in_it(stage):
    user = with_account(stage, password=None)

    assert stage.flows.accounts.export_user(ExportUser(user.id, ADMIN)).password_changed_at is None


def test_of_who_was_forgotten_an_id_is_left(stage):
    user = with_account(stage)
    signed_in(stage)
    erased = stage.flows.accounts.erase_user(EraseUser(user.id, SYSTEM))

    export = stage.flows.accounts.export_user(ExportUser(user.id, ADMIN))

    assert export == Export(stage.clock(), erased, None, None, None, (), ())
