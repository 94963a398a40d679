"""Whatever is sent, the server refuses it in the one body that problems have, never breaks, and goes on serving."""

from __future__ import annotations

import json
import socket

import pytest

from .raw import FORM, JSON, answer_on, ask, connect, head, send

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
GOOD = {"email": "ann@example.com", "password": "Correct-Horse-1"}
CHUNKED = JSON | {"Transfer-Encoding": "chunked"}
PAGES = ["/", "/account", "/login", "/verify", "/verify-email", "/forgot-password", "/reset-password", "/docs"]


@pytest.fixture(scope="module")
def served(start):
    return start(verification="off")


@pytest.fixture(scope="module")
def paths(served):
    told = ask(served.port, "GET", "/openapi.json").json["paths"]
    return [*(path.replace("{session}", "00000000-0000-0000-0000-000000000000") for path in told), *PAGES, "/nowhere"]


@pytest.fixture(autouse=True)
def unbroken(served):
    """After each test the same processes answer, and nothing was logged as broken."""
    before = {each.pid for each in served.look()}
    yield
    assert ask(served.port, "GET", "/healthz").status == 200
    assert {each.pid for each in served.look()} == before
    log = served.log.read_text()
    assert " broke" not in log
    assert "Traceback" not in log


class TestFraming:
    @pytest.mark.parametrize(
        "raw",
        [
            b"ZZ\r\n{}\r\n0\r\n\r\n",
            b"-2\r\n{}\r\n0\r\n\r\n",
            b"2\r\n{}XX0\r\n\r\n",
            b"2;" + b"x" * 100_000 + b"\r\n{}\r\n0\r\n\r\n",
            b"2\r\n{}\r\n0\r\nbad trailer\r\n\r\n",
            b"2\r\n{}\r\n",
            b"20\r\n{}\r\n",
        ],
    )
    def test_chunks_that_are_none_are_400(self, served, raw):
        assert send(served.port, head("POST", "/auth/login", CHUNKED) + raw, hang_up=True).code == "BAD_REQUEST"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Content-Length": "-2"},
            {"Content-Length": "+2"},
            {"Content-Length": "0x2"},
            {"Content-Length": "two"},
            {"Content-Length": "2, 3"},
            {"Content-Length": "2\r\nContent-Length: 3"},
            {"Content-Length": "2", "Transfer-Encoding": "chunked"},
            {"Transfer-Encoding": "gzip"},
            {"Transfer-Encoding": "chunked, identity"},
            {"Transfer-Encoding": " chunked\r\nTransfer-Encoding: chunked"},
        ],
    )
    def test_a_length_that_two_would_read_differently_is_400(self, served, headers):
        assert send(served.port, head("POST", "/auth/login", JSON | headers) + b"{}").code == "BAD_REQUEST"

    @pytest.mark.parametrize(
        ("path", "kind", "body"),
        [("/auth/login", JSON, json.dumps(GOOD).encode()), ("/login", FORM, b"email=a@example.com&password=whole")],
    )
    def test_half_a_body_is_400_even_where_it_looks_whole(self, served, path, kind, body):
        raw = head("POST", path, kind | {"Content-Length": len(body) + 8}) + body

        assert send(served.port, raw, hang_up=True).code == "BAD_REQUEST"

    def test_what_follows_a_body_is_the_next_request(self, served):
        first = head("POST", "/auth/login", JSON | {"Content-Length": 2}) + b"{}"
        second = head("GET", "/healthz", {"X-Request-Id": "second-one", "Connection": "close"})
        with connect(served.port) as connection, connection.makefile("rb") as file:
            connection.sendall(first + second)
            _, refused, healthy = file.read().split(b"HTTP/1.1 ")

        assert refused.startswith(b"400 ")
        assert healthy.startswith(b"200 ")
        assert b"second-one" in healthy

    def test_a_body_that_was_not_read_is_no_request(self, served):
        inner = head("GET", "/healthz", {"X-Request-Id": "smuggled-one"})
        with connect(served.port) as connection:
            connection.sendall(head("POST", "/nowhere", {"Content-Length": len(inner)}) + inner)

            assert answer_on(connection, "POST").code == "NOT_FOUND"
            connection.settimeout(0.5)
            with pytest.raises(TimeoutError):
                connection.recv(1)

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({"X-Long": "x" * 10_000}, "HEADERS_TOO_LARGE"),
            ({f"X-{at}": "x" for at in range(150)}, "HEADERS_TOO_LARGE"),
            ({"X-Folded": "a\r\n b"}, "BAD_REQUEST"),
            ({"X-Nul": "a\0b"}, "BAD_REQUEST"),
            ({"X-Bare": "a\rb"}, "BAD_REQUEST"),
            ({"X Space": "a"}, "BAD_REQUEST"),
            ({"X-Esc\x1b[2J": "a"}, "BAD_REQUEST"),
            ({"Expect": "a miracle"}, "EXPECTATION_FAILED"),
        ],
    )
    def test_headers_that_are_none_are_refused(self, served, headers, code):
        assert send(served.port, head("GET", "/auth/me", headers)).code == code

    @pytest.mark.parametrize(
        "raw",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"GET /auth/me\r\n\r\n",
            b"GET /auth/me HTTP/9.9\r\nHost: localhost\r\n\r\n",
            b"GET auth/me HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /auth/me HTTP/1.1\nHost: localhost\n\n",
            b"GET http://[evil/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"G\x1b[2JT / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ],
    )
    def test_what_is_no_request_is_400_and_nothing_of_it_comes_back(self, served, raw):
        answer = send(served.port, raw)

        assert answer.code == "BAD_REQUEST"
        assert b"evil" not in answer.body
        assert "\x1b" not in served.log.read_text()


class TestMethods:
    @pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PATCH", "PROPFIND", "BREW", "M-SEARCH", "OPTIONS"])
    def test_no_path_takes_what_it_does_not_know(self, served, paths, method):
        for path in paths:
            answer = ask(served.port, method, path, headers={"X-Echo": "do-not-repeat"})

            assert answer.status in ({200, 404} if method == "OPTIONS" else {400, 404, 405}), path
            assert b"do-not-repeat" not in answer.body
            if answer.status == 405:
                assert answer.code == "METHOD_NOT_ALLOWED"
                assert method not in answer.headers["Allow"].split(", ")

    def test_head_is_get_without_the_body(self, served, paths):
        for path in paths:
            got, looked = ask(served.port, "GET", path), ask(served.port, "HEAD", path)

            assert (looked.status, looked.body) == (got.status, b""), path
            assert looked.headers["Content-Type"] == got.headers["Content-Type"]

    def test_another_method_in_a_header_changes_nothing(self, served):
        headers = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"}

        assert ask(served.port, "GET", "/auth/csrf?_method=DELETE", headers=headers).status == 200


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/auth/me/",
            "/auth//me",
            "/auth/me%00",
            "/auth/me;x=1",
            "/auth/%2e%2e/auth/me",
            "/auth/../auth/me",
            "/%c0%ae%c0%ae/",
            "/%ff%fe",
            "/%",
            "/%zz",
            "/\\auth\\me",
            "/docs/../../etc/passwd",
            "/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "/docs/swagger-ui.js%00.html",
            "/a%0d%0aSet-Cookie:%20a=b",
            "/a%1b[2J%e2%80%ae",
            "/" + "a" * 3_000,
        ],
    )
    def test_what_only_looks_like_a_path_of_ours_is_404(self, served, path):
        answer = ask(served.port, "GET", path)

        assert answer.code == "NOT_FOUND"
        assert answer.headers.get("Set-Cookie") is None
        assert "\x1b" not in served.log.read_text()

    @pytest.mark.parametrize("id_", ["..", "%00", "0", "{session}", "%7B%7D", "1e3", "a" * 2_000])
    def test_what_is_no_id_is_404(self, served, id_):
        assert ask(served.port, "DELETE", f"/auth/sessions/{id_}").code == "NOT_FOUND"

    def test_a_path_may_be_too_long_to_look_at(self, served):
        assert ask(served.port, "GET", "/" + "a" * 5_000).code == "URI_TOO_LONG"

    @pytest.mark.parametrize("query", ["?%ff=%00", "?a[]=1&a=2&&==", "?tokens=true&tokens=false", "?" + "a=1&" * 900])
    def test_a_query_is_read_or_refused(self, served, query):
        assert ask(served.port, "GET", f"/auth/me{query}").code == "NOT_SIGNED_IN"
        assert ask(served.port, "POST", f"/auth/login{query}", {}).code == "VALIDATION_ERROR"


class TestBodies:
    @pytest.mark.parametrize("path", ["/auth/register", "/login"])
    def test_one_byte_too_many_is_413_however_it_is_sent(self, served, path):
        kind, body = (FORM, b"a" * (64 * 1024 + 1)) if path == "/login" else (JSON, b" " * (MIB + 1))
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)

        assert ask(served.port, "POST", path, body, kind).code == "PAYLOAD_TOO_LARGE"
        assert send(served.port, head("POST", path, kind | {"Transfer-Encoding": "chunked"}) + chunks).code == (
            "PAYLOAD_TOO_LARGE"
        )
        assert send(served.port, head("POST", path, kind | {"Content-Length": 10**30})).code == "PAYLOAD_TOO_LARGE"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b" ",
            b"null",
            b"[]",
            b'"email"',
            b"{}{}",
            b"{}x",
            b"{'a': 1}",
            b"{/**/}",
            b"\xef\xbb\xbf{}",
            '{"email": 1}'.encode("utf-16"),
            b'{"email": "\xff"}',
            b'{"email": "\xc0\xaf"}',
            b'{"email": "\xed\xa0\x80"}',
            b'{"email": "\\ud800"}',
            b'{"\\ud800": 1}',
            b'{"email": NaN}',
            b'{"email": -Infinity}',
            b'{"email": 1e999}',
            b'{"email": %s}' % (b"9" * 10_000),
            b'{"email": 1, "email": 2}',
            b'{"email": 1, "\\u0065mail": 2}',
            b'{"a": ' * 500 + b"1" + b"}" * 500,
            b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        ],
    )
    def test_what_is_no_json_object_that_all_read_alike_is_400(self, served, body):
        assert ask(served.port, "POST", "/auth/register", body, JSON).code == "MALFORMED_JSON"

    @pytest.mark.parametrize(
        "kind",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "application/json, text/html",
            "application/problem+json",
            "*/*",
            "",
            "\xff",
        ],
    )
    def test_another_type_is_415(self, served, kind):
        assert ask(served.port, "POST", "/auth/login", b"{}", {"Content-Type": kind}).code == "UNSUPPORTED_MEDIA_TYPE"

    def test_a_packed_body_is_415(self, served):
        headers = JSON | {"Content-Encoding": "gzip"}

        assert ask(served.port, "POST", "/auth/login", b"\x1f\x8b", headers).code == "UNSUPPORTED_MEDIA_TYPE"

    @pytest.mark.parametrize("key", ["id", "is_active", "is_verified", "asker", "key", "proof", "__proto__", "\0", ""])
    def test_nobody_says_more_than_they_are_asked(self, served, key):
        answer = ask(served.port, "POST", "/auth/register", GOOD | {key: True})

        assert answer.code == "VALIDATION_ERROR"
        assert [each["field"] for each in answer.json["errors"]] == [key]

    def test_a_body_full_of_unknown_keys_gets_a_short_answer(self, served):
        body = {f"k{at}" * 20: at for at in range(5_000)}

        answer = ask(served.port, "POST", "/auth/register", body)

        assert answer.code == "VALIDATION_ERROR"
        assert len(answer.body) < 100_000


class TestForms:
    @pytest.mark.parametrize(
        "body",
        [
            b"email",
            b"&&",
            b"email=1&email=2",
            b"email=%ff",
            b"email=\xff",
            b"token=%ed%a0%80",
            b"&".join(b"k%d=1" % at for at in range(60)),
        ],
    )
    def test_what_is_no_form_that_all_read_alike_is_400(self, served, body):
        assert ask(served.port, "POST", "/login", body, FORM).code == "MALFORMED_FORM"

    @pytest.mark.parametrize("body", [b"", b"=", b"email=%00&password=%00", b"email=a%", b"a=1;b=2", b"email=%0d%0a"])
    def test_what_is_wrong_in_one_is_told_on_the_page(self, served, body):
        answer = ask(served.port, "POST", "/login", body, FORM)

        assert answer.status == 400
        assert answer.headers["Content-Type"].startswith("text/html")
        assert b"<script" not in answer.body


class TestRequestIds:
    @pytest.mark.parametrize("given", ["short", "x" * 65, "a b c d e f", "<script>alert(1)</script>", "\xe9" * 9, ""])
    def test_what_could_be_meant_for_the_log_is_not_repeated(self, served, given):
        answer = ask(served.port, "GET", "/auth/me", headers={"X-Request-Id": given})

        assert answer.headers["X-Request-Id"] != given
        assert not given or given not in served.log.read_text()

    def test_two_of_them_are_none(self, served):
        answer = ask(served.port, "GET", "/auth/me", headers={"X-Request-Id": "first-one\r\nX-Request-Id: second-one"})

        assert answer.headers["X-Request-Id"] not in {"first-one", "second-one"}


def test_a_client_that_goes_away_in_the_middle_breaks_nothing(served):
    body = json.dumps(GOOD).encode()
    whole = head("POST", "/auth/register", JSON | {"Content-Length": len(body)}) + body
    for cut in (1, 20, len(whole) // 2, len(whole) - 1, len(whole)):
        with connect(served.port) as connection:
            connection.sendall(whole[:cut])
            # Reset, and not merely closed.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
