"""What every adapter of `Leases` promises."""

from __future__ import annotations

from datetime import datetime

import pytest
from attrs import evolve

from ....ports.leases import Lease, Leases
from ..making import NOON, SECOND, new_id
from ..threads import at_once

TTL = 10 * SECOND


class LeasesContract:
    """Subclass it, give it a ``leases`` fixture, and it tests your adapter."""

    @pytest.fixture
    def leases(self) -> Leases:
        """Return the leases."""
        raise NotImplementedError

    @pytest.fixture
    def name(self) -> str:
        """Return the name of a lease that nobody ever had."""
        return f"testing-{new_id()}"

    def test_who_has_it_has_it_alone(self, leases: Leases, name: str) -> None:
        lease = had(leases, name, NOON)

        assert (lease.name, lease.until) == (name, NOON + TTL)
        assert leases.acquire(name, TTL, NOON) is None
        assert leases.acquire(name, TTL, NOON + TTL - SECOND) is None

    def test_a_lease_ends(self, leases: Leases, name: str) -> None:
        had(leases, name, NOON)

        assert leases.acquire(name, TTL, NOON + TTL) is not None

    def test_a_lease_of_another_name_is_another(self, leases: Leases, name: str) -> None:
        had(leases, name, NOON)

        assert leases.acquire(f"{name}x", TTL, NOON) is not None
        assert leases.acquire(name.upper(), TTL, NOON) is not None

    def test_numbers_rise_with_every_holder(self, leases: Leases, name: str) -> None:
        held = [had(leases, name, NOON + turn * TTL) for turn in range(3)]
        leases.release(held[-1])
        held.append(had(leases, name, held[-1].until - SECOND))

        assert [lease.number for lease in held] == sorted({lease.number for lease in held})

    def test_a_lease_that_is_renewed_goes_on_and_stays_the_same(self, leases: Leases, name: str) -> None:
        lease = had(leases, name, NOON)

        renewed = leases.renew(lease, TTL, NOON + 5 * SECOND)

        assert renewed == evolve(lease, until=NOON + 5 * SECOND + TTL)
        assert leases.acquire(name, TTL, NOON + TTL) is None
        # Who renewed it may go on with the old one in hand: the number is what counts.
        assert leases.renew(lease, TTL, NOON + TTL) is not None

    def test_a_lease_that_nobody_else_wanted_can_be_renewed_late(self, leases: Leases, name: str) -> None:
        lease = had(leases, name, NOON)

        assert leases.renew(lease, TTL, NOON + 3 * TTL) is not None
        assert leases.acquire(name, TTL, NOON + 3 * TTL) is None

    def test_a_lease_that_somebody_else_got_is_lost(self, leases: Leases, name: str) -> None:
        lost = had(leases, name, NOON)
        other = had(leases, name, NOON + TTL)

        assert leases.renew(lost, TTL, NOON + TTL) is None
        leases.release(lost)
        assert leases.acquire(name, TTL, NOON + TTL) is None
        assert leases.renew(other, TTL, NOON + TTL) is not None

    def test_a_lease_that_was_released_is_free_and_over(self, leases: Leases, name: str) -> None:
        lease = had(leases, name, NOON)
        leases.release(lease)
        leases.release(lease)

        assert leases.renew(lease, TTL, NOON) is None
        assert leases.acquire(name, TTL, NOON) is not None

    def test_a_lease_that_there_never_was_is_not_renewed(self, leases: Leases, name: str) -> None:
        made_up = Lease(name, 1, NOON + TTL)

        assert leases.renew(made_up, TTL, NOON) is None
        leases.release(made_up)
        assert leases.acquire(name, TTL, NOON) is not None

    def test_of_many_who_want_it_at_once_one_gets_it(self, leases: Leases, name: str) -> None:
        for turn in range(4):
            got = at_once(8, lambda now=NOON + turn * TTL: leases.acquire(name, TTL, now))  # type: ignore[misc]

            assert sum(lease is not None for lease in got) == 1


def had(leases: Leases, name: str, now: datetime) -> Lease:
    """Return the lease, which must be free."""
    lease = leases.acquire(name, TTL, now)
    assert lease is not None
    return lease
