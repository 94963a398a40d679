"""Processes that are started again when they die, and end with their parent, however it ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from attrs import define, field

log = logging.getLogger(__name__)

#: The first and the longest wait before a child is started again, and how long it must live to be trusted anew.
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
TRUSTED_AFTER: Final = 60.0


@define
class Child:
    """
    A process in a session of its own, so that Ctrl-C at the terminal reaches its parent alone.

    It inherits the descriptors it is given, among them the reading end of a pipe that ends when we do.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(repr=False)
    descriptors: tuple[int, ...] = ()
    clock: Callable[[], float] = time.monotonic
    #: How often it died in a row without having lived long.
    deaths: int = field(default=0, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _started: float = field(default=0.0, init=False)
    _due: float = field(default=0.0, init=False)

    @property
    def pid(self) -> int | None:
        """Its process; None while there is none."""
        return self._process.pid if self._process else None

    def tend(self) -> float:
        """Start it if it is not there and its time has come; return in how many seconds to look again."""
        now = self.clock()
        if self._died():
            self.deaths = 1 if now - self._started >= TRUSTED_AFTER else self.deaths + 1
            wait = min(FIRST_WAIT * 2 ** (self.deaths - 1), LONGEST_WAIT)
            log.error("%s ended unexpectedly; it is started again in %.1f s", self.name, wait)
            self._due = now + wait
        if self._process is None and now >= self._due:
            self._start(now)
        return LONGEST_WAIT if self._process else self._due - now

    def ask_to_end(self) -> None:
        """Ask it to finish what it does and end."""
        if self._process:
            self._process.terminate()

    def ended(self) -> bool:
        """Say whether it is gone."""
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """End it and all it started, now."""
        if self._process is None:
            return
        # Its session is a process group with its own number; members may outlive the leader.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _start(self, now: float) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            self.command,
            env=dict(self.environ),
            pass_fds=self.descriptors,
            stdin=subprocess.DEVNULL,
            # What a child prints is for the log: standard output has one line, our address.
            stdout=2,
            start_new_session=True,
        )
        self._started = now
        log.debug("%s is process %d", self.name, self._process.pid)

    def _died(self) -> bool:
        if self._process is None or self._process.poll() is None:
            return False
        self._process = None
        return True
