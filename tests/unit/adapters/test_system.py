from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.system import Ids, draws, new_id, new_secret, utc_now
from hexflows.entrypoints.testing.threads import at_once


def test_the_time_is_now_and_utc():
    assert utc_now().tzinfo is UTC
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_identifiers_are_of_version_7_and_of_now():
    made = new_id()

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert abs((made.int >> 80) - time.time_ns() // 1_000_000) < 5_000


@given(st.lists(st.integers(0, 2**48 - 1), min_size=2))
def test_identifiers_rise_whatever_the_clock_does(milliseconds):
    ids = Ids()

    made = [ids.next(each) for each in milliseconds]

    assert all(one < other for one, other in pairwise(made))
    assert {each.version for each in made} == {7}
    assert {each.variant for each in made} == {"specified in RFC 4122"}


def test_identifiers_rise_in_each_of_many_threads_and_none_is_made_twice():
    made = at_once(8, lambda: [new_id() for _ in range(500)])

    assert all(list(each) == sorted(each) for each in made)
    assert len({each for those in made for each in those}) == 4_000


def test_secrets_are_of_32_bytes_and_never_the_same():
    assert {len(new_secret()) for _ in range(100)} == {32}
    assert len({new_secret() for _ in range(100)}) == 100


def test_dice_fall_between_0_and_1():
    thrown = [draws() for _ in range(1_000)]

    assert all(0 <= each < 1 for each in thrown)
    assert min(thrown) < 0.1
    assert max(thrown) > 0.9
