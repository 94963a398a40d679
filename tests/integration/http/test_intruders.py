"""Nobody gets in, or makes others do something, by what they say of themselves; on both databases."""

from __future__ import annotations

import base64
import hmac
import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from hexflows.entrypoints.opening import open_in_memory
from hexflows.entrypoints.settings import settings_from

from .. import servers
from .raw import FORM, ask

pytestmark = pytest.mark.slow

SECRET = "0123456789abcdef" * 3
PASSWORD = "Correct-Horse-1"
NUMBERS = count()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request, start):
    """A server, on SQLite or PostgreSQL, whose signing secret is known to the test."""
    ours = {"verification": "off", "secret": SECRET}
    if request.param == "sqlite":
        yield start(**ours)
        return
    server, template = map(request.getfixturevalue, ("postgres_server", "_postgres_template"))
    with servers.database(server, template) as url:
        yield start(database_url=url, processes=2, **ours)


@pytest.fixture(autouse=True)
def unbroken(served):
    """After each test nothing was logged as broken."""
    yield
    log = served.log.read_text()
    assert " broke" not in log
    assert "Traceback" not in log


class Visitor:
    """Somebody with an account, who is logged in by a cookie and holds a token."""

    def __init__(self, served):
        self.port = served.port
        self.origin = f"http://127.0.0.1:{served.port}"
        self.email = f"visitor{next(NUMBERS)}@example.com"
        ask(self.port, "POST", "/auth/register", {"email": self.email, "password": PASSWORD})
        answer = ask(self.port, "POST", "/auth/login?tokens=true", {"email": self.email, "password": PASSWORD})
        self.cookie = answer.cookie("hexflows")
        self.token = answer.json["token"]
        self.id = answer.json["id"]

    def ask(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.port, method, path, body, {"Cookie": self.cookie, **named})

    def session(self):
        (found,) = (each["id"] for each in self.ask("GET", "/auth/sessions").json["items"] if each["current"])
        return found


@pytest.fixture
def ann(served):
    return Visitor(served)


@pytest.fixture
def bob(served):
    return Visitor(served)


def me(served, token):
    return ask(served.port, "GET", "/auth/me", headers={"Authorization": f"Bearer {token}"})


#: What each path takes.
FIELDS = {
    "/auth/register": {
        "email": "nul@example.com",
        "password": PASSWORD,
        "username": "nul-byte",
        "role": "customer",
    },
    "/auth/signup": {"email": "nul@example.com", "password": PASSWORD},
    "/auth/login": {"email": "nul@example.com", "password": PASSWORD},
    "/auth/refresh": {"refresh_token": "t"},
    "/auth/send-verification-email": {"email": "nul@example.com"},
    "/auth/verify-email": {"token": "t"},
    "/auth/forgot-password": {"email": "nul@example.com"},
    "/auth/reset-password": {"token": "t", "new_password": PASSWORD},
    "/auth/change-password": {"current_password": PASSWORD, "new_password": PASSWORD},
}
EVERY_FIELD = [(path, name) for path, fields in FIELDS.items() for name in fields]


class TestTexts:
    @pytest.mark.parametrize(
        "hostile",
        ["\0", "\x1b[2J", "\u202e", "\u200b", "\ufeff", "\r\nBcc: all@example.com", "\U000e0041", "x" * 100_000],
    )
    @pytest.mark.parametrize(("path", "name"), EVERY_FIELD)
    def test_no_character_in_any_field_breaks_anything(self, served, ann, path, name, hostile):
        fields = FIELDS[path]
        answer = ann.ask("POST", path, {**fields, name: fields[name][:3] + hostile + fields[name][3:]})

        if "password" not in name:
            # What is no password has a form; one may have what people type.
            assert answer.status in {400, 401}
        if hostile == "\0":
            assert answer.code == "VALIDATION_ERROR"
            assert [each["field"] for each in answer.json["errors"]] == [name]
        assert answer.status < 500

    @pytest.mark.parametrize("value", [None, True, 1, 1e308, [], {}, ["a"], {"a": "b"}, [[[]]]])
    @pytest.mark.parametrize(("path", "name"), EVERY_FIELD)
    def test_what_is_no_text_is_refused_by_name(self, served, ann, path, name, value):
        answer = ann.ask("POST", path, {**FIELDS[path], name: value})

        if (name, value) == ("username", None):
            assert answer.status in {201, 409}
        else:
            assert answer.code == "VALIDATION_ERROR"
            assert [each["field"] for each in answer.json["errors"]] == [name]

    def test_what_a_client_calls_itself_may_be_anything_and_of_any_length(self, ann):
        agents = ["\xff\xfe", "<script>alert(1)</script>", "a" * 8_000, "\t"]
        for agent in agents:
            sent = {"email": ann.email, "password": PASSWORD}

            assert ann.ask("POST", "/auth/login", sent, User_Agent=agent).status == 200
        assert ann.ask("GET", "/auth/sessions").status == 200


class TestTokens:
    def test_one_of_ours_is_good(self, served, ann):
        assert me(served, ann.token).json["id"] == ann.id

    @pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "HS512", "RS256", "", None, 1])
    def test_another_algorithm_is_not(self, served, ann, algorithm):
        """Not even where the signature is right."""
        head, claims, _ = ann.token.split(".")
        signed = f"{packed({**unpacked(head), 'alg': algorithm})}.{claims}"
        digest = {"HS384": "sha384", "HS512": "sha512"}.get(algorithm, "sha256")
        signature = hmac.digest(signing_key(), signed.encode(), digest)

        assert me(served, f"{signed}.{encoded(signature)}").code == "NOT_SIGNED_IN"
        assert me(served, f"{signed}.").code == "NOT_SIGNED_IN"

    @pytest.mark.parametrize(
        "change",
        [
            {"sid": "00000000-0000-0000-0000-000000000000"},
            {"sid": None},
            {"sid": ["a"]},
            {"exp": 2**70},
            {"exp": "tomorrow"},
            {"exp": True},
            {"iss": "somebody-else"},
            {"aud": ["hexflows", "other"]},
            {"nbf": 2**60},
        ],
    )
    def test_one_that_says_something_else_is_not(self, served, ann, change):
        head, claims, signature = ann.token.split(".")
        altered = packed({**unpacked(claims), **change})

        assert me(served, f"{head}.{altered}.{signature}").code == "NOT_SIGNED_IN"

    @pytest.mark.parametrize(
        "change", [{"kid": "../../dev/null"}, {"kid": ["a"]}, {"kid": None}, {"jku": "http://evil"}]
    )
    def test_one_that_names_another_key_is_not(self, served, ann, change):
        head, claims, signature = ann.token.split(".")

        assert me(served, f"{packed({**unpacked(head), **change})}.{claims}.{signature}").code == "NOT_SIGNED_IN"

    def test_one_that_has_run_out_is_not(self, served, ann):
        session = UUID(unpacked(ann.token.split(".")[1])["sid"])
        with tokens_of(SECRET) as tokens:
            now = datetime.now(UTC)
            fresh = tokens.issue(session, now, now + timedelta(minutes=1)).text
            old = tokens.issue(session, now - timedelta(hours=1), now - timedelta(seconds=1)).text

        assert me(served, fresh).status == 200
        assert me(served, old).code == "NOT_SIGNED_IN"

    def test_one_of_another_installation_is_not(self, served, ann):
        session = UUID(unpacked(ann.token.split(".")[1])["sid"])
        with tokens_of("another-secret-of-32-bytes-or-more") as tokens:
            foreign = tokens.issue(session, datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=1)).text

        assert me(served, foreign).code == "NOT_SIGNED_IN"

    @pytest.mark.parametrize("rest", ["", " ", "..", "a.b.c", "a b", "\xff", "a" * 7_000, "=" * 100])
    def test_what_is_no_token_is_not(self, served, rest):
        assert me(served, rest).code == "NOT_SIGNED_IN"

    def test_nor_is_one_whose_session_has_ended(self, served, ann):
        assert ann.ask("POST", "/auth/logout").status == 204

        assert me(served, ann.token).code == "NOT_SIGNED_IN"


#: What no browser of ours would send.
GARBAGE = [
    "hexflows=",
    "hexflows=a",
    'hexflows="a',
    "hexflows=\xff\xfe",
    "=;=;;;hexflows",
    "hexflows=" + "a" * 7_000,
    "$Version=1; hexflows=x; $Path=/",
    "; ".join(f"c{at}=1" for at in range(900)),
    "hexflows-proof=\xff; hexflows-csrf=\xff",
]


class TestCookies:
    @pytest.mark.parametrize("cookie", GARBAGE)
    def test_garbage_is_a_guest(self, served, cookie):
        assert ask(served.port, "GET", "/auth/me", headers={"Cookie": cookie}).code == "NOT_SIGNED_IN"
        assert ask(served.port, "GET", "/account", headers={"Cookie": cookie}).status == 200
        assert ask(served.port, "GET", "/auth/csrf", headers={"Cookie": cookie}).status == 200
        assert ask(served.port, "POST", "/auth/register", {}, {"Cookie": cookie}).code == "VALIDATION_ERROR"

    def test_a_cookie_is_out_of_reach_of_scripts_and_of_other_sites_forms(self, served, ann):
        sent = {"email": ann.email, "password": PASSWORD}
        (set_,) = ask(served.port, "POST", "/auth/login", sent).headers.get_all("Set-Cookie")

        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(set_.split("; "))


EVIL = "https://evil.example"


class TestOtherSites:
    """What a page of another site makes a browser do with somebody's cookie."""

    @pytest.mark.parametrize(
        ("headers", "passes"),
        [
            ({}, True),
            ({"Origin": "{ours}"}, True),
            ({"Origin": "{ours}", "Sec-Fetch-Site": "same-origin"}, True),
            ({"Sec-Fetch-Site": "same-origin"}, True),
            ({"Origin": EVIL}, False),
            ({"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}, False),
            ({"Sec-Fetch-Site": "cross-site"}, False),
            ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"}, False),
            ({"Sec-Fetch-Site": "none"}, False),
            ({"Origin": "null"}, False),
            ({"Origin": "{ours}.evil.example"}, False),
            ({"Origin": "{ours}@evil.example"}, False),
            ({"Origin": "https://127.0.0.1"}, False),
            ({"Origin": ""}, False),
            ({"Origin": EVIL, "Referer": "{ours}/login"}, False),
            ({"Origin": EVIL, "Host": "evil.example"}, False),
            ({"Origin": EVIL, "X-Forwarded-Host": "evil.example"}, False),
            ({"Origin": EVIL, "X-CSRF-Token": "AAAA"}, False),
        ],
    )
    @pytest.mark.parametrize("ending", ["POST /auth/logout", "DELETE /auth/sessions"])
    def test_only_our_own_pages_end_a_session(self, ann, ending, headers, passes):
        named = {name: value.replace("{ours}", ann.origin) for name, value in headers.items()}
        answer = ann.ask(*ending.split(), **named)

        assert (answer.status == 204) is passes
        assert (ann.ask("GET", "/auth/me").status == 200) is not passes
        if not passes:
            assert answer.code == "CROSS_SITE"

    def test_the_token_of_ones_session_opens_the_way_and_nobody_elses_does(self, ann, bob):
        own, other = (who.ask("GET", "/auth/csrf").json["token"] for who in (ann, bob))
        guest = ask(ann.port, "GET", "/auth/csrf").json["token"]

        for token in (other, guest, own[:-1], own + "=", ""):
            assert ann.ask("POST", "/auth/logout", Origin=EVIL, X_CSRF_Token=token).code == "CROSS_SITE"
        assert ann.ask("POST", "/auth/logout", Origin=EVIL, X_CSRF_Token=own).status == 204

    def test_a_form_of_another_site_logs_nobody_in(self, ann):
        """As the intruder, say, who would then be told what is typed."""
        fields = urlencode({"email": ann.email, "password": PASSWORD}).encode()
        for headers in ({"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = ask(ann.port, "POST", "/login", fields, FORM | headers)

            assert answer.code == "CROSS_SITE"
            assert answer.headers.get("Set-Cookie") is None

    def test_a_form_that_is_sent_as_plain_text_is_no_way_around(self, ann):
        body = json.dumps({"email": ann.email, "password": PASSWORD}).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = ask(ann.port, "POST", "/auth/login", body, {"Content-Type": kind, "Origin": EVIL})

            assert answer.code in {"CROSS_SITE", "MALFORMED_FORM"}
            assert answer.headers.get("Set-Cookie") is None

    def test_no_other_site_may_read_an_answer(self, ann):
        for method in ("GET", "OPTIONS"):
            answer = ann.ask(method, "/auth/me", Origin=EVIL, Access_Control_Request_Method="GET")

            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


class TestSessions:
    def test_those_of_others_do_not_exist(self, served, ann, bob):
        theirs = bob.session()

        for id_ in (theirs, str(uuid4())):
            assert ann.ask("DELETE", f"/auth/sessions/{id_}").code == "NOT_FOUND"
        assert theirs not in [each["id"] for each in ann.ask("GET", "/auth/sessions").json["items"]]
        assert me(served, bob.token).status == 200

    def test_two_ways_of_saying_who_one_is_do_not_add_up(self, served, ann, bob):
        bob.ask("POST", "/auth/logout")

        answer = ann.ask("GET", "/auth/me", Authorization=f"Bearer {bob.token}")

        assert answer.code == "NOT_SIGNED_IN"


class TestKeys:
    def registration(self):
        return {"email": f"key{next(NUMBERS)}@example.com", "password": PASSWORD}

    @pytest.mark.parametrize("key", ["", " ", "a b", "\xe9", "\t", "a" * 256, "a" * 8_000])
    def test_what_is_no_key_is_refused_and_nothing_is_done(self, served, key):
        wanted = self.registration()

        assert ask(served.port, "POST", "/auth/register", wanted, {"Idempotency-Key": key}).code == (
            "INVALID_IDEMPOTENCY_KEY"
        )
        assert ask(served.port, "POST", "/auth/register", wanted).status == 201

    def test_two_keys_are_one_of_their_own(self, served):
        """Two lines are one value with a comma between, as RFC 9110 has it."""
        wanted = self.registration()
        headers = {"Idempotency-Key": "one\r\nIdempotency-Key: two"}
        assert ask(served.port, "POST", "/auth/register", wanted, headers).status == 201
        assert ask(served.port, "POST", "/auth/register", wanted, {"Idempotency-Key": "one"}).code == "EMAIL_EXISTS"

    def test_nobody_fetches_the_answer_of_another_by_their_key(self, served):
        first, second = self.registration(), self.registration()
        key = {"Idempotency-Key": f"guessed-{uuid4()}"}
        made = ask(served.port, "POST", "/auth/register", first, key)
        again = ask(served.port, "POST", "/auth/register", first, key)
        other = ask(served.port, "POST", "/auth/register", second, key)

        assert (made.status, again.status, again.json) == (201, 201, made.json)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert (other.status, other.json["email"]) == (201, second["email"])
        assert other.headers.get("Idempotent-Replayed") is None

    def test_another_request_under_the_same_key_is_a_conflict(self, served):
        wanted, key = self.registration(), {"Idempotency-Key": f"reused-{uuid4()}"}
        ask(served.port, "POST", "/auth/register", wanted, key)

        answer = ask(served.port, "POST", "/auth/register", {**wanted, "role": "seller"}, key)

        assert answer.code == "IDEMPOTENCY_CONFLICT"

    def test_a_repeated_sign_up_signs_nobody_in(self, served):
        """Or whoever saw the request could have the session by sending it once more."""
        wanted, key = self.registration(), {"Idempotency-Key": f"seen-{uuid4()}"}
        first = ask(served.port, "POST", "/auth/signup", wanted, key)
        again = ask(served.port, "POST", "/auth/signup", wanted, key)

        assert first.json["token"]
        assert (again.status, again.json["token"], again.headers.get("Set-Cookie")) == (201, None, None)


class TestWaysOn:
    @pytest.mark.parametrize(
        "wanted",
        [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "https:evil.example",
            "{ours}@evil.example",
            "{ours}.evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/\t/evil.example",
            "/\r\nSet-Cookie: a=b",
            " //evil.example",
            "///evil.example",
            "\0//evil.example",
            "/%0d%0aSet-Cookie:a=b\r\n",
        ],
    )
    def test_nobody_is_led_elsewhere(self, ann, wanted):
        wanted = wanted.replace("{ours}", ann.origin)
        fields = urlencode({"email": ann.email, "password": PASSWORD, "next": wanted}).encode()
        posted = ask(ann.port, "POST", "/login", fields, FORM | {"Origin": ann.origin})
        followed = ann.ask("GET", f"/login?{urlencode({'next': wanted})}")

        for answer in (posted, followed):
            assert (answer.status, answer.headers["Location"]) == (303, "/account")
            assert "a=b" not in str(answer.headers.get_all("Set-Cookie"))

    def test_but_to_a_path_of_ours(self, ann):
        assert ann.ask("GET", "/login?next=/docs").headers["Location"] == "/docs"


def test_a_limit_cannot_be_dodged_by_what_a_client_says_of_its_address(start):
    served = start(limits="signup=3/hour", verification="off")
    spoofs = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Via"]
    statuses = []
    for at, name in enumerate(spoofs):
        wanted = {"email": f"dodger{at}@example.com", "password": PASSWORD}
        value = f"for=10.0.0.{at}" if name == "Forwarded" else f"10.0.0.{at}"
        statuses.append(ask(served.port, "POST", "/auth/register", wanted, {name: value}))

    assert [each.status for each in statuses] == [201] * 3 + [429] * 4
    assert statuses[-1].code == "RATE_LIMIT_EXCEEDED"
    assert int(statuses[-1].headers["Retry-After"]) > 0
    assert re.fullmatch(r'"signup";r=0;t=\d+', statuses[-1].headers["RateLimit"])
    assert statuses[-1].headers["RateLimit-Policy"] == '"signup";q=3;w=3600'


def test_proxies_that_are_trusted_tell_addresses_apart_and_no_others_do(start):
    served = start(limits="signup=1/hour", verification="off", trusted_proxies="127.0.0.1,10.0.0.0/8")

    def register(forwarded):
        wanted = {"email": f"proxied{next(NUMBERS)}@example.com", "password": PASSWORD}
        return ask(served.port, "POST", "/auth/register", wanted, {"X-Forwarded-For": forwarded}).status

    assert register("192.0.2.1") == 201
    assert register("192.0.2.1") == 429
    assert register("192.0.2.2") == 201
    # What a client puts before its own address, which the proxy appends, is passed over.
    assert register("192.0.2.99, 192.0.2.1") == 429
    assert register("192.0.2.99, 192.0.2.1, 10.1.2.3") == 429
    assert register("not-an-address") in {201, 429}


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def packed(told):
    return encoded(json.dumps(told).encode())


def unpacked(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@contextmanager
def tokens_of(secret):
    """Give what issues tokens as an installation with that secret does."""
    with open_in_memory(settings_from({"HEXFLOWS_SECRET": secret})) as parts:
        yield parts.tokens


def signing_key():
    """Return the key that tokens are signed under."""
    with tokens_of(SECRET) as tokens:
        return next(iter(tokens._keys.values()))
