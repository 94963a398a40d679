"""The web child of `hexflows serve`: gunicorn on a socket that it inherits, ending with its parent."""

from __future__ import annotations

import errno
import logging
import os
import selectors
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from threading import Thread
from typing import Any, Final

from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from ..adapters.context import about
from ..adapters.http.app import HEADERS, request_id
from ..adapters.http.problems import PROBLEM, unread
from .settings import Settings, settings_from

#: What cannot be read as a request is a bad one, and some of it has a name of its own.
STATUS: Final = {
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
}


#: Seconds that somebody may be connected before they say anything.
SILENT: Final = 5

#: Seconds that each part of a request may be on its way.
STALLED: Final = 10


class Lines(Logger):  # type: ignore[misc]
    """gunicorn's own log, written by our handlers; each request is logged by the application."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        # Which signal it got and which process it started is for whoever looks for a fault.
        self.error_log.setLevel(
            max(self.error_log.level, logging.WARNING) if cfg.loglevel != "debug" else logging.DEBUG
        )

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if isinstance(sys.exc_info()[1], BlockingIOError):
            self.debug("somebody stopped in the middle of a request")
        else:
            super().exception(msg, *args, **kwargs)


class Threads(ThreadWorker):  # type: ignore[misc]
    """Answers each request in a thread. A socket that was shut down means: finish what runs, and end."""

    def accept(self, listener: Any) -> None:
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            self.handle_exit(signal.SIGTERM, None)

    def enqueue_req(self, conn: Any) -> None:
        """Give a thread to whoever has said something; who has only connected waits without one."""
        # Who stops in the middle of a request is not waited for: a thread each would soon be all of them.
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", STALLED, 0))
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + SILENT
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle_error(self, _req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what never reached the application, and repeat nothing of it, in the body that every problem has."""
        known = isinstance(exc, errors.ParseException) and not isinstance(exc, errors.InvalidResponseHeader)
        status = STATUS.get(type(exc), HTTPStatus.BAD_REQUEST) if known else HTTPStatus.INTERNAL_SERVER_ERROR
        given = request_id(None)
        with about(request=given):
            if known:
                self.log.info("%s from %s: %s", type(exc).__name__, addr[0] if addr else "a socket", exc)
            else:
                self.log.error("a request broke", exc_info=exc)
            body = unread(status)
        headers = (("X-Request-Id", given), ("Content-Type", PROBLEM), ("Content-Length", len(body)), *HEADERS)
        lines = f"HTTP/1.1 {status} {status.phrase}", "Connection: close", *(f"{name}: {it}" for name, it in headers)
        with suppress(OSError):
            util.write_nonblock(client, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)


class Web(BaseApplication):  # type: ignore[misc]
    """gunicorn as our settings have it."""

    def __init__(self, settings: Settings, listen: int, alive: int) -> None:
        self.settings = settings
        self.listen = listen
        self.alive = alive
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options().items():
            self.cfg.set(name, value)

    def options(self) -> dict[str, Any]:
        """Return what we set; nothing is read from gunicorn's own variables and files."""
        settings = self.settings
        return {
            "bind": f"fd://{self.listen}",
            "worker_class": Threads,
            "workers": settings.web_processes,
            "threads": settings.threads,
            # Kept-alive connections wait outside of the threads, so that there may be more of them.
            "worker_connections": max(1000, 4 * settings.threads),
            "keepalive": 15,
            "timeout": 60,
            "graceful_timeout": settings.grace,
            "logger_class": Lines,
            "loglevel": settings.log_level,
            "control_socket_disable": True,
            # Which proxies are believed is a rule of the application's own.
            "forwarded_allow_ips": "",
            "proxy_allow_ips": "",
            "proc_name": "hexflows",
            "post_fork": self.watch,
        }

    def load(self) -> Any:
        """Return the application; called after the fork, so that no connection is shared by two processes."""
        from .http import app

        return app(self.settings)

    def watch(self, _arbiter: object, worker: Any) -> None:
        """Have the process end when the parent of us all does; in the child, since a thread does not survive a fork."""
        Thread(target=self.end_with_parent, args=(worker, os.getppid()), daemon=True).start()

    def end_with_parent(self, worker: Any, arbiter: int) -> None:
        """Wait for the end of the pipe; then refuse newcomers, and ask gunicorn to end."""
        os.read(self.alive, 1)
        for listener in worker.sockets:
            # For every process that shares it: or newcomers would wait in line for nobody.
            # gunicorn may have closed it before us.
            if (open_ := listener.sock) is not None:
                with suppress(OSError):
                    open_.shutdown(socket.SHUT_RDWR)
        # An arbiter that is gone leaves its number to others.
        os.kill(arbiter if os.getppid() == arbiter else os.getpid(), signal.SIGTERM)


def main(listen: int, alive: int) -> None:
    """Serve on the socket until told to end."""
    from .logs import configure

    settings = settings_from(os.environ)
    configure(settings)
    Web(settings, listen, alive).run()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
