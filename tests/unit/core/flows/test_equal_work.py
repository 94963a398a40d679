"""Who may not know whether there is an account cannot tell it by the work either: the ports are called alike."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from hexflows.core.flows.accounts.create_user import CreateUser
from hexflows.core.flows.accounts.disable_user import DisableUser
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.accounts.reset_password import RequestReset
from hexflows.core.flows.accounts.sign_up import SignUp
from hexflows.core.flows.accounts.verify_email import RequestVerification, VerifyEmail
from hexflows.core.rules.accounts.policy import AccountsPolicy, Disclosure
from hexflows.core.rules.accounts.sessions import InvalidCredentials
from hexflows.core.rules.asking import SYSTEM, Asker
from hexflows.core.rules.onetime import token
from hexflows.core.rules.secrecy import Password, Secret
from hexflows.entrypoints.testing.faults import equal_work
from hexflows.entrypoints.testing.making import email, new_id, new_secret_bytes
from hexflows.entrypoints.testing.stage import Stage, in_memory

GUEST = Asker(address="192.0.2.7")

writing = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
emails = st.from_regex(r"[a-z0-9][a-z0-9.+-]{0,20}@[a-z]{2,9}\.(com|example)", fullmatch=True).map(email)
passwords = writing.map("Correct-Horse-1{}".format).map(Password)
anything = writing.map(Password)


def a_stage(address, password, *, verified, disclosure=Disclosure.DISCLOSE):
    """Return a stage with one account on it, limits as by default, and who has the account."""
    stage = Stage.on(in_memory, policy=AccountsPolicy(disclosure=disclosure))
    command = CreateUser(address, password=password, verified=verified, asker=SYSTEM)
    return stage, stage.flows.accounts.create_user(command).id


def work(stage, flow, command):
    """Return the port calls that the command costs, and what came of it."""
    before = len(stage.faults.trace)
    with stage.faults.run():
        try:
            came = flow(command)
        except InvalidCredentials as refusal:
            came = str(refusal)
    stage.check()
    return stage.faults.trace[before:], came


def alike(*done):
    """Make sure that each of what was done cost the same and came to the same; return what it cost."""
    equal_work(*(calls for calls, _ in done))
    assert len({repr(came) for _, came in done}) == 1
    return done[0][0]


@given(known=emails, unknown=emails, right=passwords, wrong=anything, verified=st.booleans())
def test_a_login_that_fails_costs_the_same_for_everybody(known, unknown, right, wrong, verified):
    assume(known != unknown and right.text != wrong.text)
    stage, user = a_stage(known, right, verified=verified)
    log_in = stage.flows.accounts.log_in

    wrong_password = work(stage, log_in, LogIn(known, wrong, GUEST))
    unknown_address = work(stage, log_in, LogIn(unknown, right, GUEST))
    stage.flows.accounts.disable_user(DisableUser(user, SYSTEM))
    locked_out = work(stage, log_in, LogIn(known, right, GUEST))
    locked_out_and_wrong = work(stage, log_in, LogIn(known, wrong, GUEST))

    calls = alike(wrong_password, unknown_address, locked_out, locked_out_and_wrong)
    assert [each for each in calls if each.startswith("hasher")] == ["hasher.verify"]


@given(known=emails, unknown=emails, password=passwords, verified=st.booleans())
def test_a_forgotten_password_costs_the_same_for_everybody(known, unknown, password, verified):
    assume(known != unknown)
    stage, user = a_stage(known, password, verified=verified)
    request_reset = stage.flows.accounts.request_reset

    of_somebody = work(stage, request_reset, RequestReset(known, GUEST))
    of_nobody = work(stage, request_reset, RequestReset(unknown, GUEST))
    stage.flows.accounts.disable_user(DisableUser(user, SYSTEM))
    locked_out = work(stage, request_reset, RequestReset(known, GUEST))

    assert "jobs.add" in alike(of_somebody, of_nobody, locked_out)


@given(known=emails, unknown=emails, password=passwords, verified=st.booleans())
def test_a_verification_mail_costs_the_same_for_everybody(known, unknown, password, verified):
    assume(known != unknown)
    stage, user = a_stage(known, password, verified=verified)
    request_verification = stage.flows.accounts.request_verification

    of_somebody = work(stage, request_verification, RequestVerification(known, GUEST))
    of_nobody = work(stage, request_verification, RequestVerification(unknown, GUEST))
    stage.flows.accounts.disable_user(DisableUser(user, SYSTEM))
    locked_out = work(stage, request_verification, RequestVerification(known, GUEST))

    assert "jobs.add" in alike(of_somebody, of_nobody, locked_out)


#: What a browser may bring as the proof that it verified an address: nothing, nonsense, a token of nobody's, or one
#: that is good for another address.
proofs = st.sampled_from(["none", "nonsense", "nobody's", "another's"])


@given(taken=emails, free=emails, password=passwords, verified=st.booleans(), proof=proofs)
def test_where_it_is_not_told_a_taken_address_costs_what_a_free_one_does(taken, free, password, verified, proof):
    assume(taken != free)
    stage, _ = a_stage(taken, password, verified=verified, disclosure=Disclosure.OPAQUE)

    for flow, command in ((stage.flows.accounts.register, Register), (stage.flows.accounts.sign_up, SignUp)):
        address = free if command is Register else email(f"x{free.given}")
        assume(address != taken)
        of_taken = work(stage, flow, command(taken, password, proof=proof_on(stage, proof), asker=GUEST))
        of_free = work(stage, flow, command(address, password, proof=proof_on(stage, proof), asker=GUEST))

        assert "jobs.add" in alike(of_taken, of_free)


def proof_on(stage, kind):
    """Return a proof of the kind that is good for none of the addresses."""
    if kind == "none":
        return None
    if kind == "nonsense":
        return Secret("nonsense")
    if kind == "nobody's":
        return token(new_id(), new_secret_bytes())
    address = email(f"{new_id().hex}@another.example")
    stage.flows.accounts.request_verification(RequestVerification(address))
    stage.work()
    mailed = next(each.letter for each in stage.mailer.sent if each.letter.to == address.given)
    return stage.flows.accounts.verify_email(VerifyEmail(Secret(mailed.link.partition("token=")[2]))).proof
