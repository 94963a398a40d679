"""After everything that people do with their accounts, no database holds anything that opens one."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from attrs import frozen

from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.flows.accounts.change_password import ChangePassword
from hexflows.core.flows.accounts.create_user import CreateUser
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.flows.accounts.refresh import Refresh
from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.accounts.reset_password import RequestReset, ResetPassword
from hexflows.core.flows.accounts.sign_up import SignUp
from hexflows.core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from hexflows.core.flows.jobs.submit_job import SubmitJob
from hexflows.core.rules.asking import SYSTEM
from hexflows.core.rules.base64url import decode
from hexflows.core.rules.jobs import Status
from hexflows.core.rules.refusals import Refusal
from hexflows.core.rules.secrecy import Password, Secret
from hexflows.entrypoints.testing.making import email
from hexflows.entrypoints.testing.stage import Stage

from .databases import as_accounts, everything

#: How many bytes at the front of a token are no secret: ids, and the number of a refresh token.
COOKIE, REFRESH, ONE_TIME = 16, 24, 16


@frozen
class Told:
    """Everything that people typed or were given, by what it is called; as the bytes that are secret in it."""

    secrets: dict

    def password(self, text):
        self.secrets[f"password {text}"] = text.encode()
        return Password(text)

    def token(self, name, secret, public):
        """Note a token: its text, and what in it nobody may know."""
        self.secrets[f"{name} as a text {len(self.secrets)}"] = secret.text.encode()
        self.secrets[f"{name} {len(self.secrets)}"] = decode(secret.text, (len(secret.text) * 3) // 4)[public:]
        return secret

    def grant(self, grant):
        self.token("cookie", grant.cookie, COOKIE)
        self.token("refresh token", grant.refresh_token, REFRESH)
        self.access(grant.token)
        return grant

    def access(self, secret):
        self.secrets[f"access token {len(self.secrets)}"] = secret.text.encode()
        self.secrets[f"its signature {len(self.secrets)}"] = secret.text.rpartition(".")[2].encode()


@pytest.fixture
def stage(sql_storage):
    return Stage.on(lambda packing: as_accounts(sql_storage, packing))


@pytest.fixture
def told(stage):
    """Everything secret, after all that people do."""
    told = Told({})
    live(stage, told)
    return told


def live(stage, told):
    """Do everything, rightly and wrongly, by hand and as jobs."""
    accounts, jobs = stage.flows.accounts, stage.flows.jobs
    ann, bob = email("ann@example.com"), email("bob@example.com")

    def mailed(name):
        stage.work()
        return told.token(name, Secret(stage.mailer.sent[-1].letter.link.partition("token=")[2]), ONE_TIME)

    # Ann verifies before she registers, twice under one key; Bob signs up, and does it again.
    accounts.request_verification(RequestVerification(ann))
    proof = accounts.verify_email(VerifyEmail(mailed("verification"))).proof
    register = Register(ann, told.password("Ann-Types-This-1"), key="once", proof=told.token("proof", proof, ONE_TIME))
    accounts.register(register)
    accounts.register(register)
    sign_up = SignUp(bob, told.password("Bob-Types-This-1"), key="once")
    grant = told.grant(accounts.sign_up(sign_up).grant)
    accounts.sign_up(sign_up)
    refused(accounts.register, Register(bob, told.password("Somebody-Elses-1")))
    accounts.verify_email(VerifyEmail(mailed("verification")))
    accounts.request_verification(RequestVerification(email("never-spent@example.com")))
    mailed("verification that is never used")

    # Logins, right and wrong; refreshes, also of a thief; changes and resets.
    mine = told.grant(accounts.log_in(LogIn(ann, Password("Ann-Types-This-1"))).grant)
    refused(accounts.log_in, LogIn(ann, told.password("Ann-Mistypes-This-1")))
    token = grant.refresh_token
    for _ in range(4):
        refreshed = accounts.refresh(Refresh(token))
        told.access(refreshed.token)
        token = told.token("refresh token", refreshed.refresh_token, REFRESH)
    refused(accounts.refresh, Refresh(grant.refresh_token))
    asker = accounts.authenticate(Authenticate(cookie=mine.cookie))
    accounts.change_password(ChangePassword(Password("Ann-Types-This-1"), told.password("Ann-Changes-It-2"), asker))
    accounts.request_reset(RequestReset(bob))
    reset = mailed("reset")
    refused(accounts.reset_password, ResetPassword(altered(reset), told.password("A-Thief-Wants-It-9")))
    accounts.reset_password(ResetPassword(reset, told.password("Bob-Changes-It-2")))
    refused(accounts.reset_password, ResetPassword(reset, told.password("Bob-Does-It-Again-3")))
    accounts.request_reset(RequestReset(bob))
    mailed("reset that is never used")

    # The same as jobs: done, refused, and never begun.
    submit = jobs.submit_job
    for flow, message in (
        ("accounts.register", {"email": "carl@example.com", "password": "Carl-Types-This-1"}),
        ("accounts.sign_up", {"email": "dora@example.com", "password": "Dora-Types-This-1"}),
        ("accounts.log_in", {"email": "ann@example.com", "password": "Ann-Changes-It-2"}),
        ("accounts.log_in", {"email": "ann@example.com", "password": "Ann-Mistypes-In-A-Job-1"}),
        ("accounts.refresh", {"refresh_token": token.text}),
        ("accounts.reset_password", {"token": reset.text, "new_password": "Bob-Tries-As-A-Job-4"}),
    ):
        for name in {"password", "new_password"} & set(message):
            told.password(message[name])
        submit(SubmitJob(flow, message))
    stage.work()
    told.password("Erna-Waits-For-It-1")
    submit(SubmitJob("accounts.register", {"email": "erna@example.com", "password": "Erna-Waits-For-It-1"}))

    # Operators, and the end.
    fred = CreateUser(email("fred@example.com"), password=told.password("Fred-Is-Given-This-1"), asker=SYSTEM)
    accounts.disable_user(DisableUser(accounts.create_user(fred).id, SYSTEM))
    accounts.log_out(LogOut(asker))


def refused(flow, command):
    with pytest.raises(Refusal):
        flow(command)


def altered(secret):
    """Return the token with another last letter but four."""
    text = secret.text
    return Secret(f"{text[:-5]}{'A' if text[-5] != 'A' else 'B'}{text[-4:]}")


def spellings(secret):
    """Yield all that bytes may be hidden as: themselves, hexadecimal, and base64 wherever it begins."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for ahead in range(3):
            # What stands before shifts the letters; those that depend on what is around are left out.
            letters = encode(b"\0" * ahead + secret).rstrip(b"=")
            yield letters[(0, 2, 3)[ahead] : len(letters) - (1 if (ahead + len(secret)) % 3 else 0)]


def found(told, haystack):
    """Return the names of the secrets that can be read in the bytes."""
    return [name for name, secret in told.secrets.items() if any(each in haystack for each in spellings(secret))]


def as_bytes(value):
    """Return a column's value as it lies there."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_no_column_of_any_table_holds_a_secret(sql_storage, stage, told):
    tables = everything(sql_storage)
    assert [table for table, rows in tables.items() if not rows] == ["leases", "limits"], "every table is looked at"
    assert {each["status"] for each in tables["jobs"]} == {Status.COMPLETED, Status.FAILED, Status.QUEUED}

    held = {
        (table, column): names
        for table, rows in tables.items()
        for row in rows
        for column, value in row.items()
        if (names := found(told, as_bytes(value)))
    }

    assert held == {}


def test_no_secret_is_left_in_the_files_of_the_embedded_default(sqlite_storage, sqlite_url):
    stage, told = Stage.on(lambda packing: as_accounts(sqlite_storage, packing)), Told({})
    live(stage, told)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    files = {each.name: each.read_bytes() for each in path.parent.glob(f"{path.name}*")}
    assert b"ann@example.com" in b"".join(files.values()), "what is no secret can be read"

    assert {name: names for name, content in files.items() if (names := found(told, content))} == {}


@pytest.mark.parametrize("length", range(20, 24))
@pytest.mark.parametrize("ahead", range(4))
def test_a_secret_that_is_hidden_is_found(length, ahead):
    secret = bytes(range(200, 200 + length))
    told, around = Told({"it": secret}), b"x" * ahead
    shown = [each(around + secret + b"yz") for each in (base64.b64encode, base64.urlsafe_b64encode, bytes.hex)]

    for each in shown:
        text = each if isinstance(each, bytes) else each.encode()
        assert found(told, b'{"a": "' + text + b'"}') == ["it"]
    assert found(told, around + secret) == ["it"]
    assert found(told, base64.b64encode(secret[1:-1] + secret[:3])) == []
