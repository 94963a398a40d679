"""E-mail addresses out of what people type."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hexflows.adapters.wire.emails import read_email
from hexflows.core.rules.accounts.emails import LONGEST, Email, InvalidEmail

locals_ = st.text(st.characters(categories=["L", "N", "P", "S", "M", "Cf"]), min_size=1, max_size=12)
domains = st.sampled_from(
    ["example.com", "BÜCHER.example", "mail.ex-ample.ORG", "例え.テスト", "xn--bcher-kva.example"]
)


@pytest.mark.parametrize(
    ("text", "given", "canonical"),
    [
        ("ann@example.com", "ann@example.com", "ann@example.com"),
        ("  Ann@Example.COM\n", "Ann@Example.COM", "ann@example.com"),
        ("ann+tag@example.com", "ann+tag@example.com", "ann+tag@example.com"),
        ("a.n.n@example.com", "a.n.n@example.com", "a.n.n@example.com"),
        ("\uff41\uff4e\uff4e@example.com", "\uff41\uff4e\uff4e@example.com", "ann@example.com"),
        ("ann@bücher.example", "ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        ("STRASSE@example.com", "STRASSE@example.com", "strasse@example.com"),
        ("straße@example.com", "straße@example.com", "strasse@example.com"),
        ("jo\u0308rg@example.com", "jörg@example.com", "jörg@example.com"),
        ("ann@example。com", "ann@example。com", "ann@example.com"),
    ],
)
def test_two_spellings_are_one_address(text, given, canonical):
    email = read_email(text)

    assert email.given == given
    assert email.canonical == canonical
    assert email.domain == canonical.rpartition("@")[2]


@pytest.mark.parametrize("domain", ["example.com", "site.test", "site.invalid", "app.localhost", "printer.local"])
def test_no_domain_is_refused_for_being_reserved(domain):
    assert read_email(f"ann@{domain}").domain == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "ann",
        "ann@",
        "@example.com",
        "ann@example",
        "ann@localhost",
        "ann@.com",
        "ann@example..com",
        "ann@-example.com",
        "ann@example-.com",
        "ann@example.com.",
        "ann@127.0.0.1",
        "ann@[127.0.0.1]",
        "ann@exa mple.com",
        "ann@exa_mple.com",
        "a nn@example.com",
        ".ann@example.com",
        "ann.@example.com",
        "a..nn@example.com",
        "a@b@example.com",
        '"ann"@example.com',
        "Ann <ann@example.com>",
        "ann\uff20example.com",  # only becomes an address by normalising
        "a\uff20b@example.com",  # has a second @ once normalised
        "ann\u200b@example.com",
        "ann\u202e@example.com",
        "ann\u00ad@example.com",
        "ann\ue000@example.com",
        "ann\0@example.com",
        "ann\r\nBcc: eve@example.com",
        "ann@exam\u200bple.com",
        "ann@xn--.com",
        "ann@xn--a.com",
        "a" * 65 + "@example.com",
        "ann@" + "a" * 64 + ".com",
        "ann@" + ".".join(["a" * 60] * 5) + ".com",
        "x" * 100_000 + "@example.com",
        "ann@" + "ü" * 100_000 + ".com",
    ],
)
def test_what_mail_cannot_be_addressed_to_is_refused(text):
    with pytest.raises(InvalidEmail):
        read_email(text)


@given(locals_, domains)
@example("\u017f", "example.com")
@example("\u0390", "example.com")
@example("\u1e9e", "example.com")
@example("\u0345a", "example.com")
def test_the_canonical_form_of_a_canonical_form_is_itself(local, domain):
    try:
        email = read_email(f"{local}@{domain}")
    except InvalidEmail:
        assume(False)  # noqa: FBT003 - hypothesis has it so
        return

    again = read_email(email.canonical)
    assert again == email
    assert again.canonical == email.canonical
    assert again.given == email.canonical


@given(locals_, domains)
def test_composition_and_case_make_no_other_address(local, domain):
    try:
        email = read_email(f"{local}@{domain}")
    except InvalidEmail:
        return

    assert read_email(unicodedata.normalize("NFD", email.given)) == email
    assert read_email(email.given.casefold()) == email


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(text):
    try:
        email = read_email(text)
    except InvalidEmail:
        return

    assert isinstance(email, Email)
    assert len(email.canonical.encode()) <= LONGEST
    assert email.domain.isascii()
