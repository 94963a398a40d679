"""What every adapter of `Keyring` promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ....ports.secrets import Keyring
from .storage import shared

MESSAGE = b"onetime\0verify_email\0" + bytes(range(48))


class KeyringContract:
    """Subclass it, give it three keyrings, and it tests your adapter."""

    @pytest.fixture
    def keyring(self) -> Keyring:
        """Return a keyring."""
        raise NotImplementedError

    @pytest.fixture
    def rotated(self) -> Keyring:
        """Return the same keyring after a new key became the current one; the earlier one is still there."""
        raise NotImplementedError

    @pytest.fixture
    def stranger(self) -> Keyring:
        """Return a keyring that has no key in common with these."""
        raise NotImplementedError

    @shared
    @given(one=st.binary(), other=st.binary())
    def test_a_mac_is_of_its_message(self, keyring: Keyring, one: bytes, other: bytes) -> None:
        mac = keyring.mac(one)

        assert len(mac) == 32
        assert mac == keyring.mac(one)
        assert (mac == keyring.mac(other)) == (one == other)
        assert keyring.verifies(one, mac)
        assert keyring.verifies(other, mac) == (one == other)

    def test_the_current_key_has_a_name(self, keyring: Keyring) -> None:
        assert keyring.current
        assert keyring.recall(MESSAGE, keyring.current) == keyring.mac(MESSAGE)

    def test_there_is_no_mac_under_a_key_that_is_gone(self, keyring: Keyring, rotated: Keyring) -> None:
        assert keyring.recall(MESSAGE, "no such key") is None
        assert keyring.recall(MESSAGE, rotated.current) is None

    def test_older_keys_still_open_what_they_made(self, keyring: Keyring, rotated: Keyring) -> None:
        old, new = keyring.mac(MESSAGE), rotated.mac(MESSAGE)

        assert rotated.current != keyring.current
        assert old != new
        assert rotated.recall(MESSAGE, keyring.current) == old
        assert rotated.verifies(MESSAGE, old)
        assert rotated.verifies(MESSAGE, new)
        assert not keyring.verifies(MESSAGE, new)

    def test_only_we_can_make_it(self, keyring: Keyring, stranger: Keyring) -> None:
        assert not keyring.verifies(MESSAGE, stranger.mac(MESSAGE))
        assert not stranger.verifies(MESSAGE, keyring.mac(MESSAGE))

    def test_a_mac_that_was_altered_is_none(self, keyring: Keyring) -> None:
        mac = keyring.mac(MESSAGE)

        altered = [mac[:at] + bytes([mac[at] ^ 1]) + mac[at + 1 :] for at in range(32)]
        for wrong in (*altered, b"", mac[:-1], mac + b"\0", bytes(32)):
            assert not keyring.verifies(MESSAGE, wrong)
