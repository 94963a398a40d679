"""The sanitiser: blocks that are sound pass, and each way to be unsound is told."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from threading import Thread

import pytest
from attrs import evolve

from hexflows.adapters.memory.mail import MemoryMailer
from hexflows.core.rules.accounts.users import Credential
from hexflows.core.rules.letters import Envelope, PasswordChanged
from hexflows.core.rules.onetime import Purpose
from hexflows.entrypoints.testing.making import (
    NOON,
    new_id,
    new_job,
    new_receipt,
    new_secret,
    new_session,
    new_user,
)
from hexflows.entrypoints.testing.packing import Deed, PlainPacking
from hexflows.entrypoints.testing.sanitiser import Sanitiser, Unsound, watching
from hexflows.entrypoints.testing.stage import in_memory
from hexflows.ports.flow import Taken

ANN, BOB = new_user(), new_user()
SESSION, SECRET, RECEIPT = new_session(ANN), new_secret(), new_receipt(flow="testing.deed")
LETTER = Envelope(new_id(), PasswordChanged("ann@example.com", NOON, "link"))


@pytest.fixture
def sanitiser():
    return Sanitiser()


@pytest.fixture
def storage():
    storage = in_memory(PlainPacking(), wait=0.2)
    with storage.transaction() as accounts:
        accounts.users.add(ANN)
        accounts.users.add(BOB)
        accounts.sessions.add(SESSION)
        accounts.secrets.add(SECRET)
    return storage


@pytest.fixture
def transaction(sanitiser, storage):
    return sanitiser.transaction(storage.transaction)


def hold_and_keep(accounts):
    accounts.users.hold(ANN.id)
    accounts.users.keep(ANN.disable())


def every_rank_in_order(accounts):
    accounts.receipts.claim(RECEIPT)
    accounts.users.hold(ANN.id)
    accounts.sessions.hold(SESSION.id)
    accounts.secrets.attempt(SECRET.id)
    accounts.secrets.spend(SECRET.id, NOON)
    accounts.jobs.put(new_job())
    # What is held already is kept at any time: that waits for nobody.
    accounts.sessions.keep(SESSION)
    accounts.users.keep(ANN)
    accounts.receipts.keep(RECEIPT.answered(Deed("done")))


def add_and_keep(accounts):
    carol = new_user()
    accounts.users.add(carol, Credential(carol.id, "hash", NOON))
    accounts.users.keep(carol.disable())


def keep_a_credential_of_a_held_user(accounts):
    accounts.users.hold(ANN.id)
    accounts.secrets.attempt(SECRET.id)
    accounts.credentials.keep(Credential(ANN.id, "hash", NOON))
    accounts.credentials.remove(ANN.id)


def hold_two_by_rising_id(accounts):
    accounts.users.hold(ANN.id)
    accounts.users.hold(BOB.id)


def add_what_is_new_by_its_id_at_any_time(accounts):
    accounts.jobs.put(new_job())
    accounts.sessions.add(new_session(ANN))
    accounts.secrets.add(new_secret())


def look_at_anything_at_any_time(accounts):
    accounts.jobs.put(new_job())
    accounts.users.find(ANN.id)
    accounts.users.find_by_email(ANN.email)
    accounts.sessions.find_with_user(SESSION.id)
    accounts.credentials.find(ANN.id)
    accounts.secrets.find(SECRET.id)


@pytest.mark.parametrize(
    "act",
    [
        hold_and_keep,
        every_rank_in_order,
        add_and_keep,
        keep_a_credential_of_a_held_user,
        hold_two_by_rising_id,
        add_what_is_new_by_its_id_at_any_time,
        look_at_anything_at_any_time,
    ],
)
def test_a_sound_block_passes(transaction, sanitiser, act):
    with transaction() as accounts:
        act(accounts)

    sanitiser.check()


def lock_a_user_after_a_session(accounts):
    accounts.sessions.hold(SESSION.id)
    accounts.users.hold(ANN.id)


def claim_after_a_user(accounts):
    accounts.users.hold(ANN.id)
    accounts.receipts.claim(RECEIPT)


def add_a_user_after_a_job(accounts):
    accounts.jobs.put(new_job())
    accounts.users.add(new_user())


def retire_after_a_job(accounts):
    accounts.jobs.put(new_job())
    accounts.secrets.retire(Purpose.VERIFY_EMAIL, "x", NOON)


def touch_after_a_secret(accounts):
    accounts.secrets.attempt(SECRET.id)
    accounts.sessions.touch(SESSION.id, NOON)


def hold_two_by_falling_id(accounts):
    accounts.users.hold(BOB.id)
    accounts.users.hold(ANN.id)


def hold_twice(accounts):
    accounts.users.hold(ANN.id)
    accounts.users.hold(ANN.id)


def attempt_twice(accounts):
    accounts.secrets.attempt(SECRET.id)
    accounts.secrets.attempt(SECRET.id)


def claim_twice(accounts):
    accounts.receipts.claim(RECEIPT)
    accounts.receipts.claim(evolve(RECEIPT, fingerprint=b"another"))


def keep_what_was_only_looked_at(accounts):
    user = accounts.users.find(ANN.id)
    accounts.users.keep(user.disable())


def keep_another_than_the_one_held(accounts):
    accounts.users.hold(ANN.id)
    accounts.users.keep(BOB)


def keep_a_receipt_that_was_not_claimed(accounts):
    accounts.receipts.keep(RECEIPT.answered(Deed("done")))


def keep_a_credential_of_a_user_who_is_not_held(accounts):
    accounts.credentials.keep(Credential(ANN.id, "hash", NOON))


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lock_a_user_after_a_session, "users.hold after sessions was locked"),
        (claim_after_a_user, "receipts.claim after users was locked"),
        (add_a_user_after_a_job, "users.add after jobs was locked"),
        (retire_after_a_job, "secrets.retire after jobs was locked"),
        (touch_after_a_secret, "sessions.touch after secrets was locked"),
        (hold_two_by_falling_id, "users.hold of an id below one that is held already"),
        (hold_twice, "users.hold of what is held already"),
        (attempt_twice, "secrets.attempt of what is held already"),
        (claim_twice, "receipts.claim of what is held already"),
        (keep_what_was_only_looked_at, "users.keep without holding it"),
        (keep_another_than_the_one_held, "users.keep without holding it"),
        (keep_a_receipt_that_was_not_claimed, "receipts.keep without holding it"),
        (keep_a_credential_of_a_user_who_is_not_held, "credentials.keep without holding it"),
    ],
)
def test_an_unsound_block_is_told(transaction, sanitiser, act, told):
    with pytest.raises(Unsound, match=told), transaction() as accounts:
        act(accounts)

    with pytest.raises(Unsound, match=told):
        sanitiser.check()


def test_locks_are_those_of_one_block(transaction, sanitiser):
    for act in (lambda accounts: accounts.jobs.put(new_job()), hold_and_keep, hold_and_keep):
        with transaction() as accounts:
            act(accounts)

    sanitiser.check()


def test_what_was_held_in_an_earlier_block_is_not_held_any_more(transaction):
    with transaction() as accounts:
        accounts.users.hold(ANN.id)

    with pytest.raises(Unsound), transaction() as accounts:
        accounts.users.keep(ANN)


def test_an_add_that_was_refused_holds_nothing(transaction):
    rival = new_user(email=ANN.email)

    def add_and_keep_all_the_same(accounts):
        with suppress(Taken):
            accounts.users.add(rival)
        accounts.users.keep(rival)

    with pytest.raises(Unsound, match=r"users\.keep"), transaction() as accounts:
        add_and_keep_all_the_same(accounts)


def test_a_foreign_port_is_called_outside_of_blocks(sanitiser, transaction):
    mailer = sanitiser.foreign(MemoryMailer())
    with transaction() as accounts:
        hold_and_keep(accounts)
    mailer.send(LETTER)

    assert len(mailer.sent) == 1
    sanitiser.check()


def test_a_foreign_port_inside_a_block_is_told(sanitiser, transaction):
    post = MemoryMailer()
    mailer = sanitiser.foreign(post)
    hash_ = sanitiser.foreign(lambda password: password[::-1], "hasher")

    with pytest.raises(Unsound, match=r"MemoryMailer\.send was called inside"), transaction():
        mailer.send(LETTER)
    with pytest.raises(Unsound, match="hasher was called inside"), transaction():
        hash_("sesame")

    assert post.sent == ()
    assert "sesame" not in str(sanitiser.violations)


def test_a_block_inside_a_block_is_told(sanitiser, storage, transaction):
    snapshot = sanitiser.transaction(storage.snapshot)

    with pytest.raises(Unsound, match="inside of another"), transaction(), snapshot():
        pass


def test_blocks_of_other_threads_are_their_own(sanitiser, transaction):
    mailer = sanitiser.foreign(MemoryMailer())
    with transaction():
        thread = Thread(target=lambda: mailer.send(LETTER))
        thread.start()
        thread.join()

    sanitiser.check()


def test_what_is_caught_on_its_way_fails_the_test_at_its_end(storage):
    def careless(sanitiser):
        with suppress(Unsound), sanitiser.transaction(storage.transaction)() as accounts:
            keep_what_was_only_looked_at(accounts)

    with pytest.raises(Unsound, match="without holding it"), watching() as sanitiser:
        careless(sanitiser)


class Shelves:
    def hold(self, _):
        return "a shelf"


class Library:
    shelves = Shelves()


def test_a_collection_without_a_rank_is_told(sanitiser):
    transaction = sanitiser.transaction(lambda: nullcontext(Library()))

    with pytest.raises(Unsound, match="shelves has no rank"), transaction() as library:
        library.shelves.hold(ANN.id)
