"""
All keys, derived from the operator's secrets.

Each secret makes one key for each use, by HMAC-SHA-256 of the use's label: what signs
access tokens cannot make a one-time secret, and none of them tells the secret. A key is
called by a name that is derived the same way, so that whatever is made under it can say
so, and is known for what it is after the secret was changed.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field, frozen

from ..core.rules.secrecy import Secret
from ..ports.secrets import Keyring

#: A secret must be as hard to guess as a key that is made of it.
SHORTEST: Final = 32

_MAC: Final = "mac"


@frozen
class HmacKeyring(Keyring):
    """Keys made of `secrets`, the newest first. The newest makes what is new; the others still open what they made."""

    _secrets: Mapping[str, bytes] = field(repr=False)
    _macs: Mapping[str, bytes] = field(init=False, repr=False)

    @classmethod
    def of(cls, secrets: Iterable[Secret]) -> HmacKeyring:
        """
        Return the keyring of these secrets, the newest first.

        Raises:
            ValueError: there is none, or one is too short.
        """
        raw = [each.text.encode() for each in secrets]
        if not raw or min(map(len, raw)) < SHORTEST:
            raise ValueError(f"a keyring is made of one secret or more, each of {SHORTEST} bytes at least")
        return cls({_name(each): each for each in raw})

    @_macs.default
    def _derived(self) -> Mapping[str, bytes]:
        return self.keys(_MAC)

    @property
    def current(self) -> str:
        return next(iter(self._secrets))

    def keys(self, use: str) -> Mapping[str, bytes]:
        """Return the keys for one use, 32 bytes each, by their names, the current one first."""
        return {name: _derive(secret, f"key for {use}") for name, secret in self._secrets.items()}

    def mac(self, message: bytes) -> bytes:
        return _mac(self._macs[self.current], message)

    def recall(self, message: bytes, key: str) -> bytes | None:
        return _mac(self._macs[key], message) if key in self._macs else None

    def verifies(self, message: bytes, mac: bytes) -> bool:
        # All of them, whichever it is: how long it takes does not tell which key made it.
        matches = [hmac.compare_digest(_mac(key, message), mac) for key in self._macs.values()]
        return any(matches)


def _name(secret: bytes) -> str:
    return _derive(secret, "name").hex()[:12]


def _derive(secret: bytes, label: str) -> bytes:
    return _mac(secret, b"hexflows 1\0" + label.encode())


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")
