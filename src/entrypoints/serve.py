"""
`hexflows serve`: a parent that holds the address, and two children that do the work.

The parent binds the address and keeps it, so that a web process that dies loses no
one who is waiting in line. It never serves and never touches the database but to
migrate it. Its children are gunicorn and a worker, each in a session of its own. They
end when it asks them to, and also when the pipe that only it writes to ends, which is
what happens when it is killed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Final

from ..core.rules.refusals import Unavailable
from .bell import Bell, bell
from .children import Child
from .secret import data_folder, signing_secrets
from .settings import Settings, unknown, variable

log = logging.getLogger(__name__)

#: Seconds that children get to end beyond what their requests and jobs get.
MARGIN: Final = 5.0


class AddressInUse(Unavailable):
    """Something else listens there, or nobody may."""


def serve(settings: Settings, environ: Mapping[str, str]) -> int:
    """
    Serve until a signal says otherwise; return the exit code.

    Raises:
        AddressInUse: nobody can listen at the address.
        Misconfigured: the data folder cannot be used.
    """
    from .storage import migrate

    with listening(settings) as listener:
        port = listener.getsockname()[1]
        _warn(settings, environ)
        data_folder(settings)
        signing_secrets(settings)
        if settings.embedded:
            migrate(settings)
        with (
            _only_one(settings.data),
            TemporaryDirectory(prefix="hexflows-") as counts,
            _alive() as alive,
            bell(signal.SIGINT, signal.SIGTERM, signal.SIGCHLD) as rings,
        ):
            children = _children(
                _environ({**environ, **_sharing(settings, counts)}, settings, port), listener, alive[0]
            )
            ready, ending = Event(), Event()
            asking = Thread(target=_announce, args=(settings, port, ready, ending), daemon=True)
            asking.start()
            try:
                code = _tend(children, rings, ready)
                # What the children hear when we are killed, they hear now too.
                os.close(alive.pop())
                listener.close()
                _end(children, rings, settings.grace + MARGIN)
            finally:
                ending.set()
                for child in children:
                    child.kill()
            asking.join()
            return code


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """
    Listen at the address of the settings.

    Raises:
        AddressInUse: nobody can.
    """
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise AddressInUse(f"Cannot listen at {settings.host}:{settings.port}: {error.strerror or error}") from error
    with listener:
        yield listener


def _tend(children: tuple[Child, ...], rings: Bell, ready: Event) -> int:
    """Keep the children going until we are told to stop, or the web never came up; return the exit code."""
    while True:
        wait = min(child.tend() for child in children)
        if not ready.is_set() and children[0].deaths:
            log.error("%s cannot start; the lines above say why", children[0].name)
            return 1
        if rings.wait(max(wait, 0.0)).signals & {signal.SIGINT, signal.SIGTERM}:
            return 0


def _end(children: tuple[Child, ...], rings: Bell, seconds: float) -> None:
    """Ask the children to end and wait until they have; being told once more, or time, ends the wait."""
    log.info("stopping: running requests and jobs may finish")
    for child in children:
        child.ask_to_end()
    until = time.monotonic() + seconds
    while not all(child.ended() for child in children) and (left := until - time.monotonic()) > 0:
        if rings.wait(min(left, 1.0)).signals & {signal.SIGINT, signal.SIGTERM}:
            log.warning("stopping at once")
            return


def _children(environ: Mapping[str, str], listener: socket.socket, alive: int) -> tuple[Child, ...]:
    # -P: a file beside which we are started must not be taken for a module of ours.
    python = (sys.executable, "-P", "-m")
    listen = listener.fileno()
    return (
        Child("web", (*python, "hexflows.entrypoints.web", str(listen), str(alive)), environ, (listen, alive)),
        Child("worker", (*python, "hexflows.entrypoints.worker", str(alive)), environ, (alive,)),
    )


def _environ(environ: Mapping[str, str], settings: Settings, port: int) -> Mapping[str, str]:
    """Return the environment of children: what the command line said is said by variables."""
    given = {
        variable(name): str(getattr(settings, name))
        for name, source in settings.sources.items()
        if source == "command line"
    }
    return {**environ, **given, variable("port"): str(port)}


def _sharing(settings: Settings, folder: str) -> Mapping[str, str]:
    """Return what has web processes share their counts, if there are several that count."""
    return {"PROMETHEUS_MULTIPROC_DIR": folder} if settings.metrics_token and settings.web_processes > 1 else {}


@contextmanager
def _alive() -> Iterator[list[int]]:
    """Yield both ends of a pipe that nobody writes to: it ends with us. Whoever closes an end takes it off the list."""
    ends = list(os.pipe())
    try:
        yield ends
    finally:
        for each in ends:
            os.close(each)


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Say so if the data folder is served by somebody else too: they share it well, but few mean to."""
    with (data / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            log.warning("another hexflows serves %s too; both work, and share one database", data)
        yield


def _announce(settings: Settings, port: int, ready: Event, ending: Event) -> None:
    """Print our address as soon as we answer there."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound
    while not ending.wait(0.05):
        connection = HTTPConnection(everywhere.get(settings.host, settings.host), port, timeout=2)
        with suppress(OSError, HTTPException):
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                ready.set()
                host = f"[{settings.host}]" if ":" in settings.host else settings.host
                print(f"hexflows serves http://{host}:{port}", flush=True)  # noqa: T201 - our one line
                return
        connection.close()


def _warn(settings: Settings, environ: Mapping[str, str]) -> None:
    if not settings.limits:
        log.warning("HEXFLOWS_LIMITS is off: anybody may ask as often as they like. For tests and benchmarks only!")
    for name in unknown(environ):
        log.warning("%s is no setting of this release; `hexflows settings` lists them", name)
