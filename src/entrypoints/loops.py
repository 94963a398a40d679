"""Threads that do one thing again and again until told to stop, whatever happens in between."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from attrs import define, field

from ..core.rules.refusals import Refusal

log = logging.getLogger(__name__)

#: Seconds to wait after a turn that broke.
AFTER_A_FAULT: Final = 5.0


@define(eq=False)
class Loop:
    """One such thread. A turn returns in how many seconds the next is due; `wake` brings it forward."""

    name: str
    turn: Callable[[], float]
    _bell: Event = field(factory=Event, init=False)
    _stopping: bool = field(default=False, init=False)
    _thread: Thread = field(init=False)

    @_thread.default
    def _not_started(self) -> Thread:
        return Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin with the first turn."""
        self._thread.start()

    def wake(self) -> None:
        """Have the next turn now, or right after the one that is under way."""
        self._bell.set()

    def stop(self) -> None:
        """Have no further turn, and wait for the one that is under way."""
        self._stopping = True
        self._bell.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            self._bell.wait(self._turn())
            self._bell.clear()

    def _turn(self) -> float:
        try:
            return self.turn()
        except Refusal as refusal:
            log.warning("%s: %s", self.name, refusal)
        except Exception:
            log.exception("%s broke; it goes on", self.name)
        return AFTER_A_FAULT
