"""The attributes of our cookies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest
from falcon import Response

from hexflows.adapters.http.cookies import Cookies
from hexflows.core.rules.secrecy import Secret

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def morsel(resp):
    (name,) = resp._cookies
    text = resp._cookies[name].OutputString()
    parsed = SimpleCookie(text)
    return name, parsed[name], text


@pytest.mark.parametrize(
    ("url", "names", "secure"),
    [
        (
            "https://api.example.com",
            ["__Host-hexflows", "__Host-hexflows-proof", "__Host-hexflows-csrf"],
            True,
        ),
        ("http://127.0.0.1:8000", ["hexflows", "hexflows-proof", "hexflows-csrf"], False),
    ],
)
def test_over_https_they_are_bound_to_the_host(url, names, secure):
    cookies = Cookies.at(url)
    assert [each.name for each in (cookies.session, cookies.proof, cookies.csrf)] == names

    for cookie in (cookies.session, cookies.proof, cookies.csrf):
        for send in (lambda resp, it=cookie: it.set(resp, Secret("v"), until=NOON), cookie.clear):
            resp = Response()
            send(resp)
            name, sent, text = morsel(resp)

            assert name == cookie.name
            assert sent["path"] == "/"
            assert sent["domain"] == ""
            assert sent["httponly"] is True
            assert sent["samesite"].lower() == "lax"
            assert bool(sent["secure"]) is secure
            assert "domain" not in text.lower()


def test_they_live_until_a_moment_or_for_a_time():
    session = Cookies.at("https://api.example.com").session
    until, within = Response(), Response()
    session.set(until, Secret("v"), until=NOON)
    session.set(within, Secret("v"), within=timedelta(hours=24))

    assert morsel(until)[1]["expires"] == "Sat, 31 Jan 2026 12:00:00 GMT"
    assert morsel(within)[1]["max-age"] == "86400"


def test_what_is_cleared_has_expired_and_is_empty():
    resp = Response()
    Cookies.at("https://api.example.com").session.clear(resp)

    assert morsel(resp)[1].value == ""
    assert morsel(resp)[1]["expires"] == "Thu, 01 Jan 1970 00:00:00 GMT"


@pytest.mark.parametrize("lives", [{"until": NOON}, {"within": timedelta(hours=1)}])
def test_what_is_set_after_it_was_cleared_lives(lives):
    resp = Response()
    session = Cookies.at("https://api.example.com").session
    session.clear(resp)
    session.set(resp, Secret("new"), **lives)

    sent = morsel(resp)[1]
    assert sent.value == "new"
    # Where both are said, the age counts (RFC 6265, 5.3).
    assert sent["max-age"] == "3600" or "2026" in sent["expires"]
