"""Who leads of several workers: whoever holds the lease, as long as they come back for it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from attrs import define, field

from ...core.rules.refusals import Unavailable
from ...ports.flow import Clock
from ...ports.leases import Lease, Leases

log = logging.getLogger(__name__)


@define
class Leader:
    """Says whether we lead. To be asked several times in `ttl`; by one thread."""

    leases: Leases
    clock: Clock
    name: str = "schedule"
    ttl: timedelta = timedelta(seconds=20)
    _lease: Lease | None = field(default=None, init=False)

    def __call__(self) -> bool:
        """Take or keep the lead, and say whether we have it."""
        led = self._lease is not None
        try:
            self._lease = self._next(self.clock())
        except Unavailable as error:
            log.warning("it is not known who leads: %s", error)
            self._lease = None
        if led and self._lease is None:
            log.info("lost the lead of %s", self.name)
        return self._lease is not None

    def resign(self) -> None:
        """Let another lead at once."""
        lease, self._lease = self._lease, None
        if lease:
            try:
                self.leases.release(lease)
            except Unavailable as error:
                log.info("the lead ends by itself: %s", error)

    def _next(self, now: datetime) -> Lease | None:
        renewed = self.leases.renew(self._lease, self.ttl, now) if self._lease else None
        return renewed or self.leases.acquire(self.name, self.ttl, now)
