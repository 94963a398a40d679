"""
Many who call flows at once: threads of one process, or of several.

    crowd = Threads(settings)
    outcomes = crowd.calls([Call("accounts.verify_email", {"token": token})] * 100)

Run as a program, it is one of the several: a line of JSON says which installation to open
and what to call; when it is ready it says so, and begins at the moment that it is told.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import attrs
from attrs import evolve, field, frozen

import hexflows
from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.rules.asking import GUEST, SYSTEM, Asker
from hexflows.core.rules.refusals import Refusal
from hexflows.core.rules.secrecy import Secret

PROCESSES = 4

#: How long everybody has to get ready for the moment at which all begin.
SOON = 0.05

#: Who the system is to a call; anybody else presents an access token.
OPERATOR = "operator"


@frozen
class Call:
    """A message to a flow, by whoever *who* presents, from an address."""

    flow: str
    message: dict = field(factory=dict)
    who: str = ""
    address: str = ""


@frozen
class Outcome:
    """What came of a call: an answer, or the code of a refusal; and whatever ought not to have come."""

    answer: object = None
    code: str | None = None
    replayed: bool = False
    broke: str | None = None


def prepared(app, call):
    """Return what does the call, once it is known who asks."""
    asker = SYSTEM if call.who == OPERATOR else GUEST
    if call.who and call.who != OPERATOR:
        asker = app.flows.accounts.authenticate(Authenticate(bearer=Secret(call.who)))
    asker = evolve(asker, address=call.address) if call.address else asker

    def do():
        try:
            answer = app.call(call.flow, call.message, asker=asker)
            if isinstance(answer, Asker):
                return Outcome({"user": answer.user and str(answer.user)})
            return Outcome(app.tell(answer), replayed=getattr(answer, "replayed", False))
        except Refusal as refusal:
            return Outcome(code=refusal.code)
        except Exception:  # noqa: BLE001 - what broke in a thread or a process is told by the test
            return Outcome(broke=traceback.format_exc())

    return do


def together(tasks, at):
    """Return what each of *tasks* returned, all begun at the same moment, each in a thread of its own."""

    def begin(task):
        time.sleep(max(0.0, at() - time.time()))
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(begin, tasks))


class Threads:
    """Everybody is a thread of this process."""

    def __init__(self, settings):
        self.app = hexflows.open(**settings)

    def calls(self, calls):
        """Return what came of each call, all at once."""
        tasks = [prepared(self.app, call) for call in calls]
        moment = time.time() + SOON
        return told(together(tasks, lambda: moment))

    def close(self):
        self.app.close()


class Workers:
    """Processes that wait for something to do, for as long as the tests run."""

    def __init__(self):
        self.stack = ExitStack()
        command = [sys.executable, __file__]
        self.processes = [
            self.stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
            )
            for _ in range(PROCESSES)
        ]

    def say(self, messages):
        """Give each process its message, and return what they answer."""
        for process, message in zip(self.processes, messages, strict=True):
            process.stdin.write(json.dumps(message) + "\n")
        return [json.loads(process.stdout.readline()) for process in self.processes]

    def close(self):
        for process in self.processes:
            process.stdin.close()
        self.stack.close()


class Processes:
    """Everybody is a thread of one of several processes."""

    def __init__(self, workers, settings):
        self.workers = workers
        self.workers.say([{"open": settings}] * PROCESSES)

    def calls(self, calls):
        """Return what came of each call, all at once."""
        shares = [[attrs.asdict(each) for each in calls[number::PROCESSES]] for number in range(PROCESSES)]
        self.workers.say([{"prepare": share} for share in shares])
        came = self.workers.say([{"begin": time.time() + SOON}] * PROCESSES)
        outcomes = [None] * len(calls)
        for number, share in enumerate(came):
            outcomes[number::PROCESSES] = [Outcome(**each) for each in share]
        return told(outcomes)

    def close(self):
        self.workers.say([{"close": True}] * PROCESSES)


def told(outcomes):
    """Return the outcomes, if nothing broke: only answers and refusals are to be expected of a flow."""
    assert [each.broke for each in outcomes if each.broke] == []
    return outcomes


def main():
    """Do what the lines say."""
    app, tasks = None, []
    for line in sys.stdin:
        answer = True
        match json.loads(line):
            case {"open": settings}:
                app = hexflows.open(**settings)
            case {"prepare": calls}:
                tasks = [prepared(app, Call(**each)) for each in calls]
            case {"begin": at}:
                moment = at
                answer = [attrs.asdict(each) for each in (together(tasks, lambda: moment) if tasks else [])]  # noqa: B023
            case {"close": _}:
                app.close()
        os.write(sys.stdout.fileno(), f"{json.dumps(answer)}\n".encode())


if __name__ == "__main__":
    main()
