"""Forget a user. Who may is told with all operators."""

from __future__ import annotations

from hexflows.core.flows.accounts.erase_user import EraseUser
from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.accounts.reset_password import RequestReset
from hexflows.core.flows.accounts.verify_email import RequestVerification
from hexflows.core.rules.accounts.users import Username, VerifiedVia
from hexflows.core.rules.asking import Role
from hexflows.core.rules.receipts import Receipt
from hexflows.entrypoints.testing.making import HOUR, NOON

from ..people import ADMIN, ANN, AT_HOME, BOB, PASSWORD, asking, logged_in, proof_of, signed_in, with_account

COMMAND = Register(ANN, PASSWORD, Username("Ann-Smith"), key="once", asker=AT_HOME)


def erase(stage, user):
    return stage.flows.accounts.erase_user(EraseUser(user.id, ADMIN))


def test_credential_sessions_secrets_jobs_and_receipts_are_removed(stage):
    before = stage.storage.everything()
    user = stage.flows.accounts.register(COMMAND).user
    stage.flows.accounts.request_reset(RequestReset(ANN))
    stage.flows.accounts.request_verification(RequestVerification(ANN))
    stage.work()
    with stage.storage.transaction() as accounts:
        held = accounts.users.hold(user.id)
        accounts.users.keep(held.verify(VerifiedVia.OPERATOR, NOON))
    logged_in(stage)
    assert before != stage.storage.everything()

    erase(stage, user)

    with stage.storage.snapshot() as accounts:
        left = accounts.users.find(user.id)
        assert accounts.credentials.find(user.id) is None
        assert accounts.sessions.of(user.id) == accounts.jobs.of(user.id) == ()
    stored = stage.storage.everything()
    assert [each for each in ("ann@", "Ann@", "Ann-Smith", "once", str(user.id)) if each in remains(stored, left)] == []


def remains(stored, user):
    """Return what is stored but for the row of the user."""
    return stored.replace(str(user.id), "").replace(user.email.given, "")


def test_secrets_of_an_address_that_was_verified_beforehand_are_removed(stage):
    proof = proof_of(stage, ANN)
    user = with_account(stage)
    erase(stage, user)

    assert not stage.flows.accounts.register(Register(ANN, PASSWORD, proof=proof)).user.is_verified


def test_receipts_of_their_own_are_removed(stage):
    user = with_account(stage)
    receipt = Receipt(str(user.id), "accounts.register", "once", b"0" * 32, NOON, NOON + HOUR)
    with stage.storage.transaction() as accounts:
        accounts.receipts.claim(receipt)

    erase(stage, user)

    with stage.storage.transaction() as accounts:
        assert accounts.receipts.claim(receipt) is None


def test_the_user_stays_as_an_id_without_address_or_name_locked_out(stage):
    user = stage.flows.accounts.register(COMMAND).user

    erased = erase(stage, user)

    assert (erased.id, erased.role, erased.created_at) == (user.id, Role.CUSTOMER, user.created_at)
    assert (erased.username, erased.is_active, erased.is_verified) == (None, False, False)
    assert erased.email == f"erased-{user.id}@erased.invalid"
    with stage.storage.snapshot() as accounts:
        assert accounts.users.find(user.id).erased_at == stage.clock()


def test_their_sessions_are_dead(stage):
    user = with_account(stage)
    grant = logged_in(stage)
    erase(stage, user)

    assert asking(stage, grant) == AT_HOME


def test_address_and_name_are_free_again(stage):
    first = stage.flows.accounts.register(COMMAND).user
    erase(stage, first)

    second = stage.flows.accounts.register(COMMAND)

    assert second.user.id != first.id
    assert not second.replayed


def test_nobody_else_is_forgotten(stage):
    user = with_account(stage)
    with_account(stage, BOB)
    bob = logged_in(stage, BOB)
    erase(stage, user)

    assert asking(stage, bob).session == bob.session
    assert signed_in(stage, BOB)


def test_done_again_it_changes_nothing(stage):
    user = with_account(stage)
    first = erase(stage, user)
    before = stage.storage.everything()
    stage.clock.advance(HOUR)

    assert erase(stage, user) == first
    assert stage.storage.everything() == before
