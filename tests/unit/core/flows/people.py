"""Who is on the stage, and how they get there: what the tests of flows say in one line."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from attrs import evolve

from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.flows.accounts.create_user import CreateUser
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from hexflows.core.rules.asking import SYSTEM, Asker, Role
from hexflows.core.rules.letters import VerifyAddress
from hexflows.core.rules.pages import Slice
from hexflows.core.rules.secrecy import Password, Secret
from hexflows.entrypoints.testing.making import email, new_id

ANN, BOB = email("Ann@example.com"), email("bob@example.com")
PASSWORD, ANOTHER = Password("Correct-Horse-1"), Password("Battery-Staple-2")
WEAK = Password("short")

#: Somebody at a browser who is not signed in.
AT_HOME = Asker(address="192.0.2.7", agent="Browser")
ELSEWHERE = Asker(address="198.51.100.9", agent="Phone")
ADMIN = Asker(user=new_id(), role=Role.ADMIN)
SUPPORT = Asker(user=new_id(), role=Role.SUPPORT)
CUSTOMER = Asker(user=new_id(), role=Role.CUSTOMER)
SELLER = Asker(user=new_id(), role=Role.SELLER)
#: A worker that does an administrator's job: it has their rights, and not those of the system itself.
FOR_ADMIN = evolve(ADMIN, system=True)


def with_account(stage, address=ANN, *, verified=True, password=PASSWORD, role=Role.CUSTOMER):
    """Have somebody with an account there, and return what is shown of them."""
    command = CreateUser(address, password=password, verified=verified, role=role, asker=SYSTEM)
    return stage.flows.accounts.create_user(command)


def logged_in(stage, address=ANN, password=PASSWORD, at=AT_HOME):
    """Return how a new session of theirs is presented."""
    return stage.flows.accounts.log_in(LogIn(address, password, at)).grant


def asking(stage, grant, at=AT_HOME):
    """Return who asks by the cookie of the session."""
    return stage.flows.accounts.authenticate(Authenticate(cookie=grant.cookie, asker=at))


def signed_in(stage, address=ANN, at=AT_HOME):
    """Return them, asking in a new session."""
    return asking(stage, logged_in(stage, address, at=at), at)


def letters(stage, kind):
    """Return the letters of that kind that have arrived, after all jobs that are due were done."""
    stage.work()
    return [each.letter for each in stage.mailer.sent if isinstance(each.letter, kind)]


def token_in(letter):
    """Return the secret that a letter's link carries."""
    return Secret(letter.link.partition("token=")[2])


def pending(stage, flow):
    """Return the jobs that wait for that flow, newest first."""
    with stage.storage.snapshot() as accounts:
        return [each for each in accounts.jobs.page(Slice(200)) if each.name == flow and not each.is_terminal]


def proof_of(stage, address):
    """Return what a browser gets that verifies an address which has no account."""
    stage.flows.accounts.request_verification(RequestVerification(address))
    (*_, letter) = (each for each in letters(stage, VerifyAddress) if each.to == address.given)
    return stage.flows.accounts.verify_email(VerifyEmail(token_in(letter))).proof


@contextmanager
def refused(stage, refusal):
    """Expect that the block is refused so, and that nothing has changed after it."""
    before = stage.storage.everything()
    with pytest.raises(refusal) as caught:
        yield caught
    assert type(caught.value) is refusal
    assert stage.storage.everything() == before
