from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.letters import SUBJECTS, Letterhead, recipient
from hexflows.core.rules.letters import (
    AlreadyRegistered,
    Envelope,
    Letter,
    MailRefused,
    PasswordChanged,
    PasswordForgotten,
    VerifyAddress,
)
from hexflows.entrypoints.testing.making import NOON, new_id

HEAD = Letterhead("app.example.com", "no-reply@example.com", "help@example.com")
LINK = "https://app.example.com/verify?a=<b>&token=" + "x" * 90
FORGOT = "https://app.example.com/forgot-password"
LETTERS = (
    VerifyAddress("ann@example.org", LINK, NOON),
    PasswordForgotten("ann@example.org", LINK, NOON),
    AlreadyRegistered("ann@example.org", "https://app.example.com/login", FORGOT),
    PasswordChanged("ann@example.org", NOON, FORGOT),
)

each_letter = pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: type(letter).__name__)


def composed(letter, head=HEAD):
    """Return the message as it is after a journey."""
    return message_from_bytes(head.compose(Envelope(new_id(), letter), NOON).as_bytes(), policy=policy.default)


def parts(message):
    return [message.get_body((kind,)).get_content() for kind in ("plain", "html")]


class Reader(HTMLParser):
    """What stands in an HTML page, and where it leads."""

    def __init__(self, page):
        super().__init__()
        self.text, self.links, self.open = "", [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_every_letter_has_a_subject_of_its_own():
    assert set(SUBJECTS) == set(Letter.__args__)
    assert len(set(SUBJECTS.values())) == len(SUBJECTS)
    assert {type(each) for each in LETTERS} == set(SUBJECTS)


@each_letter
def test_a_letter_says_who_writes_to_whom(letter):
    message = composed(letter)

    assert message["From"] == "no-reply@example.com"
    assert message["To"] == "ann@example.org"
    assert message["Subject"] == SUBJECTS[type(letter)]
    assert message["Reply-To"] == "help@example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOON


@each_letter
def test_both_parts_lead_to_the_same_places_and_show_them(letter):
    text, html = parts(composed(letter))

    page = Reader(html)
    links = {each for each in page.links if each.startswith("https:")}
    assert links == set(re.findall(r"https://\S+", text))
    assert all(link in page.text for link in links)
    assert page.open == []


@each_letter
def test_both_parts_name_the_site_and_whom_to_ask(letter):
    for part in parts(composed(letter)):
        assert "app.example.com" in re.sub(r"https://\S+", "", part)
        assert "help@example.com" in part


@each_letter
def test_where_nobody_can_be_asked_nobody_is_named(letter):
    message = composed(letter, evolve(HEAD, support=None))

    assert message["Reply-To"] is None
    for part in parts(message):
        assert "Questions" not in part
        assert "None" not in part


@pytest.mark.parametrize("letter", [each for each in LETTERS if not isinstance(each, AlreadyRegistered)])
def test_both_parts_name_the_time(letter):
    for part in parts(composed(letter)):
        assert "2031-05-17 12:00 UTC" in part


@each_letter
def test_links_stand_whole_in_the_message_as_it_travels(letter):
    raw = HEAD.compose(Envelope(new_id(), letter), NOON).as_string()

    for link in re.findall(r"https://\S+", parts(composed(letter))[0]):
        assert f"\n{link}\n" in raw


def test_a_link_of_any_length_arrives():
    link = "https://app.example.com/" + "x" * 3_000

    assert link in parts(composed(VerifyAddress("ann@example.org", link, NOON)))[0]


def test_the_same_envelope_is_the_same_message_and_another_is_not():
    envelope = Envelope(new_id(), LETTERS[0])

    one, again = (HEAD.compose(envelope, NOON + timedelta(days=day)) for day in (0, 1))
    other = HEAD.compose(Envelope(new_id(), LETTERS[0]), NOON)

    assert one["Message-ID"] == again["Message-ID"] == f"<{envelope.id}@example.com>"
    assert other["Message-ID"] != one["Message-ID"]


def test_the_letterhead_is_that_of_the_site():
    assert Letterhead.of("https://app.example.com") == Letterhead("app.example.com", "no-reply@app.example.com")
    assert Letterhead.of("http://127.0.0.1:8000") == Letterhead("127.0.0.1:8000", "no-reply@localhost")
    assert Letterhead.of("http://[::1]:8000", "a@b.example") == Letterhead(
        "[::1]:8000", "no-reply@localhost", "a@b.example"
    )


@pytest.mark.parametrize(
    ("to", "address"),
    [
        ("Ann.O'Neill+shop@Example.org", "Ann.O'Neill+shop@Example.org"),
        ("jörg@example.org", "jörg@example.org"),
        ("ann@faß.example", "ann@xn--fa-hia.example"),
        ("jörg@bücher.example", "jörg@xn--bcher-kva.example"),
        ('a,"b@c@example.org', '"a,\\"b@c"@example.org'),
        ("ann@localhost", "ann@localhost"),
    ],
)
def test_an_address_is_one_and_its_domain_is_known_to_servers(to, address):
    letter = evolve(LETTERS[0], to=to)

    assert recipient(letter).addr_spec == address
    (addressed,) = HEAD.compose(Envelope(new_id(), letter), NOON)["To"].addresses
    assert addressed.domain.isascii()
    if to.isascii():
        assert addressed.addr_spec == address


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example.org\r\nBcc: eve@example.org",
        "ann@example.org\n",
        "ann\0@example.org",
        "ann@example.org>,<eve@evil.example>",
        "jörg@example.org>,eve@evil.example>",
        "ann@example.org (eve)",
        "ann@exam ple.org",
        "ann@.example.org",
        "ann@xn--\N{SNOWMAN}.example",
        "ann@\N{ZERO WIDTH JOINER}.example",
        "\ud800@example.org",
    ],
)
def test_what_is_no_address_gets_no_letter(to):
    with pytest.raises(MailRefused):
        HEAD.compose(Envelope(new_id(), evolve(LETTERS[0], to=to)), NOON)


@given(st.text(max_size=30), st.sampled_from(("@example.org", "@bücher.example", "", "\r\nBcc: eve@example.org")))
def test_no_text_in_place_of_an_address_adds_a_header_or_a_reader(local, rest):
    try:
        message = HEAD.compose(Envelope(new_id(), evolve(LETTERS[0], to=local + rest)), NOON)
    except MailRefused:
        return

    assert len(message["To"].addresses) == 1
    again = message_from_bytes(message.as_bytes(policy=policy.SMTPUTF8), policy=policy.default)
    assert again.keys() == message.keys()


def test_what_stands_in_a_link_is_text_and_no_page():
    _, html = parts(composed(VerifyAddress("ann@example.org", 'https://a.example/"><script>', NOON)))

    assert "<script>" not in html
