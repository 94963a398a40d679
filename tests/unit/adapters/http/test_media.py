"""Bodies of requests, read strictly and within bounds."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import pytest
from falcon.testing import StartResponseMock, create_environ
from gunicorn.http.errors import InvalidChunkSize, NoMoreData
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.http import media
from hexflows.adapters.http.media import DEEPEST, LARGEST, MalformedJson, loads

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://api.example.com"}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), values, max_size=5)


@pytest.fixture(params=["quick", "stdlib"])
def parser(request, monkeypatch):
    """Both parsers refuse alike; the quick one may not be there."""
    if request.param == "stdlib":
        monkeypatch.setattr(media, "_quick", None)
    elif media._quick is None:
        pytest.skip("orjson has no wheel here")


@pytest.mark.usefixtures("parser")
class TestJson:
    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"  ",
            b"null",
            b"5",
            b'"text"',
            b"[]",
            b"[{}]",
            b"{",
            b"{}}",
            b"{} {}",
            b"{},",
            b"{'a': 1}",
            b'{"a": 1,}',
            b'{"a": 01}',
            b'{"a": +1}',
            b'{"a": .5}',
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b'{"a": -Infinity}',
            b'{"a": 1e999}',
            b'{"a": tru}',
            b'{"a": "\x01"}',
            b'{"a": "\xff"}',
            b'{"a": "\xed\xa0\x80"}',
            b'\xef\xbb\xbf{"a": 1}',
            '{"a": 1}'.encode("utf-16"),
            b'{"a": 1, "a": 1}',
            b'{"a": 1, "a": 2, "b": "::"}',
            b'{"a": 1, "\\u0061": 2}',
            b'{"x": [{"y": {"a": 1, "b": 2, "a": 3}}]}',
            b'{"a": "x:y", "a": 1}',
            b"/* no */ {}",
        ],
    )
    def test_what_is_not_one_object_that_everybody_reads_alike_is_refused(self, raw):
        with pytest.raises(MalformedJson):
            loads(raw)

    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            (b"{}", {}),
            (b' {"a": 1}\r\n', {"a": 1}),
            (b'{"a": "x:y", "b": "a::"}', {"a": "x:y", "b": "a::"}),
            (b'{"a": {"a": {"a": 1}}}', {"a": {"a": {"a": 1}}}),
            (b'{"": 1}', {"": 1}),
            ('{"é": "\\u00e9"}'.encode(), {"é": "é"}),
        ],
    )
    def test_what_is_one_is_read(self, raw, value):
        assert loads(raw) == value

    def test_it_may_lie_only_so_deep(self):
        assert loads(b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST)
        for deep in (DEEPEST + 1, 500, 100_000):
            with pytest.raises(MalformedJson):
                loads(b'{"a":' * deep + b"1" + b"}" * deep)
            with pytest.raises(MalformedJson):
                loads(b'{"a":' + b"[" * deep + b"]" * deep + b"}")


@given(objects, st.booleans())
def test_every_object_is_read_as_it_was_written(value, ascii_only):
    assert loads(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")) == value


@given(objects.filter(bool), st.data())
def test_a_key_that_stands_twice_is_always_seen(value, data):
    key = data.draw(st.sampled_from(sorted(value)))
    raw = json.dumps(value)[:-1] + f", {json.dumps(key)}: {json.dumps(data.draw(values))}}}"

    with pytest.raises(MalformedJson):
        loads(raw.encode())


@given(st.binary())
def test_whatever_comes_is_read_or_refused(raw):
    with suppress(MalformedJson):
        assert isinstance(loads(raw), dict)


class TestBodies:
    @pytest.mark.parametrize(
        "kind",
        ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'],
    )
    def test_json_may_be_said_in_several_ways(self, client, kind):
        answer = client.simulate_post("/echo", body=b'{"a": 1}', headers={"Content-Type": kind})

        assert answer.json == {"a": 1}

    @pytest.mark.parametrize(
        "kind",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "text/json",
            "application/json; charset=latin-1",
            "",
            "*/*",
        ],
    )
    def test_another_type_is_415(self, client, kind):
        answer = client.simulate_post("/echo", body=b'{"a": 1}', headers={"Content-Type": kind})

        assert answer.status_code == 415
        assert answer.json["errorCode"] == "UNSUPPORTED_MEDIA_TYPE"

    def test_so_is_an_encoding(self, client):
        answer = client.simulate_post("/echo", body=b"\x1f\x8b", headers=JSON | {"Content-Encoding": "gzip"})

        assert answer.status_code == 415

    def test_bad_json_is_400(self, client):
        answer = client.simulate_post("/echo", body=b'{"a": 1, "a": 2}', headers=JSON)

        assert answer.status_code == 400
        assert answer.json["errorCode"] == "MALFORMED_JSON"
        assert "twice" in answer.json["detail"]

    def test_no_body_is_400(self, client):
        assert client.simulate_post("/echo", headers=JSON).json["errorCode"] == "MALFORMED_JSON"

    @pytest.mark.parametrize("length", ["-1", "x", "1e3"])
    def test_a_length_that_is_none_is_400(self, client, length):
        # Called without the test client, which does not let such a request through.
        env = create_environ("/echo", method="POST", headers=JSON) | {"CONTENT_LENGTH": length}
        told = StartResponseMock()
        client.app(env, told)

        assert told.status == "400 Bad Request"

    @pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 413)])
    def test_there_is_a_largest_body(self, client, extra, status):
        body = b'{"a": "' + b"x" * (LARGEST - 9 + extra) + b'"}'

        assert client.simulate_post("/echo", body=body, headers=JSON).status_code == status

    def test_a_body_that_lies_about_nothing_but_is_endless_is_not_read_to_its_end(self, client):
        class Endless(io.RawIOBase):
            given = 0

            def read(self, size=-1):
                self.given += size
                return b"x" * size

        body = Endless()
        answer = client.simulate_post(
            "/echo",
            headers=JSON | {"Transfer-Encoding": "chunked"},
            extras={"wsgi.input": body, "wsgi.input_terminated": True},
        )

        assert answer.status_code == 413
        assert answer.json["errorCode"] == "PAYLOAD_TOO_LARGE"
        assert body.given <= LARGEST + 1

    @pytest.mark.parametrize("error", [ConnectionResetError(), NoMoreData(), InvalidChunkSize(b"ZZ")])
    def test_a_body_that_breaks_off_is_400(self, client, error):
        class Breaking(io.RawIOBase):
            def read(self, size=-1):
                raise error

        answer = client.simulate_post(
            "/echo", headers=JSON, extras={"wsgi.input": Breaking(), "wsgi.input_terminated": True}
        )

        assert answer.status_code == 400
        assert answer.json["errorCode"] == "BAD_REQUEST"

    @pytest.mark.parametrize(
        ("path", "body", "headers"), [("/echo", b'{"a": 1}', JSON), ("/forms", b"a=1", FORM)], ids=["json", "form"]
    )
    def test_a_body_that_is_shorter_than_it_says_is_400(self, client, path, body, headers):
        env = create_environ(path, method="POST", headers=headers, body=body) | {"CONTENT_LENGTH": str(len(body) + 1)}
        told = StartResponseMock()
        client.app(env, told)

        assert told.status == "400 Bad Request"

    def test_a_chunked_body_is_read(self, client):
        answer = client.simulate_post(
            "/echo", headers=JSON, extras={"wsgi.input": io.BytesIO(b'{"a": 1}'), "wsgi.input_terminated": True}
        )

        assert answer.json == {"a": 1}


class TestForms:
    def test_a_form_is_read(self, client):
        answer = client.simulate_post("/forms", body="a=1&b=%C3%A9+x&c=", headers=FORM)

        assert answer.json == {"a": "1", "b": "é x", "c": ""}

    @pytest.mark.parametrize(
        "body", [b"a=1&a=2", b"a", b"a=%ff", b"a=\xff", b"&".join(b"f%d=1" % at for at in range(60))]
    )
    def test_what_can_be_read_in_more_ways_than_one_is_refused(self, client, body):
        answer = client.simulate_post("/forms", body=body, headers=FORM)

        assert answer.status_code == 400
        assert answer.json["errorCode"] == "MALFORMED_FORM"

    def test_json_is_no_form(self, client):
        assert client.simulate_post("/forms", body=b"{}", headers=JSON).status_code == 415
