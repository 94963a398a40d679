"""A small closed-loop HTTP client: keeps a number of connections busy and notes how long each answer took."""

from __future__ import annotations

import selectors
import socket
from time import perf_counter

from attrs import define, field, frozen


@frozen
class Load:
    """What came of some seconds of load."""

    seconds: float
    #: Of every answer, in seconds, in the order of arrival.
    latencies: list[float] = field(repr=False)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, part: float) -> float:
        """Return the latency in milliseconds that this part of the answers did not exceed."""
        ranked = sorted(self.latencies)
        return 1000 * ranked[min(len(ranked) - 1, int(part * len(ranked)))]


@define
class _Wire:
    connection: socket.socket
    sent_at: float = 0.0
    buffer: bytes = b""


def request_of(path: str, host: str, headers: dict[str, str]) -> bytes:
    """Return a GET request as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def load(port: int, request: bytes, *, connections: int, seconds: float) -> Load:
    """
    Send *request* over and over on so many connections for so long.

    Raises:
        RuntimeError: an answer was not 200.
    """
    selector = selectors.DefaultSelector()
    wires = [_Wire(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    begun = perf_counter()
    latencies: list[float] = []
    for wire in wires:
        wire.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(wire.connection, selectors.EVENT_READ, wire)
        _send(wire, request)
    while (now := perf_counter()) < begun + seconds:
        for key, _ in selector.select(timeout=1):
            wire = key.data
            if _whole(wire):
                latencies.append(perf_counter() - wire.sent_at)
                _send(wire, request)
    for wire in wires:
        selector.unregister(wire.connection)
        wire.connection.close()
    return Load(now - begun, latencies)


def _send(wire: _Wire, request: bytes) -> None:
    wire.buffer = b""
    wire.sent_at = perf_counter()
    wire.connection.sendall(request)


def _whole(wire: _Wire) -> bool:
    """Read what there is; say whether the answer is complete."""
    wire.buffer += wire.connection.recv(65536)
    head, found, body = wire.buffer.partition(b"\r\n\r\n")
    if not found:
        if not wire.buffer:
            raise RuntimeError("the server closed the connection")
        return False
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(wire.buffer[:500].decode(errors="replace"))
    length = next(
        int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    return len(body) >= length
