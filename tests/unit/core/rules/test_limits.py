"""Limits: windows that are exact, the words that settings use, and what counts as one address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexflows.core.rules.asking import SYSTEM, Asker
from hexflows.core.rules.ids import UserId
from hexflows.core.rules.limits import (
    DEFAULT,
    UNITS,
    Ask,
    InvalidLimit,
    Limit,
    LimitReached,
    Window,
    asks_of,
    network_of,
    opened,
    parse,
    reached,
)
from hexflows.entrypoints.testing.making import HOUR, NOON, SECOND, new_id

TEN = Limit("signup", 10, UNITS["hour"])


@given(count=st.integers(1, 20), moments=st.lists(st.integers(0, 200), max_size=80))
def test_in_no_window_are_there_more_than_the_limit(count, moments):
    limit, window, let_through = Limit("x", count, 60 * SECOND), None, []
    for second in sorted(moments):
        now = NOON + second * SECOND
        after = window.take(limit, now) if window else opened(limit, now)
        if after:
            let_through.append((after.ends_at, second))
            window = after

    for ends_at in {each for each, _ in let_through}:
        inside = [second for each, second in let_through if each == ends_at]
        assert len(inside) <= count
        # A request is refused only in a full window, and a window is as long as the limit says.
        assert all(NOON + second * SECOND < ends_at for second in inside)
        assert ends_at - (NOON + min(inside) * SECOND) == 60 * SECOND


def test_a_full_window_has_no_room_until_it_ends():
    window = Window(10, NOON + HOUR)

    assert window.take(TEN, NOON) is None
    assert window.take(TEN, NOON + HOUR - SECOND) is None
    assert window.take(TEN, NOON + HOUR) == Window(1, NOON + 2 * HOUR)
    assert Window(9, NOON + HOUR).take(TEN, NOON) == window


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(HOUR, 3600), (timedelta(milliseconds=1500), 2), (timedelta(milliseconds=1), 1), (timedelta(0), 1)],
)
def test_a_refusal_tells_the_whole_truth(left, seconds):
    no = reached(Ask(TEN, "somebody"), Window(10, NOON + left), NOON)

    assert (no.limit, no.count, no.window, no.reset, no.retry_after) == ("signup", 10, 3600, seconds, seconds)
    assert no.code == "RATE_LIMIT_EXCEEDED"
    assert str(no) == f"Too many attempts; try again in {seconds} seconds"
    assert isinstance(no, LimitReached)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_counts_as_its_network(address, network):
    assert network_of(address) == network


@given(st.ip_addresses(v=6), st.binary(min_size=8, max_size=8))
def test_a_household_is_one_address(address, other):
    neighbour = type(address)(address.packed[:8] + other)

    if not address.ipv4_mapped and not neighbour.ipv4_mapped:
        assert network_of(str(address)) == network_of(str(neighbour))


def test_a_request_is_counted_by_where_it_comes_from_and_by_whom_it_is_about():
    asks = asks_of(DEFAULT, Asker(address="2001:db8::1"), login="address", login_account="ann@example.com")

    assert asks == (Ask(DEFAULT["login"], "2001:db8::/64"), Ask(DEFAULT["login-account"], "ann@example.com"))


def test_a_request_from_nowhere_or_without_a_limit_is_not_counted():
    assert asks_of(DEFAULT, Asker(), login="address", unheard_of="x") == ()
    assert asks_of({}, Asker(address="203.0.113.9"), login="address") == ()


def test_the_system_is_not_limited_on_whoevers_behalf():
    for asker in (SYSTEM, Asker(user=UserId(new_id()), system=True, address="203.0.113.9")):
        assert asks_of(DEFAULT, asker, login="address", login_account="x") == ()


def test_limits_are_set_in_words():
    limits = parse(" signup=3/minute , login = 7/day,, reset=off ")

    assert limits["signup"] == Limit("signup", 3, UNITS["minute"])
    assert limits["login"] == Limit("login", 7, UNITS["day"])
    assert "reset" not in limits
    assert limits["verification"] == DEFAULT["verification"]


def test_saying_nothing_leaves_the_defaults_and_off_leaves_none():
    assert parse("") == DEFAULT
    assert parse(" off ") == {}


@pytest.mark.parametrize(
    "text",
    ["signup", "signup=10", "signup=10/week", "signup=-1/hour", "sign up=1/hour", "unknown=1/hour", "signup=1/hour;"],
)
def test_what_is_no_limit_is_refused_with_what_would_be(text):
    with pytest.raises(InvalidLimit, match="signup=10/hour"):
        parse(text)


@given(st.sampled_from(sorted(DEFAULT)), st.integers(1, 10**6), st.sampled_from(sorted(UNITS)))
def test_what_a_limit_is_shown_as_can_be_set(name, count, unit):
    limit = Limit(name, count, UNITS[unit])

    assert parse(f"{name}={limit}")[name] == limit


def test_a_limit_without_a_unit_is_shown_in_seconds():
    assert str(Limit("x", 3, 90 * SECOND)) == "3/90s"
