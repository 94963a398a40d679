"""The table of what is done again and again, and the one leader who does it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from attrs import define, field, frozen
from cronsim import CronSim

from ...core.rules.refusals import Refusal
from ...ports.flow import Clock
from ..context import about

log = logging.getLogger(__name__)

#: Says whether we are the one who does it, until this is asked again within `TURN`.
Leads: TypeAlias = Callable[[], bool]

#: The longest time between two looks, in seconds.
TURN: Final = 5.0


@frozen
class Entry:
    """Something that is done at certain times, written as cron does, in UTC. Doing it twice must be harmless."""

    name: str
    cron: str
    do: Callable[[], object]

    def after(self, moment: datetime) -> datetime:
        """Return the first time after *moment*."""
        return next(CronSim(self.cron, moment))


@define
class Schedule:
    """Does what the table says while we lead. What fell due while nobody led is done the next time."""

    table: tuple[Entry, ...]
    clock: Clock
    leads: Leads
    _next: dict[str, datetime] = field(factory=dict, init=False)

    def turn(self) -> float:
        """Do what is due, and return in how many seconds to look again."""
        if not self.leads():
            self._next.clear()
            return TURN
        for entry in self.table:
            now = self.clock()
            if now >= self._next.setdefault(entry.name, entry.after(now)):
                self._next[entry.name] = entry.after(now)
                self._do(entry)
        now = self.clock()
        return min([TURN, *((at - now).total_seconds() for at in self._next.values())])

    def _do(self, entry: Entry) -> None:
        with about(schedule=entry.name):
            try:
                log.debug("done: %s", entry.do())
            except Refusal as refusal:
                log.warning("not done, until next time: %s", refusal)
