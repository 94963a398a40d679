"""Commands and answers as text that lies in a database."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from attrs import define, evolve, field
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.wire.codec import Codec, fingerprints, reading
from hexflows.adapters.wire.commands import Reader
from hexflows.core.flows.accounts.list_users import ShowUser
from hexflows.core.flows.accounts.log_in import LogIn
from hexflows.core.flows.accounts.mail_notices import SendChangedMail
from hexflows.core.flows.accounts.refresh import Refreshed
from hexflows.core.flows.accounts.register import Register
from hexflows.core.flows.accounts.sign_up import SignUp
from hexflows.core.rules.accounts.emails import Email
from hexflows.core.rules.asking import SYSTEM, Asker, Role
from hexflows.core.rules.ids import UserId
from hexflows.core.rules.refusals import Malformed, Missing
from hexflows.core.rules.secrecy import Password, Secret
from hexflows.entrypoints.catalog import entries
from hexflows.entrypoints.testing.contracts.packing import PackingContract
from hexflows.entrypoints.testing.strategies import emails, moments, texts, usernames, uuids

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANN = Email("Ann@example.com", "ann@example.com", "example.com")


@define
class Keys:
    """A keyring of keys by name, the last of them current."""

    keys: dict[str, bytes] = field(factory=lambda: {"k1": b"1"})

    @property
    def current(self):
        return list(self.keys)[-1]

    def mac(self, message):
        return self.recall(message, self.current)

    def recall(self, message, key):
        return hmac.digest(self.keys[key], message, hashlib.sha256) if key in self.keys else None


@pytest.fixture
def codec():
    return Codec(entries(), Keys())


class TestCodec(PackingContract):
    @pytest.fixture
    def packing(self, codec):
        return codec


commands = st.one_of(
    st.builds(
        Register,
        emails(),
        texts.map(Password),
        st.none() | usernames,
        st.sampled_from(Role),
        st.none() | texts,
        st.none() | texts.map(Secret),
    ),
    st.builds(ShowUser, st.none() | uuids, st.none() | emails()),
    st.builds(SendChangedMail, uuids, moments),
)


@given(commands)
def test_a_command_comes_back_as_it_went_in_given_by_who_is_said(command):
    asker = Asker(user=UserId(UUID(int=7)), system=True)
    codec = Codec(entries(), Keys())

    again = codec.unpack(*codec.pack(command), asker)

    assert again == evolve(command, asker=asker)
    if isinstance(command, Register):
        assert again.email.given == command.email.given


def test_a_new_key_does_not_close_what_an_older_one_sealed():
    keys = Keys()
    packed = Codec(entries(), keys).pack(LogIn(ANN, Password("s3cret")))
    keys.keys["k2"] = b"2"

    assert Codec(entries(), keys).unpack(*packed, SYSTEM).password == Password("s3cret")


def test_what_a_lost_key_sealed_is_refused_by_field():
    packed = Codec(entries(), Keys()).pack(LogIn(ANN, Password("s3cret")))

    with pytest.raises(Malformed, match="password: was sealed under a key that is gone"):
        Codec(entries(), Keys({"k9": b"9"})).unpack(*packed, SYSTEM)


def test_what_somebody_changed_is_refused(codec):
    name, text = codec.pack(LogIn(ANN, Password("s3cret")))
    message = json.loads(text)
    message["password"] = message["password"][:-6] + "AAAA=="

    with pytest.raises(Malformed, match="password: was not sealed by us"):
        codec.unpack(name, json.dumps(message), SYSTEM)


def test_two_equal_secrets_look_different(codec):
    assert codec.pack(LogIn(ANN, Password("x"))) != codec.pack(LogIn(ANN, Password("x")))


def test_keys_of_newer_programs_are_passed_over(codec):
    name, text = codec.pack(SendChangedMail(UserId(UUID(int=7)), NOON))

    assert codec.unpack(name, json.dumps(json.loads(text) | {"new": 1}), SYSTEM)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"email": 5}'])
def test_what_is_no_command_is_refused(codec, text):
    with pytest.raises(Malformed):
        codec.unpack("accounts.log_in", text, SYSTEM)


def test_there_is_no_command_of_an_unknown_flow(codec):
    with pytest.raises(Missing):
        codec.unpack("accounts.nonsense", "{}", SYSTEM)
    with pytest.raises(Missing):
        codec.unpack_answer("accounts.nonsense", "{}")


def test_an_answer_of_nothing_but_secrets_is_nothing(codec):
    assert codec.pack_answer("accounts.refresh", Refreshed(Secret("a"), Secret("b"))) == "null"


class TestFingerprints:
    fingerprint = staticmethod(fingerprints(Keys().mac))

    def test_equal_requests_have_one(self):
        assert self.fingerprint(SignUp(ANN, Password("x"))) == self.fingerprint(SignUp(ANN, Password("x")))

    @pytest.mark.parametrize(
        "other",
        [
            Register(ANN, Password("x"), role=Role.SELLER),
            Register(Email("bob@example.com", "bob@example.com", "example.com"), Password("x")),
            SignUp(ANN, Password("x")),
        ],
    )
    def test_other_requests_have_others(self, other):
        assert self.fingerprint(Register(ANN, Password("x"))) != self.fingerprint(other)

    @pytest.mark.parametrize(
        "same",
        [
            Register(ANN, Password("another")),
            Register(ANN, Password("x"), proof=Secret("p")),
            Register(ANN, Password("x"), asker=SYSTEM),
            Register(Email("ANN@example.com", "ann@example.com", "example.com"), Password("x")),
        ],
    )
    def test_secrets_spelling_and_who_asks_make_no_difference(self, same):
        assert self.fingerprint(Register(ANN, Password("x"))) == self.fingerprint(same)


def test_a_flow_can_be_read_for_by_name():
    read = reading(entries(), Reader())

    assert read("accounts.show_user", {"email": "Ann@example.com"}) == ShowUser(email=ANN)
    with pytest.raises(Malformed):
        read("accounts.log_in", {})
    with pytest.raises(Missing):
        read("accounts.nonsense", {})
