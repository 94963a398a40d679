"""What every adapter of `Limits` promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ....core.rules.limits import Ask, Limit, LimitReached
from ....ports.limits import Limits
from ..making import HOUR, SECOND, new_id
from ..threads import at_once, each_at_once

MINUTE = timedelta(minutes=1)


class LimitsContract:
    """Subclass it, give it a ``limits`` fixture, and it tests your adapter."""

    @pytest.fixture
    def limits(self) -> Limits:
        """Return the counters."""
        raise NotImplementedError

    @pytest.fixture
    def now(self) -> datetime:
        """Return a moment that is not far from now: a store may forget by a clock of its own."""
        return datetime.now(UTC).replace(microsecond=0)

    def test_so_many_are_let_through_and_no_more(self, limits: Limits, now: datetime) -> None:
        ask = an_ask(3)
        for second in range(3):
            limits.take((ask,), now + second * SECOND)

        with pytest.raises(LimitReached) as reached:
            limits.take((ask,), now + 20 * SECOND)

        told = reached.value
        assert (told.limit, told.count, told.window, told.reset) == (ask.limit.name, 3, 60, 40)

    def test_a_refused_request_is_not_counted(self, limits: Limits, now: datetime) -> None:
        ask = an_ask(1)
        limits.take((ask,), now)
        for _ in range(5):
            with pytest.raises(LimitReached):
                limits.take((ask,), now)

        limits.take((ask,), now + MINUTE)

    def test_a_window_begins_anew_when_it_has_ended(self, limits: Limits, now: datetime) -> None:
        ask = an_ask(2)
        # A window begins with its first request, not at a full minute.
        for begin in (now, now + 95 * SECOND):
            limits.take((ask,), begin)
            limits.take((ask,), begin + 59 * SECOND)
            with pytest.raises(LimitReached) as reached:
                limits.take((ask,), begin + 59 * SECOND)

            assert reached.value.reset == 1

    def test_keys_and_limits_do_not_count_for_each_other(self, limits: Limits, now: datetime) -> None:
        ask = an_ask(1)
        others = [
            Ask(ask.limit, f"{ask.key}x"),
            Ask(ask.limit, ask.key.upper()),
            Ask(Limit(f"{ask.limit.name}-account", 1, MINUTE), ask.key),
            Ask(Limit("login", 1, MINUTE), f"account:{ask.key}"),
            Ask(Limit("login:account", 1, MINUTE), ask.key),
        ]
        for each in (ask, *others):
            limits.take((each,), now)

        for each in (ask, *others):
            with pytest.raises(LimitReached):
                limits.take((each,), now)

    def test_keys_may_be_any_text(self, limits: Limits, now: datetime) -> None:
        for key in ("müller@bücher.example", "2001:db8::/64", "a b\n{c}:*'\"\\", "x" * 400):
            ask = an_ask(1, f"{new_id()} {key}")
            limits.take((ask,), now)

            with pytest.raises(LimitReached):
                limits.take((ask,), now)

    def test_a_request_counts_against_all_its_limits_or_none(self, limits: Limits, now: datetime) -> None:
        wide, narrow = an_ask(2), an_ask(1)
        limits.take((wide, narrow), now)
        for asks in ((wide, narrow), (narrow, wide)):
            with pytest.raises(LimitReached) as reached:
                limits.take(asks, now)

            assert reached.value.limit == narrow.limit.name

        limits.take((wide,), now)
        with pytest.raises(LimitReached):
            limits.take((wide,), now)

    def test_of_several_without_room_the_one_that_opens_last_is_told(self, limits: Limits, now: datetime) -> None:
        early, late = an_ask(1), an_ask(1, per=HOUR)
        limits.take((early, late), now)

        for asks in ((early, late), (late, early)):
            with pytest.raises(LimitReached) as reached:
                limits.take(asks, now)

            assert (reached.value.limit, reached.value.reset) == (late.limit.name, 3600)

    def test_nothing_asked_is_nothing_refused(self, limits: Limits, now: datetime) -> None:
        for _ in range(3):
            limits.take((), now)

    def test_a_limit_that_was_lowered_holds_at_once(self, limits: Limits, now: datetime) -> None:
        ask = an_ask(5)
        for _ in range(3):
            limits.take((ask,), now)

        with pytest.raises(LimitReached):
            limits.take((Ask(Limit(ask.limit.name, 3, MINUTE), ask.key),), now)
        limits.take((ask,), now)

    def test_of_many_at_once_no_more_get_through_than_there_is_room_for(self, limits: Limits, now: datetime) -> None:
        ask = an_ask(50)

        def take() -> int:
            through = 0
            for _ in range(8):
                try:
                    limits.take((ask,), now)
                except LimitReached:
                    continue
                through += 1
            return through

        assert sum(at_once(16, take)) == 50

    def test_many_at_once_in_other_orders_are_counted_exactly(self, limits: Limits, now: datetime) -> None:
        one, other = an_ask(40), an_ask(100)

        def take(asks: tuple[Ask, ...]) -> int:
            through = 0
            for _ in range(6):
                try:
                    limits.take(asks, now)
                except LimitReached:
                    continue
                through += 1
            return through

        came = each_at_once(
            [lambda asks=asks: take(asks) for asks in ((one, other), (other, one)) for _ in range(8)]  # type: ignore[misc]
        )

        assert [each for each in came if isinstance(each, Exception)] == []
        assert sum(each for each in came if isinstance(each, int)) == 40
        # None of those refused by the first limit was counted against the second.
        for _ in range(60):
            limits.take((other,), now)
        with pytest.raises(LimitReached):
            limits.take((other,), now)

    def test_a_sweep_forgets_no_window_that_is_open_nor_too_much(self, limits: Limits, now: datetime) -> None:
        closed, opened = [an_ask(1) for _ in range(5)], an_ask(1, per=HOUR)
        for each in (*closed, opened):
            limits.take((each,), now)

        forgotten = [limits.sweep(now + 2 * MINUTE, 2) for _ in range(4)]

        # A store that forgets by itself may have nothing left to sweep.
        assert forgotten in ([2, 2, 1, 0], [0, 0, 0, 0])
        with pytest.raises(LimitReached):
            limits.take((opened,), now + 2 * MINUTE)
        for each in closed:
            limits.take((each,), now + 2 * MINUTE)


def an_ask(count: int, key: str = "", per: timedelta = MINUTE) -> Ask:
    """Return a request against a limit of its own, or under *key* of it."""
    mark = new_id().hex
    return Ask(Limit(f"testing-{mark}", count, per), key or mark)
