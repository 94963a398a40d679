"""
Processes that die at a chosen line: the web child of `hexflows serve`, and `hexflows worker`.

Run as a program it stands by with everything imported. Each line of JSON says what to be
and where to die; it forks a process that is just that. What it is made of is what
`hexflows` is made of, but that the calls to its ports are counted: before or after the one
that is named the process is gone as if somebody had sent it SIGKILL, for that is what it does.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import traceback

from attrs import define, evolve

from hexflows.entrypoints.http import app_of
from hexflows.entrypoints.opening import open_parts
from hexflows.entrypoints.settings import settings_from
from hexflows.entrypoints.testing.faults import Fault, Faults
from hexflows.entrypoints.web import Web
from hexflows.entrypoints.wiring import assemble
from hexflows.entrypoints.worker import work

#: Names of the threads whose calls count: those that look for jobs, and those that do them.
RELAY, ACTOR = "relay", "WorkerThread"


def end():
    """Be gone, with all that we started."""
    os.killpg(0, signal.SIGKILL)


@define
class Deadly(Faults):
    """Ends the process where others would only raise."""

    #: Whose calls count; those of every thread if it is empty.
    thread: str = ""

    def _before(self, name):
        here = threading.current_thread()
        return super()._before(name) if self.thread in {"", here.name, type(here).__name__} else -1

    def _fail(self, number, error, failing, dying):
        if number == self.at and self.fault is dying:
            end()


def counted(parts, faults):
    """Return the parts, their calls counted."""
    return evolve(
        parts,
        accounts=faults.transaction(parts.accounts),
        queue=faults.transaction(parts.queue),
        accounts_snapshot=faults.transaction(parts.accounts_snapshot, "snapshot"),
        queue_snapshot=faults.transaction(parts.queue_snapshot, "snapshot"),
        limits=faults.port(parts.limits, "limits"),
        hasher=faults.port(parts.hasher, "hasher"),
        mailer=faults.port(parts.mailer, "mailer"),
    )


class DeadlyWeb(Web):
    """The web child, on such parts."""

    def __init__(self, settings, listen, faults):
        self.faults = faults
        # The parent whose end it waits for never ends.
        super().__init__(settings, listen, os.pipe()[0])

    def load(self):
        parts = counted(open_parts(self.settings).__enter__(), self.faults)
        return app_of(self.settings, parts, assemble(parts))


def die_inside(event, ending):
    """Be gone when the interpreter is about to do *event* to a file whose name ends so."""

    def heard(name, given):
        if name == event and any(str(each).endswith(ending) for each in given):
            end()

    sys.addaudithook(heard)


def be(wanted, listener):
    """Be what is wanted, until the end."""
    settings = settings_from(wanted["environ"])
    faults = Deadly(wanted.get("at"), Fault(wanted.get("fault", Fault.DIE_BEFORE)), thread=wanted.get("thread", ""))
    if wanted.get("inside"):
        die_inside(*wanted["inside"])
    with faults.run():
        if wanted["be"] == "web":
            DeadlyWeb(settings, listener.fileno(), faults).run()
        with open_parts(settings) as parts:
            work(settings, counted(parts, faults), lambda: True)


def say(number):
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main():
    """Fork what is wanted, and say when it is gone."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say(listener.getsockname()[1])
        for line in sys.stdin:
            pid = os.fork()
            if not pid:
                os.setsid()
                try:
                    be(json.loads(line), listener)
                finally:
                    # Whatever it was, the fork must not go on as if it were the one that it was forked from.
                    traceback.print_exc()
                    os._exit(1)
            say(pid)
            _, status = os.waitpid(pid, 0)
            say(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
