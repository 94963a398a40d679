"""Who makes a request."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexflows.adapters.http.callers import LONGEST_AGENT, address_of

PROXIES = tuple(map(ip_network, ("10.0.0.0/8", "fd00::/8", "192.0.2.7/32")))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        # Nobody between us and the client: what the header says is made up.
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1, 10.0.0.1", "203.0.113.5"),
        # One proxy of ours: it appended whom it was asked by; what stands before is made up.
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        # Several of ours.
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 192.0.2.7, 10.0.0.2", "198.51.100.1"),
        ("fd00::1", "2001:db8::1, fd00::2", "2001:db8::1"),
        # Somebody inside asks.
        ("10.0.0.1", "10.0.0.9", "10.0.0.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        # Other spellings.
        ("10.0.0.1", " 198.51.100.1:4711 ", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("10.0.0.1", "2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        # What is no address ends the search.
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, _hidden, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1,,10.0.0.2", "10.0.0.2"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_client_is_the_last_one_that_is_no_proxy_of_ours(peer, forwarded, address):
    assert address_of(peer, forwarded.split(","), PROXIES) == address


def test_without_proxies_nobody_is_believed():
    assert address_of("10.0.0.1", ["198.51.100.1"], ()) == "10.0.0.1"


@given(st.lists(st.text() | st.ip_addresses().map(str)), st.ip_addresses(v=4).filter(lambda it: it not in PROXIES[0]))
def test_nobody_chooses_an_address_for_themselves(made_up, real):
    """Whatever a client writes into the header, our proxy appends where it really is."""
    if any(real in network for network in PROXIES if network.version == 4):
        return

    assert address_of("10.0.0.1", [*made_up, str(real)], PROXIES) == str(real)


class TestAtTheDoor:
    def test_an_address_comes_from_trusted_proxies_only(self, setup):
        headers = {"X-Forwarded-For": "198.51.100.1"}
        ask = {"headers": headers, "remote_addr": "10.0.0.1"}

        assert setup.client(trusted=["10.0.0.0/8"]).simulate_get("/echo", **ask).json["address"] == "198.51.100.1"
        assert setup.client().simulate_get("/echo", **ask).json["address"] == "10.0.0.1"

    def test_a_long_name_of_a_client_is_cut(self, client):
        answer = client.simulate_get("/echo", headers={"User-Agent": "x" * 5000})

        assert answer.json["agent"] == "x" * LONGEST_AGENT

    @pytest.mark.parametrize(
        ("headers", "known"),
        [
            ({}, False),
            ({"Cookie": "__Host-hexflows=good"}, True),
            ({"Cookie": "__Host-hexflows=dead"}, False),
            ({"Cookie": "hexflows=good"}, False),
            ({"Authorization": "Bearer good"}, True),
            ({"Authorization": "bearer good"}, True),
            ({"Authorization": "Basic good"}, False),
            ({"Authorization": "Bearer good", "Cookie": "__Host-hexflows=dead"}, True),
        ],
    )
    def test_who_asks_is_whom_they_present(self, client, headers, known):
        answer = client.simulate_get("/echo", headers=headers)

        assert answer.status_code == 200
        assert bool(answer.json["user"]) is known

    @pytest.mark.parametrize("bearer", ["Bearer dead", "Bearer ", "Bearer"])
    def test_a_bad_bearer_is_refused_where_it_matters(self, client, bearer):
        headers = {"Authorization": bearer, "Cookie": "__Host-hexflows=good"}

        assert client.simulate_get("/echo", headers=headers).status_code == 401
        assert client.simulate_get("/open", headers=headers).status_code == 200

    def test_a_cookie_that_opens_nothing_is_cleared(self, client):
        dead = client.simulate_get("/echo", headers={"Cookie": "__Host-hexflows=dead"})
        good = client.simulate_get("/echo", headers={"Cookie": "__Host-hexflows=good"})

        assert "01 Jan 1970" in dead.headers["set-cookie"]
        assert "set-cookie" not in good.headers

    def test_a_key_is_what_the_header_says(self, client):
        assert client.simulate_get("/open", headers={"Idempotency-Key": "k-1"}).json["key"] == "k-1"
        assert client.simulate_get("/open").json["key"] is None
