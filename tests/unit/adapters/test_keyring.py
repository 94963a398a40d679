from __future__ import annotations

import pytest

from hexflows.adapters.keyring import HmacKeyring
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.testing.contracts.keyring import KeyringContract

ONE, OTHER, THIRD = (Secret(letter * 32) for letter in "abc")


class TestHmacKeyring(KeyringContract):
    @pytest.fixture
    def keyring(self):
        return HmacKeyring.of([ONE])

    @pytest.fixture
    def rotated(self):
        return HmacKeyring.of([OTHER, ONE])

    @pytest.fixture
    def stranger(self):
        return HmacKeyring.of([THIRD])


@pytest.mark.parametrize("secrets", [[], [Secret("x" * 31)], [ONE, Secret("")]])
def test_a_secret_that_is_too_short_makes_no_keyring(secrets):
    with pytest.raises(ValueError, match="32 bytes at least"):
        HmacKeyring.of(secrets)


def test_bytes_are_counted_and_not_letters():
    assert HmacKeyring.of([Secret("ü" * 16)]).current


def test_each_use_has_keys_of_its_own():
    keyring = HmacKeyring.of([OTHER, ONE])

    signing, others = keyring.keys("access tokens"), keyring.keys("something else")

    assert next(iter(signing)) == keyring.current
    assert signing.keys() == others.keys()
    assert len({*signing.values(), *others.values()}) == 4
    assert {len(key) for key in signing.values()} == {32}


def test_a_key_is_called_the_same_wherever_its_secret_stands():
    assert list(HmacKeyring.of([OTHER, ONE]).keys("a")) == list(HmacKeyring.of([ONE, OTHER]).keys("a"))[::-1]


def test_neither_names_nor_looks_tell_a_secret():
    keyring = HmacKeyring.of([ONE])

    assert ONE.text not in repr(keyring)
    assert keyring.mac(b"").hex() not in repr(keyring)
    assert all(key.hex() not in repr(keyring) for key in keyring.keys("mac").values())


def test_what_was_made_long_ago_is_still_known():
    """These are kept in databases and letters: another result here is a broken link there."""
    keyring = HmacKeyring.of([ONE])

    assert keyring.current == "1b3b9313f39c"
    assert keyring.mac(b"message").hex() == "4b3fc30f992d18d2c3b6863865fde16b3d7f5bf56edafcded90b87c2e7e10220"
