"""Accounts over HTTP: each path's answer, status, cookies and refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hexflows.adapters.http.accounts import routes
from hexflows.adapters.wire.commands import Reader
from hexflows.core.flows.accounts._granting import Grant
from hexflows.core.flows.accounts.list_sessions import SessionList
from hexflows.core.flows.accounts.log_in import EmailNotVerified, LoggedIn
from hexflows.core.flows.accounts.log_out import LogOut
from hexflows.core.flows.accounts.refresh import Refreshed
from hexflows.core.flows.accounts.register import Registered
from hexflows.core.flows.accounts.sign_up import SignedUp
from hexflows.core.flows.accounts.verify_email import EmailVerified
from hexflows.core.rules.accounts.passwords import WeakPassword, composed
from hexflows.core.rules.accounts.sessions import InvalidCredentials, InvalidRefreshToken, SessionShown
from hexflows.core.rules.accounts.users import EmailExists, Profile, RoleNotAllowed, UsernameTaken
from hexflows.core.rules.answers import Accepted, Nothing
from hexflows.core.rules.asking import Role
from hexflows.core.rules.limits import LimitReached
from hexflows.core.rules.onetime import InvalidToken
from hexflows.core.rules.receipts import IdempotencyConflict, RequestInProgress
from hexflows.core.rules.refusals import Missing, NotSignedIn
from hexflows.core.rules.secrecy import Password, Secret

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANN, HERE, THERE = UUID(int=7), UUID(int=8), UUID(int=9)
ANN_SHOWN = {
    "id": str(ANN),
    "email": "ann@example.com",
    "username": "ann",
    "role": "customer",
    "is_active": True,
    "is_verified": False,
    "created_at": "2026-01-31T12:00:00Z",
}
PROFILE = Profile(
    id=ANN,
    email="ann@example.com",
    username="ann",
    role=Role.CUSTOMER,
    is_active=True,
    is_verified=False,
    created_at=NOON,
)
GRANT = Grant(HERE, Secret("cookie"), Secret("access"), Secret("refresh"), NOON + timedelta(days=30))
GOOD = "Correct-Horse-1"
CREDENTIALS = {"email": "ann@example.com", "password": GOOD}
SESSION, PROOF = "__Host-hexflows", "__Host-hexflows-proof"
SIGNED_IN = {"Cookie": f"{SESSION}=good"}
LIMITED = LimitReached("login", 20, 60, 30)


@pytest.fixture
def client(setup, played):
    read = Reader(policy=composed)
    return setup.serve(lambda cookies, csrf: routes(flows=played.flows(), read=read, cookies=cookies, csrf=csrf))


def assert_session_is_set(result):
    cookie = result.cookies[SESSION]
    assert (cookie.value, cookie.path, cookie.secure, cookie.http_only, cookie.same_site) == (
        "cookie",
        "/",
        True,
        True,
        "Lax",
    )
    assert cookie.expires == GRANT.expires_at


def assert_cleared(result, name):
    cookie = result.cookies[name]
    assert (cookie.value, cookie.expires.year, cookie.path, cookie.secure) == ("", 1970, "/", True)


class TestSignup:
    def test_it_answers_with_token_and_user_and_sets_the_session_cookie(self, client, played):
        played.answers["sign_up"] = SignedUp(PROFILE, GRANT)

        result = client.simulate_post("/auth/signup", json=CREDENTIALS)

        assert (result.status_code, result.json) == (201, {"token": "access", "user": ANN_SHOWN})
        assert list(result.cookies) == [SESSION]
        assert_session_is_set(result)

    def test_a_repeat_under_its_key_has_no_tokens(self, client, played):
        played.answers["sign_up"] = SignedUp(PROFILE, None, replayed=True)

        result = client.simulate_post("/auth/signup", json=CREDENTIALS, headers={"Idempotency-Key": "k-1"})

        assert (result.status_code, result.json) == (201, {"token": None, "user": ANN_SHOWN})
        assert result.headers["idempotent-replayed"] == "true"
        assert not result.cookies
        assert played.asked[0].key == "k-1"

    def test_where_nobody_may_know_everybody_gets_the_same(self, client, played):
        played.answers["sign_up"] = SignedUp(None, None)

        result = client.simulate_post("/auth/signup", json=CREDENTIALS)

        assert result.status_code == 202
        assert result.json == {
            "success": True,
            "message": "Your request has been received: a mail tells you how to go on",
        }
        assert not result.cookies
        assert "idempotent-replayed" not in result.headers

    def test_what_the_browser_verified_beforehand_goes_along_once(self, client, played):
        played.answers["sign_up"] = SignedUp(PROFILE, GRANT)

        result = client.simulate_post("/auth/signup", json=CREDENTIALS, headers={"Cookie": f"{PROOF}=proof"})

        assert played.asked[0].proof == Secret("proof")
        assert_cleared(result, PROOF)

    def test_what_is_refused_keeps_it_for_another_try(self, client, played):
        played.answers["sign_up"] = EmailExists()

        result = client.simulate_post("/auth/signup", json=CREDENTIALS, headers={"Cookie": f"{PROOF}=proof"})

        assert not result.cookies

    @pytest.mark.parametrize("field", ["key", "proof", "asker", "role"])
    def test_what_the_door_knows_is_not_read_from_the_body(self, client, played, field):
        result = client.simulate_post("/auth/signup", json={**CREDENTIALS, field: "x"})

        assert (result.status_code, result.json["errors"]) == (
            400,
            [{"field": field, "message": "is not a known field"}],
        )
        assert not played.asked

    def test_the_asker_is_where_the_request_comes_from(self, client, played):
        played.answers["sign_up"] = SignedUp(None, None)

        client.simulate_post("/auth/signup", json=CREDENTIALS, headers={"User-Agent": "curl"}, remote_addr="192.0.2.1")

        asker = played.asked[0].asker
        assert (asker.user, asker.address, asker.agent) == (None, "192.0.2.1", "curl")


class TestRegister:
    def test_it_answers_with_the_user_alone(self, client, played):
        played.answers["register"] = Registered(PROFILE)

        result = client.simulate_post("/auth/register", json={**CREDENTIALS, "username": "ann", "role": "seller"})

        assert (result.status_code, result.json) == (201, ANN_SHOWN)
        assert not result.cookies
        asked = played.asked[0]
        assert (asked.email.given, asked.password, asked.username.given, asked.role, asked.key, asked.proof) == (
            "ann@example.com",
            Password(GOOD),
            "ann",
            Role.SELLER,
            None,
            None,
        )

    def test_a_repeat_says_so(self, client, played):
        played.answers["register"] = Registered(PROFILE, replayed=True)

        result = client.simulate_post("/auth/register", json=CREDENTIALS, headers={"Idempotency-Key": "k"})

        assert (result.status_code, result.headers["idempotent-replayed"]) == (201, "true")

    def test_where_nobody_may_know_everybody_gets_the_same(self, client, played):
        played.answers["register"] = Registered(None)

        result = client.simulate_post("/auth/register", json=CREDENTIALS, headers={"Cookie": f"{PROOF}=proof"})

        assert (result.status_code, sorted(result.json)) == (202, ["message", "success"])
        assert played.asked[0].proof == Secret("proof")
        assert_cleared(result, PROOF)

    def test_all_that_is_wrong_is_told_at_once(self, client, played):
        body = {"email": "ann(at)example.com", "password": "short", "username": "-", "role": "king", "is_admin": True}

        result = client.simulate_post("/auth/register", json=body)

        assert (result.status_code, result.json["errorCode"]) == (400, "VALIDATION_ERROR")
        assert {each["field"] for each in result.json["errors"]} == {
            "email",
            "password",
            "username",
            "role",
            "is_admin",
        }
        assert not played.asked


class TestLogin:
    def test_it_answers_with_the_user_and_sets_the_session_cookie(self, client, played):
        played.answers["log_in"] = LoggedIn(PROFILE, GRANT)

        result = client.simulate_post("/auth/login", json=CREDENTIALS)

        assert (result.status_code, result.json) == (200, ANN_SHOWN)
        assert_session_is_set(result)

    def test_clients_without_cookies_ask_for_tokens(self, client, played):
        played.answers["log_in"] = LoggedIn(PROFILE, GRANT)

        asked = client.simulate_post("/auth/login?tokens=true", json=CREDENTIALS)
        not_asked = client.simulate_post("/auth/login?tokens=false&utm=x", json=CREDENTIALS)

        assert asked.json == {**ANN_SHOWN, "token": "access", "refresh_token": "refresh"}
        assert not_asked.json == ANN_SHOWN

    @pytest.mark.parametrize("query", ["tokens=1", "tokens=True", "tokens=", "tokens=true&tokens=true", "tokens=yes"])
    def test_whether_they_do_is_true_or_false_and_nothing_else(self, client, played, query):
        result = client.simulate_post(f"/auth/login?{query}", json=CREDENTIALS)

        assert (result.status_code, result.json["errors"]) == (
            400,
            [{"field": "tokens", "message": "must be one of: true, false"}],
        )
        assert not played.asked

    def test_an_access_token_that_has_run_out_is_in_nobodys_way(self, client, played):
        played.answers["log_in"] = LoggedIn(PROFILE, GRANT)

        result = client.simulate_post("/auth/login", json=CREDENTIALS, headers={"Authorization": "Bearer old"})

        assert result.status_code == 200


class TestSessions:
    def test_me(self, client, played):
        played.answers["me"] = PROFILE

        result = client.simulate_get("/auth/me", headers=SIGNED_IN)

        assert (result.status_code, result.json) == (200, ANN_SHOWN)
        assert played.asked[0].asker.user == ANN

    def test_logout_ends_the_session_and_clears_its_cookie(self, client, played):
        played.answers["log_out"] = Nothing()

        result = client.simulate_post("/auth/logout", headers=SIGNED_IN)

        assert (result.status_code, result.content) == (204, b"")
        assert_cleared(result, SESSION)
        assert played.asked[0].asker.session == HERE

    def test_refresh_answers_with_the_tokens_that_follow(self, client, played):
        played.answers["refresh"] = Refreshed(Secret("a2"), Secret("r2"))

        result = client.simulate_post("/auth/refresh", json={"refresh_token": "r1"})

        assert (result.status_code, result.json) == (200, {"token": "a2", "refresh_token": "r2"})
        assert played.asked[0].refresh_token == Secret("r1")

    def test_the_list_shows_what_lives(self, client, played):
        shown = SessionShown(HERE, NOON, NOON, NOON, "curl", "192.0.2.1", current=True)
        played.answers["list_sessions"] = SessionList((shown,))

        result = client.simulate_get("/auth/sessions", headers=SIGNED_IN)

        assert result.status_code == 200
        assert result.json == {
            "items": [
                {
                    "id": str(HERE),
                    "created_at": "2026-01-31T12:00:00Z",
                    "last_seen_at": "2026-01-31T12:00:00Z",
                    "expires_at": "2026-01-31T12:00:00Z",
                    "agent": "curl",
                    "address": "192.0.2.1",
                    "current": True,
                }
            ]
        }

    def test_ending_all_of_them_clears_the_cookie(self, client, played):
        played.answers["end_sessions"] = Nothing()

        result = client.simulate_delete("/auth/sessions", headers=SIGNED_IN)

        assert (result.status_code, result.content) == (204, b"")
        assert_cleared(result, SESSION)

    @pytest.mark.parametrize(("session", "cleared"), [(THERE, False), (HERE, True)])
    def test_ending_one_clears_the_cookie_if_it_is_the_one_that_asks(self, client, played, session, cleared):
        played.answers["end_session"] = Nothing()

        result = client.simulate_delete(f"/auth/sessions/{session}", headers=SIGNED_IN)

        assert (result.status_code, result.content, SESSION in result.cookies) == (204, b"", cleared)
        assert played.asked[0].session == session

    def test_what_is_no_id_is_the_id_of_nothing(self, client, played):
        assert client.simulate_delete("/auth/sessions/mine", headers=SIGNED_IN).status_code == 404
        assert not played.asked


class TestVerification:
    def test_asking_is_accepted_from_everyone(self, client, played):
        played.answers["request_verification"] = Accepted("A mail is on its way")

        result = client.simulate_post("/auth/send-verification-email", json={"email": "ann@example.com"})

        assert (result.status_code, result.json) == (202, {"success": True, "message": "A mail is on its way"})

    def test_the_users_address_is_verified(self, client, played):
        played.answers["verify_email"] = EmailVerified(verified=True, user_id=ANN)

        result = client.simulate_post("/auth/verify-email", json={"token": "t"})

        assert (result.status_code, result.json) == (200, {"verified": True, "user_id": str(ANN)})
        assert not result.cookies

    def test_where_there_is_no_user_yet_the_browser_keeps_the_proof_for_a_day(self, client, played):
        played.answers["verify_email"] = EmailVerified(verified=True, user_id=None, proof=Secret("proof"))

        result = client.simulate_post("/auth/verify-email", json={"token": "t"})

        assert (result.status_code, result.json) == (200, {"verified": True, "user_id": None})
        cookie = result.cookies[PROOF]
        assert (cookie.value, cookie.max_age, cookie.http_only, cookie.secure) == ("proof", 24 * 3600, True, True)
        assert "proof" not in result.text


class TestPasswords:
    def test_asking_for_a_reset_is_accepted_from_everyone(self, client, played):
        played.answers["request_reset"] = Accepted("A mail is on its way")

        result = client.simulate_post("/auth/forgot-password", json={"email": "ann@example.com"})

        assert (result.status_code, result.json) == (202, {"success": True, "message": "A mail is on its way"})

    def test_reset(self, client, played):
        played.answers["reset_password"] = Nothing()

        result = client.simulate_post("/auth/reset-password", json={"token": "t", "new_password": GOOD})

        assert (result.status_code, result.json) == (200, {"success": True, "message": "The password has been changed"})
        assert not result.cookies

    def test_change(self, client, played):
        played.answers["change_password"] = Nothing()
        body = {"current_password": "old", "new_password": GOOD}

        result = client.simulate_post("/auth/change-password", json=body, headers=SIGNED_IN)

        assert (result.status_code, result.json) == (200, {"success": True, "message": "The password has been changed"})
        assert (played.asked[0].current_password, played.asked[0].asker.user) == (Password("old"), ANN)
        assert not result.cookies


class TestCsrf:
    def test_a_guest_gets_a_token_and_the_cookie_that_it_is_bound_to(self, client):
        result = client.simulate_get("/auth/csrf")

        assert list(result.json) == ["token"]
        assert result.cookies["__Host-hexflows-csrf"].http_only

    def test_a_token_of_ones_session_needs_no_cookie_of_its_own(self, client):
        result = client.simulate_get("/auth/csrf", headers=SIGNED_IN)

        assert not result.cookies
        assert result.json != client.simulate_get("/auth/csrf").json


EMAIL = {"email": "ann@example.com"}
RESET = {"token": "t", "new_password": GOOD}
CHANGE = {"current_password": "old", "new_password": GOOD}

#: The flow behind each request, and a body that it takes.
BEHIND = {
    "POST signup": ("sign_up", CREDENTIALS),
    "POST register": ("register", CREDENTIALS),
    "POST login": ("log_in", CREDENTIALS),
    "GET me": ("me", None),
    "POST refresh": ("refresh", {"refresh_token": "r"}),
    "GET sessions": ("list_sessions", None),
    "DELETE sessions": ("end_sessions", None),
    f"DELETE sessions/{THERE}": ("end_session", None),
    "POST send-verification-email": ("request_verification", EMAIL),
    "POST verify-email": ("verify_email", {"token": "t"}),
    "POST forgot-password": ("request_reset", EMAIL),
    "POST reset-password": ("reset_password", RESET),
    "POST change-password": ("change_password", CHANGE),
}


@pytest.mark.parametrize(
    ("asked", "refusal", "told"),
    [
        ("POST signup", EmailExists(), "409 EMAIL_EXISTS"),
        ("POST signup", WeakPassword("password", "Password is known"), "400 WEAK_PASSWORD"),
        ("POST signup", LIMITED, "429 RATE_LIMIT_EXCEEDED"),
        ("POST signup", IdempotencyConflict(), "409 IDEMPOTENCY_CONFLICT"),
        ("POST signup", RequestInProgress(), "409 REQUEST_IN_PROGRESS"),
        ("POST register", EmailExists(), "409 EMAIL_EXISTS"),
        ("POST register", UsernameTaken(), "409 USERNAME_TAKEN"),
        ("POST register", RoleNotAllowed(), "403 ROLE_NOT_ALLOWED"),
        ("POST login", InvalidCredentials(), "401 INVALID_CREDENTIALS"),
        ("POST login", EmailNotVerified(), "403 EMAIL_NOT_VERIFIED"),
        ("POST login", LIMITED, "429 RATE_LIMIT_EXCEEDED"),
        ("GET me", NotSignedIn(), "401 NOT_SIGNED_IN"),
        ("POST refresh", InvalidRefreshToken(), "401 INVALID_REFRESH_TOKEN"),
        ("GET sessions", NotSignedIn(), "401 NOT_SIGNED_IN"),
        ("DELETE sessions", NotSignedIn(), "401 NOT_SIGNED_IN"),
        (f"DELETE sessions/{THERE}", NotSignedIn(), "401 NOT_SIGNED_IN"),
        (f"DELETE sessions/{THERE}", Missing("session"), "404 NOT_FOUND"),
        ("POST send-verification-email", LIMITED, "429 RATE_LIMIT_EXCEEDED"),
        ("POST verify-email", InvalidToken(), "400 INVALID_TOKEN"),
        ("POST forgot-password", LIMITED, "429 RATE_LIMIT_EXCEEDED"),
        ("POST reset-password", InvalidToken(), "400 INVALID_TOKEN"),
        ("POST reset-password", WeakPassword("new_password", "Password is known"), "400 WEAK_PASSWORD"),
        ("POST reset-password", EmailNotVerified(), "403 EMAIL_NOT_VERIFIED"),
        ("POST change-password", InvalidCredentials(), "401 INVALID_CREDENTIALS"),
        ("POST change-password", WeakPassword("new_password", "Password is known"), "400 WEAK_PASSWORD"),
        ("POST change-password", NotSignedIn(), "401 NOT_SIGNED_IN"),
    ],
)
def test_what_a_flow_refuses_is_told_by_status_and_code(client, played, asked, refusal, told):
    method, path = asked.split()
    flow, body = BEHIND[asked]
    played.answers[flow] = refusal

    result = client.simulate_request(method, f"/auth/{path}", json=body)

    assert f"{result.status_code} {result.json['errorCode']}" == told
    assert len(played.asked) == 1
    assert not result.cookies


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("signup", {"email", "password"}),
        ("register", {"email", "password"}),
        ("login", {"email", "password"}),
        ("refresh", {"refresh_token"}),
        ("send-verification-email", {"email"}),
        ("verify-email", {"token"}),
        ("forgot-password", {"email"}),
        ("reset-password", {"token", "new_password"}),
        ("change-password", {"current_password", "new_password"}),
    ],
)
def test_an_empty_body_is_told_everything_that_is_missing(client, played, path, fields):
    result = client.simulate_post(f"/auth/{path}", json={})

    assert (result.status_code, {each["field"] for each in result.json["errors"]}) == (400, fields)
    assert not played.asked


@pytest.mark.parametrize(("path", "field"), [("signup", "password"), ("reset-password", "new_password")])
def test_a_weak_password_alone_is_refused_by_its_own_name(client, path, field):
    body = {"email": "ann@example.com", "token": "t", field: "short"}
    wanted = {"signup": ("email", "password"), "reset-password": ("token", "new_password")}[path]

    result = client.simulate_post(f"/auth/{path}", json={name: body[name] for name in wanted})

    assert (result.status_code, result.json["errorCode"]) == (400, "WEAK_PASSWORD")
    assert [each["field"] for each in result.json["errors"]] == [field]


def test_logging_out_is_for_guests_too(client, played):
    played.answers["log_out"] = Nothing()

    result = client.simulate_post("/auth/logout")

    assert result.status_code == 204
    assert [type(each) for each in played.asked] == [LogOut]


def test_what_is_declared_is_what_is_served(setup, played):
    served = {}

    def kept(cookies, csrf):
        served.update(
            {each.path: each for each in routes(flows=played.flows(), read=Reader(), cookies=cookies, csrf=csrf)}
        )
        return served.values()

    setup.serve(kept)

    for route in served.values():
        responders = {name.removeprefix("on_").upper() for name in dir(route.resource) if name.startswith("on_")}
        assert responders == set(route.operations)
