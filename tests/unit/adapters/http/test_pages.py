"""The pages that mailed links lead to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.http.pages import routes
from hexflows.adapters.http.printing import Site, _environment
from hexflows.adapters.wire.commands import Reader
from hexflows.core.flows.accounts._granting import Grant
from hexflows.core.flows.accounts.log_in import EmailNotVerified, LoggedIn
from hexflows.core.flows.accounts.verify_email import EmailVerified
from hexflows.core.rules.accounts.passwords import composed
from hexflows.core.rules.accounts.sessions import InvalidCredentials
from hexflows.core.rules.accounts.users import Profile
from hexflows.core.rules.answers import Accepted, Nothing
from hexflows.core.rules.asking import Role
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.onetime import InvalidToken
from hexflows.core.rules.refusals import OutOfReach
from hexflows.core.rules.secrecy import Password, Secret

PUBLIC, APP = "https://api.example.com", "https://shop.example.com"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANN, HERE = UUID(int=7), UUID(int=8)
PROFILE = Profile(
    id=ANN,
    email="ann@example.com",
    username="ann",
    role=Role.CUSTOMER,
    is_active=True,
    is_verified=True,
    created_at=NOON,
)
GRANT = Grant(HERE, Secret("cookie"), Secret("access"), Secret("refresh"), NOON + timedelta(days=30))
GOOD = "Correct-Horse-1"
LOGIN = {"email": "ann@example.com", "password": GOOD}
SESSION, PROOF = "__Host-hexflows", "__Host-hexflows-proof"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": PUBLIC}
SIGNED_IN = {"Cookie": f"{SESSION}=good"}
#: Every page, as somebody first sees it.
PAGES = ["/", "/login", "/verify", "/forgot-password", "/reset-password?token=t", "/verify-email?token=t", "/account"]
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"
ALLOWED = {"html", "head", "meta", "title", "link", "body", "header", "main", "footer", "nav", "form", "label", "input"}
ALLOWED |= {"button", "a", "p", "h1", "div", "span", "svg", "path", "circle", "dl", "dt", "dd", "time"}


class Read(HTMLParser):
    """What a browser makes of a page: its elements, and whether a form is filled in as a person would see it."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag, **wanted):
        return [attrs for name, attrs in self.elements if name == tag and wanted.items() <= attrs.items()]

    def input(self, name):
        (attrs,) = self.all("input", name=name)
        return attrs


@pytest.fixture
def serve(setup, played):
    def serve(app_url=PUBLIC, support=None):
        return setup.serve(
            lambda cookies, csrf: routes(
                flows=played.flows(),
                read=Reader(policy=composed),
                cookies=cookies,
                csrf=csrf,
                site=Site(PUBLIC, app_url, support),
            )
        )

    return serve


@pytest.fixture
def client(serve):
    return serve()


def post(client, path, fields, **headers):
    return client.simulate_post(path, body=urlencode(fields), headers={**FORM, **headers})


class TestEveryPage:
    @pytest.mark.parametrize("path", PAGES)
    def test_it_is_whole_html_that_runs_nothing_and_loads_the_stylesheet_alone(self, client, path):
        result = client.simulate_get(path)
        page = Read(result.text)

        assert (result.status_code, result.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.all("html", lang="en")
        assert page.all("meta", name="viewport")
        assert {tag for tag, _ in page.elements} <= ALLOWED
        assert not [attrs for _, attrs in page.elements if "style" in attrs or any(k.startswith("on") for k in attrs)]
        (sheet,) = page.all("link")
        assert client.simulate_get(sheet["href"]).headers["content-type"] == "text/css; charset=utf-8"

    @pytest.mark.parametrize("path", PAGES)
    def test_browsers_are_told_to_keep_it_to_themselves(self, client, path):
        headers = client.simulate_get(path).headers

        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )

    @pytest.mark.parametrize("path", PAGES)
    def test_looking_at_it_asks_no_flow(self, client, played, path):
        client.simulate_get(path)
        client.simulate_head(path)

        assert not played.asked

    @pytest.mark.parametrize("path", PAGES)
    def test_whoever_comes_without_a_session_gets_none(self, client, path):
        assert SESSION not in client.simulate_get(path).cookies

    @pytest.mark.parametrize("path", PAGES)
    def test_every_field_has_a_label_and_every_form_a_token(self, client, path):
        page = Read(client.simulate_get(path).text)

        shown = [each for each in page.all("input") if each["type"] != "hidden"]
        assert all(page.all("label", **{"for": each["id"]}) and each["autocomplete"] for each in shown)
        assert len(page.all("form", method="post")) == len(page.all("form")) == len(page.all("input", name="csrf"))

    def test_help_is_offered_where_there_is_some(self, serve, client):
        offered = serve(support="help@example.com").simulate_get("/login").text

        assert 'href="mailto:help%40example.com">help@example.com</a>' in offered
        assert "mailto:" not in client.simulate_get("/login").text

    def test_forms_may_lead_to_the_application(self, serve):
        policy = serve(app_url=f"{APP}/start").simulate_get("/login").headers["content-security-policy"]

        assert f"form-action 'self' {APP};" in policy

    def test_the_stylesheet_is_fetched_once(self, client):
        assert "immutable" in client.simulate_get("/pages.css").headers["cache-control"]


class TestHostileInput:
    @pytest.mark.parametrize("path", ["/reset-password", "/verify-email"])
    def test_a_token_in_the_address_is_only_ever_text(self, client, path):
        page = Read(client.simulate_get(path, params={"token": HOSTILE}).text)

        assert page.input("token")["value"] == HOSTILE
        assert {tag for tag, _ in page.elements} <= ALLOWED

    @pytest.mark.parametrize("path", ["/login", "/verify", "/forgot-password"])
    def test_so_is_what_was_typed(self, client, path):
        page = Read(post(client, path, {"email": HOSTILE, "password": "x", HOSTILE: HOSTILE, "next": HOSTILE}).text)

        assert page.input("email")["value"] == HOSTILE
        assert {tag for tag, _ in page.elements} <= ALLOWED

    def test_so_is_what_people_are_called(self, client, played):
        played.answers["me"] = evolve(PROFILE, email=HOSTILE, username=HOSTILE)

        page = Read(client.simulate_get("/account", headers=SIGNED_IN).text)

        assert page.text.count(HOSTILE) == 2
        assert {tag for tag, _ in page.elements} <= ALLOWED

    @given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1))
    def test_whatever_it_is(self, text):
        shown = _environment().from_string('<input value="{{ text }}"><p>{{ text }}</p>').render(text=text)

        assert [tag for tag, _ in Read(shown).elements] == ["input", "p"]
        assert Read(shown).elements[0][1]["value"] == text


class TestLogin:
    def test_it_logs_in_and_leads_to_the_account(self, client, played):
        played.answers["log_in"] = LoggedIn(PROFILE, GRANT)

        result = post(client, "/login", LOGIN)

        assert (result.status_code, result.headers["location"]) == (303, "/account")
        assert result.cookies[SESSION].value == "cookie"
        assert played.asked[0].password == Password(GOOD)

    @pytest.mark.parametrize(
        "wanted", ["/", "/docs", "/a/b?c=d&e=%20#f", APP, f"{APP}/", f"{APP}/cart?x=1", f"{APP}?x", f"{APP}#x"]
    )
    def test_it_leads_on_to_our_own_paths_and_to_the_application(self, serve, played, wanted):
        played.answers["log_in"] = LoggedIn(PROFILE, GRANT)
        client = serve(app_url=APP)

        assert Read(client.simulate_get("/login", params={"next": wanted}).text).input("next")["value"] == wanted
        assert post(client, "/login", {**LOGIN, "next": wanted}).headers["location"] == wanted

    @pytest.mark.parametrize(
        "wanted",
        [
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/ /evil.example",
            " //evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "evil.example",
            "https:evil.example",
            f"{APP}.evil.example/",
            f"{APP}@evil.example/",
            f"{APP}:pw@evil.example/",
            f"{APP}:8443/",
            f"{APP}\\@evil.example",
            "/x\r\nSet-Cookie: a=b",
            "/\u2215/evil.example",
            "",
        ],
    )
    def test_it_leads_nowhere_else(self, serve, played, wanted):
        played.answers["log_in"] = LoggedIn(PROFILE, GRANT)
        client = serve(app_url=APP)

        typed = post(client, "/login", {**LOGIN, "next": wanted})
        there_already = client.simulate_get("/login", params={"next": wanted}, headers=SIGNED_IN)

        assert typed.headers["location"] == there_already.headers["location"] == "/account"

    def test_who_is_logged_in_already_is_led_on(self, client, played):
        result = client.simulate_get("/login?next=/docs", headers=SIGNED_IN)

        assert (result.status_code, result.headers["location"]) == (303, "/docs")
        assert not played.asked

    def test_what_is_wrong_stands_beside_its_field(self, client, played):
        result = post(client, "/login", {"email": "nobody", "password": GOOD, "next": "/docs"})
        page = Read(result.text)

        assert result.status_code == 400
        assert page.input("email")["aria-invalid"] == "true"
        assert page.input("email")["aria-describedby"] == "email-said"
        assert page.all("p", id="email-said")
        assert "Email must look like name@example.com." in page.text
        assert "autofocus" in page.input("email")
        assert page.text.lstrip().startswith("Error: ")
        assert (page.input("email")["value"], page.input("next")["value"]) == ("nobody", "/docs")
        assert not played.asked

    def test_passwords_are_never_sent_back(self, client, played):
        played.answers["log_in"] = InvalidCredentials()

        result = post(client, "/login", LOGIN)

        assert result.status_code == 401
        assert "The email address or the password is not right." in result.text
        assert Read(result.text).input("email")["value"] == "ann@example.com"
        assert GOOD not in result.text
        assert SESSION not in result.cookies

    def test_who_is_not_verified_can_have_the_mail_sent_again(self, client, played):
        played.answers["log_in"] = EmailNotVerified()

        result = post(client, "/login", LOGIN)
        page = Read(result.text)

        assert result.status_code == 403
        assert page.all("form", action="/verify")
        assert page.all("input", name="email", type="hidden", value="ann@example.com")

    @pytest.mark.parametrize(
        ("refusal", "status", "after"), [(LimitReached("login", 20, 60, 30), 429, "30"), (OutOfReach(), 503, "5")]
    )
    def test_who_has_to_wait_is_told_how_long(self, client, played, refusal, status, after):
        played.answers["log_in"] = refusal

        result = post(client, "/login", LOGIN)

        assert (result.status_code, result.headers["retry-after"]) == (status, after)
        assert f"{refusal}." in Read(result.text).text

    def test_a_form_of_another_site_logs_nobody_in(self, client, played):
        result = post(client, "/login", LOGIN, Origin="https://evil.example")

        assert result.status_code == 403
        assert not played.asked

    def test_a_browser_that_does_not_say_where_it_is_shows_the_pages_own_token(self, client, played):
        played.answers["log_in"] = LoggedIn(PROFILE, GRANT)
        shown = client.simulate_get("/login")
        ((name, cookie),) = shown.cookies.items()
        token = Read(shown.text).input("csrf")["value"]

        good = post(client, "/login", {**LOGIN, "csrf": token}, Origin="null", Cookie=f"{name}={cookie.value}")
        without = post(client, "/login", LOGIN, Origin="null", Cookie=f"{name}={cookie.value}")

        assert (good.status_code, without.status_code) == (303, 403)

    def test_autocomplete_helps_password_managers(self, client):
        page = Read(client.simulate_get("/login").text)

        assert page.input("email")["autocomplete"] == "username"
        assert page.input("password")["autocomplete"] == "current-password"


class TestAskingForMails:
    @pytest.mark.parametrize(
        ("path", "flow"), [("/verify", "request_verification"), ("/forgot-password", "request_reset")]
    )
    def test_everybody_is_told_the_same(self, client, played, path, flow):
        played.answers[flow] = Accepted("If there is an account, a mail is on its way")

        result = post(client, path, {"email": "ann@example.com"})

        assert result.status_code == 202
        assert "If there is an account, a mail is on its way." in result.text
        assert played.asked[0].email.given == "ann@example.com"

    @pytest.mark.parametrize(
        ("path", "flow"), [("/verify", "request_verification"), ("/forgot-password", "request_reset")]
    )
    def test_what_cannot_be_an_address_is_told(self, client, played, path, flow):
        result = post(client, path, {"email": ""})

        assert result.status_code == 400
        assert Read(result.text).input("email")["aria-invalid"] == "true"
        assert not played.asked

    def test_a_limit_is_told_above_the_form(self, client, played):
        played.answers["request_reset"] = LimitReached("reset", 5, 3600, 600)

        result = post(client, "/forgot-password", {"email": "ann@example.com"})

        assert result.status_code == 429
        assert Read(result.text).all("div", role="alert")


class TestReset:
    def test_the_token_waits_in_the_form(self, client):
        page = Read(client.simulate_get("/reset-password?token=abc").text)

        assert page.input("token")["value"] == "abc"
        assert page.input("new_password")["autocomplete"] == "new-password"
        assert "It must be at least 8 characters, contain an upper case letter" in page.text

    def test_it_sets_the_password_and_says_what_is_next(self, client, played):
        played.answers["reset_password"] = Nothing()

        result = post(client, "/reset-password", {"token": "abc", "new_password": GOOD})

        assert result.status_code == 200
        assert "Your password is changed" in result.text
        assert Read(result.text).all("a", href="/login")
        assert (played.asked[0].token, played.asked[0].new_password) == (Secret("abc"), Password(GOOD))
        assert SESSION not in result.cookies

    def test_a_weak_password_keeps_the_token_for_another_try(self, client, played):
        result = post(client, "/reset-password", {"token": "abc", "new_password": "short"})
        page = Read(result.text)

        assert result.status_code == 400
        assert page.input("token")["value"] == "abc"
        assert page.input("new_password")["aria-invalid"] == "true"
        assert not page.input("new_password")["value"]
        assert not played.asked

    def test_a_token_that_opens_nothing_leads_to_a_new_one(self, client, played):
        played.answers["reset_password"] = InvalidToken()

        result = post(client, "/reset-password", {"token": "abc", "new_password": GOOD})
        page = Read(result.text)

        assert result.status_code == 400
        assert "This link was used before, or it has expired." in page.text
        assert page.all("a", href="/forgot-password")
        assert not page.all("form")

    def test_a_link_that_lost_its_token_says_so(self, client):
        for path in ("/reset-password", "/reset-password?token="):
            page = Read(client.simulate_get(path).text)
            assert "This link is not complete." in page.text
            assert not page.all("form")


class TestVerifying:
    def test_it_takes_a_click_so_that_no_scanner_spends_the_token(self, client, played):
        page = Read(client.simulate_get("/verify-email?token=abc").text)

        assert page.input("token")["value"] == "abc"
        assert not played.asked

    def test_the_users_address_is_verified(self, client, played):
        played.answers["verify_email"] = EmailVerified(verified=True, user_id=ANN)

        result = post(client, "/verify-email", {"token": "abc"})

        assert result.status_code == 200
        assert Read(result.text).all("a", href="/login")
        assert played.asked[0].token == Secret("abc")
        assert PROOF not in result.cookies

    def test_a_browser_without_account_keeps_the_proof_for_a_day(self, serve, played):
        played.answers["verify_email"] = EmailVerified(verified=True, user_id=None, proof=Secret("proof"))

        result = post(serve(app_url=APP), "/verify-email", {"token": "abc"})

        assert (result.cookies[PROOF].value, result.cookies[PROOF].max_age) == ("proof", 24 * 3600)
        assert "proof" not in result.text
        assert Read(result.text).all("a", href=APP)

    def test_a_token_that_opens_nothing_leads_to_a_new_one(self, client, played):
        played.answers["verify_email"] = InvalidToken()

        result = post(client, "/verify-email", {"token": "abc"})

        assert result.status_code == 400
        assert Read(result.text).all("a", href="/verify")

    def test_what_cannot_be_a_token_is_told_too(self, client, played):
        result = post(client, "/verify-email", {"token": "x" * 5000})

        assert result.status_code == 400
        assert "Token must be at most 4096 characters." in Read(result.text).text


class TestAccount:
    def test_it_shows_who_is_logged_in_and_a_way_out(self, client, played):
        played.answers["me"] = PROFILE

        page = Read(client.simulate_get("/account", headers=SIGNED_IN).text)

        assert "ann@example.com" in page.text
        assert "31 January 2026" in page.text
        assert page.all("form", action="/account")

    def test_a_guest_is_shown_the_way_in(self, client):
        assert Read(client.simulate_get("/account").text).all("a", href="/login")

    def test_logging_out_ends_the_session_and_clears_the_cookie(self, client, played):
        played.answers["log_out"] = Nothing()

        result = post(client, "/account", {}, **SIGNED_IN)

        assert (result.status_code, result.headers["location"]) == (303, "/account")
        assert (result.cookies[SESSION].value, result.cookies[SESSION].expires.year) == ("", 1970)
        assert played.asked[0].asker.session == HERE


#: What a browser says that goes to a page, and what programs say.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROGRAMS = ["*/*", "application/json", "application/json, text/plain, */*", "application/problem+json, text/html;q=0.9"]


class TestWhatGoesWrongOutsideOfAForm:
    @pytest.mark.parametrize(
        ("body", "headers", "status"),
        [
            ("", {"Origin": "https://evil.example"}, 403),
            ("email=1&email=2", {}, 400),
            ("x" * 70_000, {}, 413),
            ("{}", {"Content-Type": "application/json"}, 415),
        ],
    )
    def test_people_are_told_on_a_page(self, client, played, body, headers, status):
        result = client.simulate_post("/login", body=body, headers={**FORM, "Accept": BROWSER, **headers})
        page = Read(result.text)

        assert (result.status_code, result.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert {tag for tag, _ in page.elements} <= ALLOWED
        assert page.all("a", href="/")
        assert "script-src" not in result.headers["content-security-policy"]
        assert not played.asked

    @pytest.mark.parametrize("accept", PROGRAMS)
    def test_programs_are_told_as_everywhere(self, client, accept):
        headers = {**FORM, "Accept": accept, "Origin": "https://evil.example"}

        assert client.simulate_post("/login", body="", headers=headers).json["errorCode"] == "CROSS_SITE"

    def test_what_is_hidden_stays_hidden_and_names_the_request(self, client, played):
        played.answers["me"] = ZeroDivisionError("the secret cause")

        result = client.simulate_get("/account", headers={**SIGNED_IN, "Accept": BROWSER})

        assert (result.status_code, result.headers["content-type"]) == (500, "text/html; charset=utf-8")
        assert "secret cause" not in result.text
        assert result.headers["x-request-id"] in result.text

    def test_what_passes_says_when_to_come_back(self, client, played):
        played.answers["me"] = OutOfReach()

        result = client.simulate_get("/account", headers={**SIGNED_IN, "Accept": BROWSER})

        assert (result.status_code, result.headers["retry-after"]) == (503, "5")
        assert Read(result.text).all("a", href="/")

    def test_not_even_who_asks_has_to_be_known(self, client):
        result = client.simulate_get("/account", headers={"Authorization": "Bearer bad", "Accept": BROWSER})

        assert (result.status_code, result.headers["www-authenticate"]) == (401, "Bearer")
        assert Read(result.text).all("a", href="/")

    def test_where_nothing_is_the_front_page_says_so(self, client):
        result = client.simulate_get("/logn/%3Cscript%3E", headers={"Accept": BROWSER})

        assert result.status_code == 404
        assert "There is nothing here" in Read(result.text).text
        assert "<script" not in result.text

    def test_the_api_tells_browsers_what_it_tells_programs(self, setup):
        result = setup.problem(OutOfReach(), headers={"Accept": BROWSER})

        assert result.json["errorCode"] == "OUT_OF_REACH"
