"""Mail by SMTP, against servers that run here."""

from __future__ import annotations

import socket
import ssl
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from attrs import define, evolve, field
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hexflows.adapters.letters import Letterhead
from hexflows.adapters.smtp.mail import SmtpMailer
from hexflows.core.rules.letters import Envelope, MailDelayed, MailRefused, VerifyAddress
from hexflows.entrypoints.testing.contracts.mailer import LINK, Arrived, FarMailerContract
from hexflows.entrypoints.testing.making import NOON, new_id

HEAD = Letterhead("app.example.com", "no-reply@example.com")
LETTER = VerifyAddress("ann@example.org", LINK, NOON)


@define
class Post:
    """A mail server's mind: what it says at each step, and what it took."""

    answers: dict[str, str] = field(factory=dict)
    taken: list = field(factory=list)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - the library's name
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from, envelope.mail_options = address, options
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if answer := self.answers.get("DATA"):
            return answer
        self.taken.append((session, envelope))
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802
        return self.answers.get("QUIT", "221 Bye")

    def arrived(self):
        """Return the messages that were taken."""
        return [_read(envelope) for _, envelope in self.taken]


def _read(envelope):
    message = message_from_bytes(envelope.original_content, policy=policy.default)
    assert envelope.rcpt_tos == [message["To"].addresses[0].addr_spec]
    text = message.get_body(("plain",)).get_content()
    return Arrived(message["Message-ID"], str(message["To"]), message["Subject"], text)


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def serve(post):
    """Start a server that thinks like *post*, and return its host and port."""
    with ExitStack() as running:

        def start(**options):
            controller = Controller(post, hostname="127.0.0.1", port=_free_port(), **options)
            controller.start()
            running.callback(controller.stop)
            return f"127.0.0.1:{controller.port}"

        yield start


def mailer_at(where, options="", scheme="smtp", timeout=5):
    return evolve(SmtpMailer.of(f"{scheme}://{where}{options}", HEAD, lambda: NOON), timeout=timeout)


class TestSmtpMailer(FarMailerContract):
    @pytest.fixture
    def mailer(self, serve):
        return mailer_at(serve())

    @pytest.fixture
    def arrived(self, post):
        return post.arrived

    @pytest.fixture
    def delayed(self):
        return mailer_at(f"127.0.0.1:{_free_port()}")

    @pytest.fixture
    def refused(self, serve, post):
        post.answers["RCPT"] = "550 5.1.1 No such person"
        return mailer_at(serve())


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("RCPT", "450 4.2.0 Greylisted"),
        ("RCPT", "421 4.3.2 Closing"),
        ("DATA", "451 4.3.0 Try later"),
        ("MAIL", "452 4.3.1 Disk full"),
        ("RCPT", "530 5.7.0 Authentication required"),
        # About us, whoever the letter is for: a mistake of the operator's must not lose mails.
        ("MAIL", "550 5.7.1 You may not send as no-reply@example.com"),
    ],
)
def test_who_asks_to_wait_gets_the_letter_later(serve, post, step, answer):
    post.answers[step] = answer
    mailer = mailer_at(serve())

    with pytest.raises(MailDelayed) as delayed:
        mailer.send(Envelope(new_id(), LETTER))
    assert delayed.value.reason == answer
    assert post.taken == []

    del post.answers[step]
    mailer.send(Envelope(new_id(), LETTER))
    assert len(post.taken) == 1


@pytest.mark.parametrize(("step", "answer"), [("RCPT", "550 5.1.1 No such person"), ("DATA", "554 5.6.0 This is spam")])
def test_who_says_no_to_the_letter_does_not_get_it(serve, post, step, answer):
    post.answers[step] = answer

    with pytest.raises(MailRefused) as refused:
        mailer_at(serve()).send(Envelope(new_id(), LETTER))

    assert refused.value.reason == answer
    assert post.taken == []


@pytest.mark.parametrize("goodbye", ["500 What?", "421 I am gone"])
def test_a_letter_that_was_taken_is_not_sent_again_for_a_bad_goodbye(serve, post, goodbye):
    post.answers["QUIT"] = goodbye

    mailer_at(serve()).send(Envelope(new_id(), LETTER))

    assert len(post.taken) == 1


def test_a_server_that_does_not_answer_delays_the_letter():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailer = mailer_at(f"127.0.0.1:{silent.getsockname()[1]}", timeout=0.3)

        with pytest.raises(MailDelayed, match="timed out"):
            mailer.send(Envelope(new_id(), LETTER))


def test_a_host_that_there_is_not_delays_the_letter():
    with pytest.raises(MailDelayed):
        mailer_at("no-such-host.invalid").send(Envelope(new_id(), LETTER))


def test_we_call_ourselves_by_the_name_that_letters_come_from(serve, post):
    mailer_at(serve(), "?from=post@mail.example.net").send(Envelope(new_id(), LETTER))

    ((session, envelope),) = post.taken
    assert session.host_name == "mail.example.net"
    assert envelope.mail_from == "post@mail.example.net"
    assert b"From: post@mail.example.net\r\n" in envelope.original_content


def test_an_address_in_another_script_goes_where_it_can_be_read(serve, post):
    mailer_at(serve(enable_SMTPUTF8=True)).send(Envelope(new_id(), evolve(LETTER, to="jörg@bücher.example")))

    ((_, envelope),) = post.taken
    assert envelope.rcpt_tos == ["jörg@xn--bcher-kva.example"]
    assert "SMTPUTF8" in envelope.mail_options
    assert "To: jörg@xn--bcher-kva.example\r\n".encode() in envelope.original_content


def test_an_address_in_another_script_is_refused_where_it_cannot_be_read(serve, post):
    with pytest.raises(MailRefused, match="script"):
        mailer_at(serve(enable_SMTPUTF8=False)).send(Envelope(new_id(), evolve(LETTER, to="jörg@example.org")))

    assert post.taken == []


def test_a_domain_in_another_script_goes_anywhere(serve, post):
    mailer_at(serve(enable_SMTPUTF8=False)).send(Envelope(new_id(), evolve(LETTER, to="ann@bücher.example")))

    ((_, envelope),) = post.taken
    assert envelope.rcpt_tos == ["ann@xn--bcher-kva.example"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1, with its key: the file that a server shows and that clients may believe."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificates") / "server.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return path


class TestPrivacy:
    """Connections that nobody else can read, and passwords."""

    @pytest.fixture
    def tls(self, certificate):
        """What a server makes its connections private with."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        return context

    def test_a_connection_is_made_private_where_that_is_offered(self, serve, post, tls, certificate):
        mailer_at(serve(tls_context=tls), f"?ca={certificate}").send(Envelope(new_id(), LETTER))

        ((session, _),) = post.taken
        assert session.ssl is not None

    def test_a_connection_is_private_from_its_beginning(self, serve, post, tls, certificate):
        where = serve(ssl_context=tls)

        mailer_at(where, f"?ca={certificate}", scheme="smtps").send(Envelope(new_id(), LETTER))

        assert len(post.taken) == 1
        with pytest.raises(MailDelayed):
            mailer_at(where, timeout=0.3).send(Envelope(new_id(), LETTER))

    @pytest.mark.parametrize("scheme", ["smtp", "smtps"])
    def test_a_server_that_cannot_prove_who_it_is_gets_nothing(self, serve, post, tls, certificate, scheme):
        where = serve(tls_context=tls) if scheme == "smtp" else serve(ssl_context=tls)

        with pytest.raises(MailDelayed, match="certificate verify failed"):
            mailer_at(where, scheme=scheme).send(Envelope(new_id(), LETTER))
        assert post.taken == []

    def test_where_it_is_required_and_not_offered_nothing_is_sent(self, serve, post):
        with pytest.raises(MailDelayed, match="STARTTLS"):
            mailer_at(serve(), "?starttls=required").send(Envelope(new_id(), LETTER))

        assert post.taken == []

    def test_where_it_is_not_wanted_it_is_not_made(self, serve, post, tls):
        mailer_at(serve(tls_context=tls), "?starttls=never").send(Envelope(new_id(), LETTER))

        ((session, _),) = post.taken
        assert session.ssl is None

    def test_the_right_password_lets_us_in(self, serve, post, tls, certificate):
        where = serve(tls_context=tls, auth_required=True, authenticator=_know("ann@example.com", "p:w/"))

        mailer_at(f"ann%40example.com:p%3Aw%2F@{where}", f"?ca={certificate}").send(Envelope(new_id(), LETTER))

        ((session, _),) = post.taken
        assert session.authenticated

    def test_a_wrong_password_loses_no_mail(self, serve, post, tls, certificate):
        where = serve(tls_context=tls, auth_required=True, authenticator=_know("ann", "right"))

        with pytest.raises(MailDelayed, match="535") as delayed:
            mailer_at(f"ann:wrong@{where}", f"?ca={certificate}").send(Envelope(new_id(), LETTER))

        assert "wrong" not in str(delayed.value)
        assert post.taken == []

    def test_a_password_does_not_travel_in_clear_to_another_machine(self, serve, post):
        host, port = serve(auth_required=False, authenticator=_know("ann", "right"), auth_require_tls=False).split(":")
        here = mailer_at(f"ann:right@{host}:{port}")
        elsewhere = SmtpMailer.of(f"smtp://ann:right@mail.example.com:{port}", HEAD, lambda: NOON)

        with pytest.raises(MailDelayed, match="STARTTLS"):
            evolve(elsewhere, server=evolve(elsewhere.server, host=host)).send(Envelope(new_id(), LETTER))
        assert post.taken == []

        here.send(Envelope(new_id(), LETTER))
        assert post.taken[0][0].authenticated


def _know(user, password):
    def authenticate(server, session, envelope, mechanism, given):
        known = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return authenticate


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
