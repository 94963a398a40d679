"""
`hexflows worker`: does the jobs that rows ask for.

In one process: a relay that sends hints about rows that are due, actors that do what
the rows say, the heartbeat that renews their leases, and the schedule of what is done
again and again. Any number of such processes work side by side.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from attrs import define, evolve
from dramatiq import Worker

from ..adapters.worker.actors import Hints, declare
from ..adapters.worker.brokers import connect
from ..adapters.worker.heartbeat import Heartbeat
from ..adapters.worker.leading import Leader
from ..adapters.worker.schedule import Entry, Leads, Schedule
from ..core.flows.accounts.sweep_accounts import SweepAccounts
from ..core.flows.jobs.relay_jobs import Relayed, RelayJobs
from ..core.rules.asking import SYSTEM
from ..core.rules.jobs import Status
from ..core.rules.pages import MOST, Slice
from ..ports.flow import Flow, Transaction
from ..ports.jobs import Queue
from .bell import Bell, bell
from .flows import Flows
from .loops import Loop
from .settings import Settings, settings_from
from .wiring import Parts, assemble

log = logging.getLogger(__name__)

#: Seconds between two looks for due rows: while there are some, and at most.
BUSY: Final = 0.02
IDLE: Final = 1.0

#: How many rows are looked at for hints that an earlier worker in this place took with it.
LOST: Final = 10_000


@define
class Relaying:
    """Looks for due rows: at once again while there are some, then less and less often."""

    relay: Flow[RelayJobs, Relayed]
    room: int
    wait: float = BUSY

    def turn(self) -> float:
        """Send hints, and return in how many seconds to look again."""
        relayed = self.relay(RelayJobs(room=self.room, asker=SYSTEM))
        self.wait = BUSY if relayed.sent or relayed.reclaimed else min(self.wait * 2, IDLE)
        return self.wait


def work(settings: Settings, parts: Parts, leads: Leads, alive: int | None = None) -> None:
    """
    Do jobs until a signal says otherwise, or the pipe *alive* ends.

    Running jobs get the time that the settings grant; then they are given back to the queue, their attempt uncounted.
    """
    connection = connect(settings.broker)
    if settings.broker is None:
        forget_hints(parts.queue)
    heart, hints, stopping = Heartbeat(parts.queue, parts.clock), Hints(connection, parts.clock), Event()
    flows = assemble(evolve(parts, keep_alive=heart, send_hint=hints))
    declare(connection.broker, run=flows.jobs.run_job, hints=hints, stopping=stopping)
    worker = Worker(connection.broker, worker_threads=settings.workers, worker_timeout=200)
    # Messages are mere hints: fetching many at once costs nobody anything, and saves round trips.
    worker.queue_prefetch = room = max(100, 32 * settings.workers)
    schedule = Schedule(table(flows), parts.clock, leads)

    with bell(signal.SIGINT, signal.SIGTERM) as rings:
        worker.start()
        with _running(Loop("relay", Relaying(flows.jobs.relay_jobs, room).turn), Loop("schedule", schedule.turn)):
            log.info("worker is ready for %d jobs at once", settings.workers)
            rings.wait(None, *([alive] if alive is not None else []))
            log.info("worker stops")
        stopping.set()
        _stop(worker, rings, settings.grace)
        if left := heart.give_back():
            log.warning("%d jobs were not done in time; they wait for another worker", left)
        connection.broker.close()


def table(flows: Flows) -> tuple[Entry, ...]:
    """Return what is done again and again."""

    def sweep() -> None:
        # A bounded number at a time, so that nobody waits long, until there is nothing more.
        while flows.accounts.sweep_accounts(SweepAccounts(asker=SYSTEM)).count:
            pass

    return (Entry("accounts.sweep_accounts", "*/10 * * * *", sweep),)


def forget_hints(transaction: Transaction[Queue]) -> None:
    """Have hints sent anew for rows whose hint went with an earlier worker; a hint that comes twice does nothing."""
    after = None
    for _ in range(LOST // MOST):
        with transaction() as queue:
            jobs = queue.jobs.page(Slice(MOST, after), Status.QUEUED)
            for job in jobs:
                if job.sent_until:
                    queue.jobs.move(job, job.recall())
        if len(jobs) < MOST:
            return
        after = str(jobs[-1].id)


@contextmanager
def _running(*loops: Loop) -> Iterator[None]:
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.stop()


def _stop(worker: Worker, rings: Bell, seconds: int) -> None:
    """Let running jobs finish; until they have, the time is up, or we are told once more."""
    stop = Thread(target=worker.stop, kwargs={"timeout": seconds * 1000}, daemon=True)
    stop.start()
    while stop.is_alive() and not rings.wait(0.05).signals:
        pass


def main(alive: int | None = None) -> None:
    """Do jobs as the environment's settings say."""
    from .logs import configure
    from .opening import open_parts

    settings = settings_from(os.environ)
    configure(settings)
    with open_parts(settings) as parts, _leader(parts) as leads:
        work(settings, parts, leads, alive)


@contextmanager
def _leader(parts: Parts) -> Iterator[Leads]:
    """Yield what says whether we do what is done on schedule; of several workers one does."""
    leader = Leader(parts.leases, parts.clock)
    try:
        yield leader
    finally:
        leader.resign()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
