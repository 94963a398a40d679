"""
How much of a bare server's speed is left: `GET /auth/me` with a session, beside one row read with raw sqlite3.

Both run under the same gunicorn (one worker, four threads, no access log), pinned to one processor, asked in turn by
one client on another. Then the same while four clients register, which hashes passwords.

    python -m benchmarks.http [--rounds 5] [--seconds 2]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Event, Thread

import hexflows

from .load import Load, load, request_of

PASSWORD = "Correct-Horse-1"  # noqa: S105 - nobody's
CONNECTIONS = 16
SERVER, CLIENT = "0", "1"


def main() -> None:
    """Measure, and print one line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(CLIENT)})
    with tempfile.TemporaryDirectory() as folder:
        floor, ours = prepare(Path(folder))
        compare(floor, ours, given.rounds, given.seconds)
        crowd(ours, given.rounds, given.seconds)


class Side:
    """One of the two servers, and how to ask it."""

    def __init__(self, app: str, port: int, request: bytes, environ: dict[str, str]) -> None:
        self.app, self.port, self.request, self.environ = app, port, request, environ

    @contextmanager
    def serving(self, threads: int = 4) -> Iterator[None]:
        """Run it until the block is left."""
        command = [
            sys.executable, "-m", "gunicorn", self.app, "--bind", f"127.0.0.1:{self.port}", "--workers", "1",
            "--worker-class", "gthread", "--threads", str(threads), "--no-control-socket", "--log-level", "warning",
        ]  # fmt: skip
        if shutil.which("taskset"):
            command = ["taskset", "-c", SERVER, *command]
        child = subprocess.Popen(command, env={**os.environ, **self.environ})
        try:
            _wait(self.port)
            yield
        finally:
            child.terminate()
            child.wait(30)

    def ask(self, seconds: float) -> Load:
        """Load it for so long."""
        return load(self.port, self.request, connections=CONNECTIONS, seconds=seconds)


def prepare(folder: Path) -> tuple[Side, Side]:
    """Return the floor and hexflows, each with one user in its own database."""
    floor_port, our_port = _free(), _free()
    database = folder / "floor.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, role TEXT, created_at TEXT)")
        connection.execute("INSERT INTO users VALUES ('u1', 'ann@example.com', 'customer', '2026-01-01T00:00:00Z')")
    floor = Side(
        "benchmarks.floor:app()",
        floor_port,
        request_of("/auth/me", f"127.0.0.1:{floor_port}", {"Cookie": "user=u1"}),
        {"FLOOR_DATABASE": str(database)},
    )
    environ = {
        "HEXFLOWS_DATA": str(folder / "data"),
        "HEXFLOWS_LIMITS": "off",
        "HEXFLOWS_LOG_LEVEL": "warning",
        "HEXFLOWS_PUBLIC_URL": f"http://127.0.0.1:{our_port}",
    }
    with hexflows.open(folder / "data", limits="off") as app:
        grant = app.call("accounts.sign_up", email="ann@example.com", password=PASSWORD).grant
    cookie = {"Cookie": f"hexflows={grant.cookie.text}"}
    request = request_of("/auth/me", f"127.0.0.1:{our_port}", cookie)
    return floor, Side("hexflows.entrypoints.http:app()", our_port, request, environ)


def compare(floor: Side, ours: Side, rounds: int, seconds: float) -> None:
    """Ask both in turn and print the ratio of their rates, pair by pair."""
    ratios, rates = [], []
    with floor.serving(), ours.serving():
        floor.ask(0.5), ours.ask(0.5)
        for _ in range(rounds):
            there, here = floor.ask(seconds), ours.ask(seconds)
            ratios.append(here.rate / there.rate)
            rates.append((there.rate, here.rate))
    print(f"floor       {median(each for each, _ in rates):8.0f} requests/s")
    print(f"hexflows    {median(each for _, each in rates):8.0f} requests/s")
    print(f"ratio       {median(ratios):8.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")


def crowd(ours: Side, rounds: int, seconds: float) -> None:
    """Print the 99th percentile of `me` idle and while four clients register."""
    idle, busy, registered = [], [], 0
    # More threads than clients that hash, as `hexflows serve` has: or what is measured is waiting for a thread.
    with ours.serving(threads=64):
        ours.ask(0.5)
        for turn in range(rounds):
            idle.append(_gently(ours, seconds))
            with registering(ours.port, turn) as done:
                busy.append(_gently(ours, seconds))
            registered += len(done)
    ratio = median(late / early for early, late in zip(idle, busy, strict=True))
    print(f"p99 idle    {median(idle):8.1f} ms")
    print(f"p99 hashing {median(busy):8.1f} ms  ({registered} registered)")
    print(f"ratio       {ratio:8.2f}")


def _gently(side: Side, seconds: float) -> float:
    return load(side.port, side.request, connections=2, seconds=seconds).quantile(0.99)


@contextmanager
def registering(port: int, turn: int) -> Iterator[list[int]]:
    """Have four clients register, one person after the other, until the block is left."""
    over, done = Event(), []

    def register(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        number = 0
        while not over.is_set():
            number += 1
            body = json.dumps({"email": f"p{turn}-{client}-{number}@example.com", "password": PASSWORD})
            connection.request("POST", "/auth/register", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            if response.status != 201:
                raise RuntimeError(response.status)
            done.append(number)

    clients = [Thread(target=register, args=(each,)) for each in range(4)]
    for each in clients:
        each.start()
    time.sleep(0.3)
    try:
        yield done
    finally:
        over.set()
        for each in clients:
            each.join()


def _free() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    main()
