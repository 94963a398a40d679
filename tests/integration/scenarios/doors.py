"""The four doors, made alike: a flow's name and a message in, what came of it out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from attrs import frozen

from hexflows.core.flows.accounts.act_for import ActFor
from hexflows.core.flows.accounts.authenticate import Authenticate
from hexflows.core.rules.asking import GUEST
from hexflows.core.rules.ids import JobId, SessionId, UserId
from hexflows.core.rules.jobs import Status
from hexflows.core.rules.refusals import Refusal
from hexflows.entrypoints.library import App

#: A step's name, and what is the same for it through every door.
Note: TypeAlias = tuple[str, object]


@frozen
class Outcome:
    """What came of a call; `who` presents the session that it opened, in the door's own way."""

    answer: Any = None
    code: str | None = None
    fields: tuple[str, ...] = ()
    who: object = None

    def note(self, flow: str) -> Note:
        """Return what does not differ from run to run or from door to door."""
        if self.code:
            return (flow, (self.code, self.fields))
        return (flow, SAME.get(flow, lambda _: "done")(self.answer))


def _profile(answer: Mapping[str, Any]) -> object:
    user = answer.get("user") or answer
    return tuple(user[name] for name in ("email", "username", "role", "is_active", "is_verified"))


SAME: Mapping[str, Callable[[Any], object]] = {
    "accounts.register": _profile,
    "accounts.log_in": _profile,
    "accounts.me": _profile,
    "accounts.verify_email": lambda answer: (answer["verified"], answer["user_id"] is not None),
    "accounts.request_reset": lambda answer: answer["message"],
    "accounts.list_sessions": lambda answer: [each["current"] for each in answer["items"]],
}


class Door(Protocol):
    """One way in."""

    def call(self, flow: str, message: Mapping[str, Any], who: Any) -> Outcome:
        """Give the message to the flow, as whoever *who* presents."""

    def work(self) -> None:
        """See to it that what is due is done."""

    def mailed(self, to: str, link: str) -> str:
        """Return the token in the newest mail to that address that has such a link."""


@frozen
class Mailbox:
    """The folder that mails lie in."""

    folder: Path

    def token(self, to: str, link: str) -> str:
        """Return the token in the newest mail to that address that has such a link."""
        files = sorted(self.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in files:
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            text = body.get_content() if body else ""
            if to in str(mail["To"]) and (found := re.search(re.escape(link) + r"([\w-]+)", text)):
                return found[1]
        raise AssertionError(f"no mail to {to} with {link} among {len(files)}")


@frozen
class LibraryDoor:
    """Python: the flows as they are."""

    app: App
    tokens: Callable[[str, str], str]

    def call(self, flow: str, message: Mapping[str, Any], who: Any) -> Outcome:
        try:
            asker = self.app.flows.accounts.authenticate(Authenticate(bearer=who)) if who else GUEST
            answer = self.app.call(flow, message, asker=asker)
        except Refusal as refusal:
            return _refused(refusal)
        grant = getattr(answer, "grant", None)
        return Outcome(self.app.tell(answer), who=grant.token if grant else None)

    def work(self) -> None:
        self.app.run_due()

    def mailed(self, to: str, link: str) -> str:
        return self.tokens(to, link)


@frozen
class WorkerDoor:
    """A job for each call; its outcome is read off its row."""

    app: App
    tokens: Callable[[str, str], str]
    #: Has the jobs that are due done; returns when the given one has ended.
    drain: Callable[[JobId], None]

    def call(self, flow: str, message: Mapping[str, Any], who: Any) -> Outcome:
        owner, session = who or (None, None)
        try:
            id_ = self.app.submit(flow, message, owner=owner, session=session)
        except Refusal as refusal:
            return _refused(refusal)
        self.drain(id_)
        job = self.app.job(id_)
        if job.status is not Status.COMPLETED:
            # Which fields were at fault is told when the job is submitted; its row keeps the code.
            return Outcome(code=job.error_code)
        answer = json.loads(job.result or "null")
        return Outcome(answer, who=self._newest(answer) if flow == "accounts.log_in" else None)

    def work(self) -> None:
        self.app.run_due()

    def mailed(self, to: str, link: str) -> str:
        return self.tokens(to, link)

    def _newest(self, answer: Mapping[str, Any]) -> tuple[UserId, SessionId]:
        """Return whose session it is and which: a job's row keeps no tokens."""
        owner = UserId(UUID(answer["user"]["id"]))
        asker = self.app.flows.accounts.act_for(ActFor(owner))
        return owner, self.app.call("accounts.list_sessions", {}, asker=asker).items[0].id


#: Gives arguments and standard input to the command line; returns its exit code and what it printed, from JSON.
Run: TypeAlias = Callable[[Sequence[str], str], tuple[int, Any]]


@frozen
class CliDoor:
    """The command line: one process a call."""

    run: Run
    tokens: Callable[[str, str], str]

    def call(self, flow: str, message: Mapping[str, Any], who: Any) -> Outcome:
        behalf = ["--as", who[0], "--session", who[1]] if who else ["--guest"]
        status, told = self.run(["call", flow, *behalf], json.dumps(message))
        if status:
            fields = tuple(sorted(each["field"] for each in told.get("errors", ())))
            return Outcome(code=told["code"], fields=fields)
        grant = told.get("grant")
        return Outcome(told, who=(told["user"]["id"], grant["session"]) if grant else None)

    def work(self) -> None:
        self.run(["jobs", "run", "--json"], "")

    def mailed(self, to: str, link: str) -> str:
        return self.tokens(to, link)


def process(environ: Mapping[str, str]) -> Run:
    """Return what runs the command line in a process of its own."""

    def run(arguments: Sequence[str], given: str) -> tuple[int, Any]:
        command = [sys.executable, "-m", "hexflows", *arguments]
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, env=dict(environ), timeout=60, check=False
        )
        try:
            return done.returncode, json.loads(done.stdout or "null")
        except ValueError:
            raise AssertionError(f"{arguments}: {done.returncode} {done.stdout} {done.stderr}") from None

    return run


#: Where each flow is found over HTTP.
PATHS: Mapping[str, tuple[str, str]] = {
    "accounts.register": ("POST", "/auth/register"),
    "accounts.log_in": ("POST", "/auth/login?tokens=true"),
    "accounts.me": ("GET", "/auth/me"),
    "accounts.log_out": ("POST", "/auth/logout"),
    "accounts.verify_email": ("POST", "/auth/verify-email"),
    "accounts.request_reset": ("POST", "/auth/forgot-password"),
    "accounts.reset_password": ("POST", "/auth/reset-password"),
    "accounts.change_password": ("POST", "/auth/change-password"),
    "accounts.list_sessions": ("GET", "/auth/sessions"),
    "accounts.end_sessions": ("DELETE", "/auth/sessions"),
}


#: Sends a request and returns the status and the body, from JSON.
Send: TypeAlias = Callable[[str, str, Mapping[str, str], bytes | None], tuple[int, Any]]


@frozen
class HttpDoor:
    """HTTP."""

    send: Send
    tokens: Callable[[str, str], str]
    due: Callable[[], object]

    def call(self, flow: str, message: Mapping[str, Any], who: Any) -> Outcome:
        method, path = PATHS[flow]
        headers = {"Authorization": f"Bearer {who}"} if who else {}
        body = None
        if method == "POST":
            body, headers["Content-Type"] = json.dumps(message).encode(), "application/json"
        status, told = self.send(method, path, headers, body)
        if status >= 400:
            return Outcome(code=told["errorCode"], fields=tuple(sorted(each["field"] for each in told["errors"])))
        return Outcome(told, who=told.get("token") if told else None)

    def work(self) -> None:
        self.due()

    def mailed(self, to: str, link: str) -> str:
        return self.tokens(to, link)


def over(url: str) -> Send:
    """Return what sends requests to a server."""

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, Any]:
        request = urllib.request.Request(url + path, body, dict(headers), method=method)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - as above
                return response.status, json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    return send


def _refused(refusal: Refusal) -> Outcome:
    return Outcome(code=refusal.code, fields=tuple(sorted(each.field for each in refusal.problems)))
