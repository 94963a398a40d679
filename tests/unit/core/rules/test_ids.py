"""Identifiers: of version 7, newer ones after older ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hexflows.core.rules.ids import uuid7

milliseconds = st.integers(0, 2**48 - 1)
randoms = st.binary(min_size=10, max_size=10)


@given(milliseconds, randoms)
def test_it_is_a_uuid_of_version_7(now, random):
    made = uuid7(now, random)

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == now


@given(milliseconds, milliseconds, randoms, randoms)
def test_later_ones_sort_after_earlier_ones_as_ids_and_as_text(one, other, random, another):
    first, second = uuid7(one, random), uuid7(other, another)

    if one != other:
        assert (first < second) == (str(first) < str(second)) == (one < other)


@given(milliseconds, st.sets(st.binary(min_size=8, max_size=8), min_size=2, max_size=5))
def test_randomness_tells_ids_of_one_moment_apart(now, tails):
    # The two upper bits of the third byte give way to the variant; below them every bit counts.
    made = {uuid7(now, b"\0\0" + bytes([tail[0] & 0x3F]) + tail[1:]) for tail in tails}

    assert len(made) == len({bytes([tail[0] & 0x3F]) + tail[1:] for tail in tails})
