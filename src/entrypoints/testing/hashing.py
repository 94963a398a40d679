"""A hasher for tests: everything that the port promises, but that it takes long."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from typing import Final

from attrs import frozen

from ...core.rules.secrecy import Password
from ...ports.secrets import Hasher

_HASH: Final = re.compile(r"quick\$(\d+)\$([0-9a-f]{16})\$([0-9a-f]{64})")


@frozen
class QuickHasher(Hasher):
    """Salted hashes that are made at once, and guessed as quickly: for passwords that are nobody's."""

    cost: int = 1

    @property
    def decoy(self) -> str:
        return f"quick${self.cost}${'0' * 16}${'0' * 64}"

    def hash(self, password: Password) -> str:
        salt = os.urandom(8).hex()
        return f"quick${self.cost}${salt}${_digest(salt, password)}"

    def verify(self, password: Password, hashed: str) -> bool:
        ours = _HASH.fullmatch(hashed)
        return ours is not None and hmac.compare_digest(_digest(ours[2], password), ours[3])

    def outdated(self, hashed: str) -> bool:
        ours = _HASH.fullmatch(hashed)
        return not ours or int(ours[1]) < self.cost


def _digest(salt: str, password: Password) -> str:
    return hashlib.sha256(salt.encode() + password.text.encode("utf-8", "surrogatepass")).hexdigest()
