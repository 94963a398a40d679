"""HTTP by hand: what no client would send, and what came back."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import suppress

from attrs import frozen

#: Seconds that an answer may take on a busy machine.
PATIENCE = 30

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

#: What every problem says (RFC 9457, and what the product documents ask for).
MEMBERS = {"type", "title", "status", "detail", "instance", "success", "message", "errorCode", "errors", "requestId"}


@frozen
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of the problem, once it is sure that it is one as all are."""
        told = self.json
        assert self.headers["Content-Type"] == "application/problem+json"
        assert set(told) >= MEMBERS
        assert (told["status"], told["requestId"]) == (self.status, self.headers["X-Request-Id"])
        return told["errorCode"]

    def cookie(self, name):
        """Return what a browser would send back: the first part of the cookie with that name."""
        set_ = (each for each in self.headers.get_all("Set-Cookie", []) if each.startswith(f"{name}="))
        return next(set_).partition(";")[0]


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def answer_on(connection, method="GET"):
    """Return the next answer on the connection; None if it was closed without one."""
    response = http.client.HTTPResponse(connection, method=method)
    try:
        response.begin()
        return Answer(response.status, response.headers, response.read())
    except (http.client.BadStatusLine, ConnectionError):
        return None
    finally:
        response.close()


def send(port, raw, *, hang_up=False):
    """Send bytes as they are, and return what comes back."""
    with connect(port) as connection:
        # A server that has heard enough may close before it has read all of it.
        with suppress(OSError):
            connection.sendall(raw)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        return answer_on(connection)


def head(method, path, headers=None):
    """Return the head of a request; names and values are sent as they are."""
    lines = (f"{name}: {value}" for name, value in {"Host": "localhost", **(headers or {})}.items())
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1")


def ask(port, method, path, body=None, headers=None):
    """Ask as a client would: objects are sent as JSON, and the length of the body is told."""
    kind = JSON if isinstance(body, dict) else {}
    body = json.dumps(body).encode() if isinstance(body, dict) else body or b""
    length = {"Content-Length": len(body)} if body or method not in {"GET", "HEAD", "OPTIONS"} else {}
    with connect(port) as connection:
        with suppress(ConnectionError):
            connection.sendall(head(method, path, {**kind, **length, **(headers or {})}) + body)
        return answer_on(connection, method)
