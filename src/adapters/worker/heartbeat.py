"""Leases of jobs at work: renewed while the work goes on, given back when the worker stops before it is done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Lock, Thread

from attrs import define, field

from ...core.rules.ids import JobId
from ...core.rules.jobs import LEASE, Job
from ...core.rules.refusals import Refusal
from ...ports.flow import Clock, Transaction
from ...ports.jobs import Queue

log = logging.getLogger(__name__)


@define(eq=False)
class Heartbeat:
    """Keeps the promise of `KeepAlive` for all jobs at work in this process, with one thread."""

    queue: Transaction[Queue]
    clock: Clock
    every: float = LEASE.total_seconds() / 3
    _at_work: dict[JobId, Job] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)
    _idle: Event = field(factory=Event, init=False)
    _thread: Thread | None = field(default=None, init=False)

    @contextmanager
    def __call__(self, job: Job) -> Iterator[None]:
        with self._lock:
            self._at_work[job.id] = job
            self._idle.clear()
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._go_on, name="heartbeat", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                # Not there any more if it was given back.
                self._at_work.pop(job.id, None)
                if not self._at_work:
                    self._idle.set()

    @property
    def at_work(self) -> tuple[Job, ...]:
        """The jobs at work in this process."""
        with self._lock:
            return tuple(self._at_work.values())

    def beat(self) -> None:
        """Renew the lease of every job at work."""
        self._move(self.at_work, Job.beat)

    def give_back(self) -> int:
        """
        Return every job that is still at work to the queue, as if its attempt had not begun; say how many.

        Whatever its thread does from now on is kept no more: the claim is gone.
        """
        left = self.at_work
        self._move(left, Job.release)
        with self._lock:
            for job in left:
                self._at_work.pop(job.id, None)
        return len(left)

    def _move(self, jobs: tuple[Job, ...], step: Callable[[Job, datetime], Job]) -> None:
        for job in jobs:
            with self.queue() as queue:
                current = queue.jobs.find(job.id)
                # Else it was taken away from us, or is done.
                if current and current.attempt == job.attempt and current.lease_until:
                    queue.jobs.move(current, step(current, self.clock()))

    def _go_on(self) -> None:
        while not self._idle.wait(self.every):
            try:
                self.beat()
            except Refusal as refusal:
                # The lease is three beats long.
                log.warning("leases not renewed: %s", refusal)
