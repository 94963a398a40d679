"""People's way: from the mail to the account, out of it, and back in when the password is forgotten."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread

import pytest

from ..processes.conftest import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OLD, NEW = "Correct-Horse-1", "Another-Horse-2"
NUMBERS = count()
BUTTON = "main form button"


@pytest.fixture
def person(served):
    """Somebody who has registered, and has not looked at their mail yet."""
    email = f"person{next(NUMBERS)}@example.com"
    assert served.ask("POST", "/auth/register", {"email": email, "password": OLD})[0] == 201
    return email


@pytest.fixture
def verified(served, person):
    token = link_in(served, person, "/verify-email").rpartition("=")[2]
    assert served.ask("POST", "/auth/verify-email", {"token": token})[0] == 200
    return person


def link_in(served, email, path):
    """Return the link to that path in a mail to somebody, once it has come."""

    def found():
        for file in served.mail.glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            words = mail.get_body(("plain",)).get_content().split()
            if mail["To"] == email:
                yield from (word for word in words if word.startswith(f"{served.url}{path}"))

    return eventually(lambda: next(found(), None))


def log_in(tab, served, email, password):
    tab.go(f"{served.url}/login")
    tab.type("#email", email)
    tab.type("#password", password)
    tab.press("main form:last-of-type button")


def test_from_the_mail_to_the_account_and_back_in_when_the_password_is_forgotten(served, tab, person, picture):
    log_in(tab, served, person, OLD)
    assert "not verified yet" in tab.text

    tab.go(link_in(served, person, "/verify-email"))
    picture("verify-email")
    tab.press(BUTTON)
    assert "Your email address is verified" in tab.text
    tab.press("main a.button")
    assert tab.path == "/login"
    picture("login")

    log_in(tab, served, person, OLD)
    assert tab.path == "/account"
    assert person in tab.text
    picture("account")
    tab.press(BUTTON)
    assert "You are not logged in" in tab.text

    tab.press("main a[href='/forgot-password']")
    tab.type("#email", person)
    tab.press(BUTTON)
    assert "Check your mail" in tab.text
    tab.go(link_in(served, person, "/reset-password"))
    picture("reset-password")
    tab.type("#new_password", NEW)
    tab.press(BUTTON)
    assert "Your password is changed" in tab.text

    log_in(tab, served, person, OLD)
    assert "not right" in tab.text
    log_in(tab, served, person, NEW)
    assert (tab.path, person in tab.text) == ("/account", True)

    assert {url.removeprefix(served.url)[:1] for url in tab.asked} == {"/"}
    # A refused form is an answer with a status of its own, which the browser notes.
    assert [each for each in tab.complaints if "status of 4" not in each] == []


def test_a_link_that_programs_opened_still_works_for_people_and_works_once(served, browser, tab, person):
    link = link_in(served, person, "/verify-email")
    for _ in range(2):
        assert served.ask("GET", link.removeprefix(served.url))[0] == 200
        tab.go(link)
    assert b"EMAIL_NOT_VERIFIED" in served.ask("POST", "/auth/login", {"email": person, "password": OLD})[1]

    tab.press(BUTTON)
    assert "verified" in tab.text
    other = browser.visit()
    other.go(link)
    other.press(BUTTON)

    assert "used before" in other.text
    assert other.statuses[f"{served.url}/verify-email"] == 400


def test_no_page_needs_a_script(served, tab, person):
    tab.forbid_scripts()
    tab.go(link_in(served, person, "/verify-email"))
    tab.press(BUTTON)
    log_in(tab, served, person, OLD)
    assert (tab.path, person in tab.text) == ("/account", True)
    tab.press(BUTTON)

    assert "You are not logged in" in tab.text
    assert tab.complaints == []


def test_what_is_typed_wrong_stands_beside_the_field_and_the_password_is_gone(served, tab):
    log_in(tab, served, "nobody", OLD)

    assert tab.see("document.activeElement.id") == "email"
    assert tab.see("document.querySelector('#email').value") == "nobody"
    assert tab.see("document.querySelector('#email').getAttribute('aria-invalid')") == "true"
    assert tab.see("document.querySelector('#password').value") == ""


def test_scripts_do_not_get_at_the_session(served, tab, verified):
    log_in(tab, served, verified, OLD)

    assert tab.path == "/account"
    assert tab.see("document.cookie") == ""


def test_what_a_hostile_link_brings_is_text(served, tab):
    tab.go(f"{served.url}/verify-email?token=%22%3E%3Cscript%3Edocument.title='owned'%3C/script%3E")
    tab.go(f"{served.url}/login?next=javascript:document.title='owned'")

    assert tab.see("document.title").startswith("Log in")
    assert tab.see("document.scripts.length") == 0


class Elsewhere(BaseHTTPRequestHandler):
    """A page of somebody else, which sends whoever comes on with a form."""

    def __init__(self, target, fields, *arguments):
        self.target, self.fields = target, fields
        super().__init__(*arguments)

    def do_GET(self):
        inputs = "".join(f"<input name={json.dumps(name)} value={json.dumps(it)}>" for name, it in self.fields.items())
        page = f"<form method=post action={json.dumps(self.target)}>{inputs}<button>Win a prize</button></form>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def elsewhere():
    """Serve a form of another site, under a name that is ours but for the port, and under another one."""
    running = []

    def elsewhere(target, **fields):
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Elsewhere, target, fields))
        thread = Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return [f"http://{host}:{server.server_port}/" for host in ("127.0.0.1", "localhost")]

    yield elsewhere
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_page_of_another_site_logs_nobody_out(served, tab, verified, elsewhere):
    log_in(tab, served, verified, OLD)
    for page in elsewhere(f"{served.url}/account"):
        tab.go(page)
        tab.press("button")

        assert tab.statuses[f"{served.url}/account"] == 403
        assert "That did not come from our page" in tab.text
        tab.go(f"{served.url}/account")
        assert verified in tab.text


def test_nor_in(served, tab, verified, elsewhere):
    """As the intruder, who would then read what is typed."""
    for page in elsewhere(f"{served.url}/login", email=verified, password=OLD):
        tab.go(page)
        tab.press("button")

        assert tab.statuses[f"{served.url}/login"] == 403
        tab.go(f"{served.url}/account")
        assert "You are not logged in" in tab.text


def test_an_address_that_is_none_is_told_on_a_page(served, tab, picture):
    tab.go(f"{served.url}/logn")
    picture("nowhere")

    assert "There is nothing here" in tab.text
    tab.press("main a")
    assert tab.path == "/"
