"""Which requests were meant by whoever sits at the browser."""

from __future__ import annotations

import pytest

from hexflows.adapters.http.cookies import Cookies
from hexflows.adapters.http.csrf import Csrf
from hexflows.adapters.http.routes import Route

PUBLIC = "https://api.example.com"
SESSION, GUEST = "__Host-hexflows", "__Host-hexflows-csrf"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SIGNED_IN = {"Cookie": f"{SESSION}=good"}
#: As browsers say that another site's page asked for it.
ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"{PUBLIC}.evil.example"},
    {"Origin": "http://api.example.com"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://app.example.com"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
]
OURS = [{"Origin": PUBLIC}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {}]


class Tokens:
    def __init__(self, csrf):
        self.csrf = csrf

    def on_get(self, req, resp):
        resp.text = self.csrf.token(req, resp)

    def on_post(self, req, resp):
        resp.text = "done"

    on_delete = on_put = on_patch = on_post


@pytest.fixture
def client(setup):
    return setup.serve(lambda _, csrf: [Route("/", Tokens(csrf))])


def token_of(client, **headers):
    got = client.simulate_get("/", headers=headers)
    cookie = f"{GUEST}={got.cookies[GUEST].value}" if got.cookies else None
    return got.text, cookie


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("where", ELSEWHERE)
def test_what_another_site_has_a_browser_send_with_a_cookie_is_refused(client, method, where):
    result = client.simulate_request(method, "/", headers={**SIGNED_IN, **where})

    assert (result.status_code, result.json["errorCode"]) == (403, "CROSS_SITE")


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_so_is_a_form_without_any_cookie_since_it_may_log_somebody_in(client, where, kind):
    result = client.simulate_post("/", body="a=b", headers={"Content-Type": kind, **where})

    assert (result.status_code, result.json["errorCode"]) == (403, "CROSS_SITE")


@pytest.mark.parametrize("where", OURS)
@pytest.mark.parametrize("headers", [SIGNED_IN, FORM, {**SIGNED_IN, **FORM}])
def test_our_own_pages_and_what_is_no_browser_pass(client, where, headers):
    assert client.simulate_post("/", headers={**headers, **where}).text == "done"


@pytest.mark.parametrize("where", ELSEWHERE)
def test_a_get_an_access_token_and_json_without_cookies_pass(client, where):
    assert client.simulate_get("/", headers={**SIGNED_IN, **where}).status_code == 200
    assert client.simulate_post("/", headers={"Authorization": "Bearer good", **SIGNED_IN, **where}).text == "done"
    assert client.simulate_post("/", json={}, headers=where).text == "done"


@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_token_of_ones_session_passes_in_the_header_and_in_a_form(client, where):
    token, _ = token_of(client, **SIGNED_IN)

    in_header = client.simulate_post("/", headers={**SIGNED_IN, **where, "X-CSRF-Token": token})
    in_form = client.simulate_post("/", body=f"csrf={token}", headers={**SIGNED_IN, **where, **FORM})

    assert in_header.text == in_form.text == "done"


def test_a_guests_token_is_good_with_its_cookie_only(client):
    token, cookie = token_of(client)
    where = {"Origin": "null", **FORM}

    with_it = client.simulate_post("/", body=f"csrf={token}", headers={**where, "Cookie": cookie})
    without = client.simulate_post("/", body=f"csrf={token}", headers=where)
    with_another = client.simulate_post("/", body=f"csrf={token}", headers={**where, "Cookie": f"{GUEST}=other"})

    assert with_it.text == "done"
    assert without.status_code == with_another.status_code == 403


def test_a_guests_token_is_not_good_for_a_session(client):
    token, cookie = token_of(client)
    both = {"Cookie": f"{cookie}; {SESSION}=good"}

    assert client.simulate_post("/", headers={**both, "Origin": "null", "X-CSRF-Token": token}).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "=", "A" * 43, "\xe9" * 43])
def test_what_is_no_token_of_ours_does_not_pass(client, token):
    headers = {**SIGNED_IN, "Origin": "null", "X-CSRF-Token": token}

    assert client.simulate_post("/", headers=headers).status_code == 403


def test_a_guest_keeps_the_cookie_they_have(client):
    token, cookie = token_of(client)

    assert token_of(client, Cookie=cookie) == (token, None)


def test_a_form_that_cannot_be_read_is_refused_as_such(client):
    result = client.simulate_post("/", body="csrf=a&csrf=b", headers={**FORM, "Origin": "null"})

    assert (result.status_code, result.json["errorCode"]) == (400, "MALFORMED_FORM")


@pytest.mark.parametrize(
    ("public", "origin"),
    [
        ("https://API.example.com:443/v1", "https://api.example.com"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://example.com:80", "http://example.com"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_our_origin_is_the_public_urls_as_browsers_write_it(public, origin):
    assert Csrf(public, Cookies.at(public), None, None).origin == origin
