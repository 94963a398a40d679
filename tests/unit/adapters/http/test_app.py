"""What every request goes through on its way in and out."""

from __future__ import annotations

import logging
import re

import pytest

from hexflows.adapters.http.app import HEADERS, request_id

JSON = {"Content-Type": "application/json"}
COOKIE = {"Cookie": "__Host-hexflows=good"}


class TestRequestIds:
    @pytest.mark.parametrize("given", ["01890a5d-ac96-774b-bcce-b302099a8057", "a.b_c-1234", "x" * 64])
    def test_a_sane_one_is_kept(self, client, given):
        assert client.simulate_get("/open", headers={"X-Request-Id": given}).headers["x-request-id"] == given

    @pytest.mark.parametrize(
        "given", [None, "", "short", "x" * 65, "spaces in it", "líne-é-ñ", 'quo"te--', "a\nb-----", "٣٣٣٣٣٣٣٣٣"]
    )
    def test_any_other_is_replaced_by_a_new_one(self, given):
        made = request_id(given)

        assert re.fullmatch(r"[0-9a-f]{32}", made)
        assert made != request_id(given)

    def test_every_answer_has_one(self, client):
        for path in ("/open", "/nowhere", "/trouble"):
            assert client.simulate_get(path).headers["x-request-id"]


class TestHeaders:
    @pytest.mark.parametrize("path", ["/echo", "/nowhere", "/trouble"])
    def test_every_answer_keeps_browsers_careful(self, client, path):
        headers = client.simulate_get(path).headers

        assert {name: headers[name.lower()] for name, _ in HEADERS} == dict(HEADERS)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"

    def test_a_resource_may_know_better(self, client):
        headers = client.simulate_get("/open").headers

        assert headers["cache-control"] == "public, max-age=60"
        assert headers["referrer-policy"] == "no-referrer"


class TestMethods:
    def test_head_answers_as_get_without_the_body(self, client):
        got, head = client.simulate_get("/open"), client.simulate_head("/open")

        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == got.headers["content-length"]
        assert head.headers["content-type"] == got.headers["content-type"]

    def test_head_of_what_has_no_get_is_405(self, client):
        assert client.simulate_head("/forms").status_code == 405

    def test_options_tells_what_there_is_and_opens_nothing_to_other_sites(self, client):
        answer = client.simulate_options("/echo", headers={"Origin": "https://evil.example"})

        assert answer.status_code == 200
        assert set(answer.headers["allow"].split(", ")) >= {"GET", "POST"}
        assert not any(name.startswith("access-control") for name in answer.headers)


class TestTheLog:
    def lines(self, caplog):
        return [each for each in caplog.records if each.name == "hexflows.adapters.http.app"]

    def test_there_is_one_line_a_request(self, client, caplog):
        with caplog.at_level(logging.INFO):
            client.simulate_get("/echo", headers={"Authorization": "Bearer good"}, remote_addr="203.0.113.5")

        (line,) = self.lines(caplog)
        assert line.getMessage() == "GET /echo 200"
        assert line.address == "203.0.113.5"
        assert line.user == "00000000-0000-0000-0000-000000000007"
        assert line.ms >= 0

    def test_it_tells_no_query_no_header_and_no_body(self, client, caplog):
        with caplog.at_level(logging.DEBUG):
            client.simulate_post(
                "/echo",
                query_string="token=s3cret",
                body=b'{"password": "s3cret"}',
                headers={
                    "Content-Type": "application/json",
                    "Authorization": "Bearer s3cret",
                    "Cookie": "__Host-hexflows=s3cret",
                    "Origin": "https://api.example.com",
                },
            )

        assert self.lines(caplog)
        assert not any("s3cret" in str(vars(line)) for line in self.lines(caplog))

    @pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/trouble", 500)])
    def test_what_goes_wrong_has_one_too(self, client, caplog, path, status):
        with caplog.at_level(logging.INFO):
            client.simulate_get(path)

        assert [line.getMessage() for line in self.lines(caplog)][-1] == f"GET {path} {status}"

    def test_whoever_does_not_want_it_pays_nothing(self, client, caplog):
        with caplog.at_level(logging.WARNING):
            client.simulate_get("/echo")

        assert not self.lines(caplog)


class TestObserving:
    def test_requests_are_counted_by_template(self, setup):
        setup.client().simulate_get("/things/01890a5d-ac96-774b-bcce-b302099a8057")

        ((method, template, status, seconds),) = setup.seen
        assert (method, template, status) == ("GET", "/things/{thing:uuid}", 200)
        assert 0 <= seconds < 60

    def test_what_is_nowhere_is_counted_as_one(self, setup):
        setup.client().simulate_get("/no")
        setup.client().simulate_get("/where")

        assert [(template, status) for _, template, status, _ in setup.seen] == [("(none)", 404)] * 2


class TestCrossSite:
    """The policy itself is tested beside it; here, that every request goes through it."""

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            (COOKIE | {"Origin": "https://api.example.com"}, 200),
            (COOKIE, 200),
            (COOKIE | {"Sec-Fetch-Site": "same-origin"}, 200),
            (COOKIE | {"Origin": "https://evil.example"}, 403),
            (COOKIE | {"Origin": "https://app.example.com", "Sec-Fetch-Site": "same-site"}, 403),
            (COOKIE | {"Origin": "http://api.example.com"}, 403),
            (COOKIE | {"Origin": "https://api.example.com:8443"}, 403),
            (COOKIE | {"Origin": "null"}, 403),
            (COOKIE | {"Sec-Fetch-Site": "same-site"}, 403),
            (COOKIE | {"Sec-Fetch-Site": "cross-site"}, 403),
            (COOKIE | {"Origin": "https://evil.example", "Authorization": "Bearer good"}, 200),
            ({"Origin": "https://evil.example"}, 200),
            ({"Cookie": "__Host-hexflows-proof=x", "Origin": "https://evil.example"}, 403),
        ],
    )
    def test_what_changes_something_must_come_from_us(self, client, headers, status):
        answer = client.simulate_post("/echo", body=b"{}", headers=JSON | headers)

        assert answer.status_code == status
        if status == 403:
            assert answer.json["errorCode"] == "CROSS_SITE"

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_what_changes_nothing_may_come_from_anywhere(self, client, method):
        answer = client.simulate_request(method, "/echo", headers=COOKIE | {"Origin": "https://evil.example"})

        assert answer.status_code == 200
