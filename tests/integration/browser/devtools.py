"""A browser, driven as a person would: look, type, press; and everything it asked for and complained about."""

from __future__ import annotations

import base64
import itertools
import json
import os
import queue
import subprocess
import sys
import time
from contextlib import suppress
from threading import Event, Lock, Thread

#: Seconds that a page may take on a busy machine.
PATIENCE = 60

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1000,800",
)

#: Chromium reads commands from descriptor 3 and writes to 4 (`--remote-debugging-pipe`).
LAUNCH = """
import fcntl, os, sys
commands, events = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(commands, 3), os.dup2(events, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One Chromium, spoken to over a pipe, so that no port is open for others."""

    def __init__(self, chromium, folder):
        theirs, self._commands = os.pipe()
        self._events, others = os.pipe()
        command = [chromium, *QUIET, "--remote-debugging-pipe", f"--user-data-dir={folder}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(theirs), str(others), *command],
            pass_fds=(theirs, others),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(theirs)
        os.close(others)
        self._numbers = itertools.count(1)
        self._answers = {}
        self._lock = Lock()
        self.listeners = {}
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def call(self, method, session=None, **params):
        """Return the answer to a command (the names are those of the DevTools protocol)."""
        number, answer = next(self._numbers), queue.SimpleQueue()
        self._answers[number] = answer
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        with self._lock:
            os.write(self._commands, json.dumps(message).encode() + b"\0")
        told = answer.get(timeout=PATIENCE)
        assert "error" not in told, f"{method}: {told['error']}"
        return told["result"]

    def visit(self):
        """Return a tab of somebody new: it shares no cookie with any other."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        return Tab(self, self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    def close(self):
        with suppress(OSError, queue.Empty):
            self.call("Browser.close")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, 9)
        self._process.wait()
        self._reader.join(10)
        os.close(self._commands)
        os.close(self._events)

    def _read(self):
        rest = b""
        while raw := os.read(self._events, 1 << 16):
            *whole, rest = (rest + raw).split(b"\0")
            for each in map(json.loads, whole):
                if "id" in each:
                    self._answers.pop(each["id"]).put(each)
                elif listener := self.listeners.get(each.get("sessionId")):
                    listener(each["method"], each["params"])


class Tab:
    """One page at a time, and what came with it."""

    def __init__(self, browser, session):
        self._browser, self._session = browser, session
        self._loaded = Event()
        #: Every URL that was asked for, every status by URL, and whatever was complained about.
        self.asked, self.statuses, self.complaints = [], {}, []
        browser.listeners[session] = self._hear
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        return self._browser.call(method, self._session, **params)

    def go(self, url):
        """Open a page as if its address was typed in, and wait until it is there."""
        self._loaded.clear()
        told = self.call("Page.navigate", url=url)
        assert "errorText" not in told, told
        self._wait()

    def type(self, selector, text):
        """Put the cursor into a field and type."""
        assert self.see(f"document.querySelector({json.dumps(selector)}).focus() ?? true")
        self.call("Input.insertText", text=text)

    def press(self, selector, *, leads_on=True):
        """Press the mouse in the middle of something; by default a new page comes of it."""
        box = self._place_of(selector)
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "button": "left", "clickCount": 1}
        self._loaded.clear()
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, **at)
        if leads_on:
            self._wait()

    def see(self, expression):
        """Return what an expression is, in the words of the page."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def wait_for(self, expression):
        """Wait until an expression is true, and return what it is."""
        until = time.monotonic() + PATIENCE
        while not (found := self.see(expression)):
            assert time.monotonic() < until, f"never: {expression}\n{self.text}"
            time.sleep(0.1)
        return found

    @property
    def text(self):
        """What a person reads."""
        return self.see("document.body.innerText")

    @property
    def path(self):
        return self.see("location.pathname")

    def forbid_scripts(self):
        self.call("Emulation.setScriptExecutionDisabled", value=True)

    def picture(self, file):
        """Keep what it looks like."""
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def _place_of(self, selector):
        """Return where something is, once it has stopped moving."""
        where = f"document.querySelector({json.dumps(selector)})"
        self.wait_for(f"{where} !== null")
        self.see(f"{where}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        before = None
        while (box := self.see(f"{where}.getBoundingClientRect().toJSON()")) != before:
            before = box
            time.sleep(0.1)
        return box

    def _wait(self):
        assert self._loaded.wait(PATIENCE), "no page came"

    def _hear(self, method, params):
        match method:
            case "Page.loadEventFired":
                self._loaded.set()
            case "Network.requestWillBeSent":
                self.asked.append(params["request"]["url"])
            case "Network.responseReceived":
                self.statuses[params["response"]["url"]] = params["response"]["status"]
            case "Network.loadingFailed":
                self.complaints.append(params.get("blockedReason") or params["errorText"])
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(params["entry"]["text"])
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.complaints.append(str(params["args"]))
            case "Runtime.exceptionThrown":
                self.complaints.append(params["exceptionDetails"]["text"])
