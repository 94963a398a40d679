"""A door to try things at: a few resources of its own, and callables for ports."""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import ip_network
from types import SimpleNamespace
from uuid import UUID

import pytest
from attrs import define, evolve, field, fields, frozen
from falcon.testing import TestClient

from hexflows.adapters.http.app import Door, make
from hexflows.adapters.http.cookies import Cookies
from hexflows.adapters.http.csrf import Csrf
from hexflows.adapters.http.media import form, message
from hexflows.adapters.http.routes import Route
from hexflows.core.rules.asking import Role
from hexflows.core.rules.ids import SessionId, UserId
from hexflows.core.rules.refusals import NotSignedIn
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.flows import AccountFlows

PUBLIC = "https://api.example.com"
ANN = UserId(UUID(int=7))


class Keys:
    """A keyring of one key."""

    current = "k1"

    def mac(self, text):
        return hmac.digest(b"key", text, hashlib.sha256)

    def recall(self, text, key):
        return self.mac(text) if key == self.current else None

    def verifies(self, text, mac):
        return hmac.compare_digest(self.mac(text), mac)


def authenticate(command):
    """Know who presents ``good``; nobody else."""
    presented = command.bearer or command.cookie
    if presented == Secret("good"):
        return evolve(command.asker, user=ANN, role=Role.CUSTOMER, session=SessionId(UUID(int=8)))
    if command.bearer:
        raise NotSignedIn
    return command.asker


@frozen
class Echo:
    """Says what it was told, and by whom."""

    def on_get(self, req, resp):
        asker = req.context.asker
        resp.media = {"user": str(asker.user) if asker.user else None, "address": asker.address, "agent": asker.agent}

    def on_post(self, req, resp):
        resp.media = message(req)


@frozen
class Forms:
    def on_post(self, req, resp):
        resp.media = form(req)


@frozen
class Open:
    """Does not care who asks."""

    def on_get(self, req, resp, thing=None):
        resp.set_header("Cache-Control", "public, max-age=60")
        resp.media = {"key": req.context.key}


@define
class Trouble:
    """Raises whatever it was given."""

    error: BaseException | None = None

    def on_get(self, req, resp):
        resp.media = {"half": "done"}
        raise self.error

    on_post = on_get


@define
class Played:
    """Flows that give the answers they are told, and remember what they were asked."""

    answers: dict = field(factory=dict)
    asked: list = field(factory=list)

    def flow(self, name):
        def play(command):
            self.asked.append(command)
            outcome = self.answers[name]
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return play

    def flows(self):
        return SimpleNamespace(**{each.name: self.flow(each.name) for each in fields(AccountFlows)})


@frozen
class Setup:
    trouble: Trouble = field(factory=Trouble)
    seen: list = field(factory=list)

    def client(self, public=PUBLIC, trusted=()):
        def own(cookies, csrf):
            return [
                Route("/echo", Echo()),
                Route("/forms", Forms()),
                Route("/open", Open()),
                Route("/things/{thing:uuid}", Open()),
                Route("/trouble", self.trouble),
            ]

        return self.serve(own, public, trusted)

    def serve(self, routes_of, public=PUBLIC, trusted=()):
        """Return a client of the routes that *routes_of* returns, given cookies and CSRF tokens."""
        cookies = Cookies.at(public)
        csrf = Csrf(public, cookies, Keys(), lambda: b"s" * 32)
        door = Door(
            authenticate=authenticate,
            csrf=csrf,
            cookies=cookies,
            trusted=tuple(map(ip_network, trusted)),
            observe=lambda *seen: self.seen.append(seen),
        )
        return TestClient(make(routes_of(cookies, csrf), door))

    def problem(self, error, **request):
        """Return the answer to a request at which *error* is raised."""
        self.trouble.error = error
        return self.client().simulate_get("/trouble", **request)


@pytest.fixture
def played():
    return Played()


@pytest.fixture
def setup():
    return Setup()


@pytest.fixture
def client(setup):
    return setup.client()
