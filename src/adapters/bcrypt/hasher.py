"""
Hash passwords with bcrypt, in threads of low priority.

bcrypt reads 72 bytes and no more, and some of its versions stop at a zero byte. So it is
given the password's SHA-384 in base64: 64 letters that depend on the whole of it. The
prefix ``sha384`` names that scheme, so that another one can be told from it later.

One hash takes a core for a quarter of a second. The library lets go of the interpreter's
lock meanwhile, but not of the core. So hashes are made in a few threads of their own,
whose priority is low: whatever else the process has to do goes first, and requests that
hash wait for each other in the order in which they came.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from attrs import Factory, field, frozen
from attrs.validators import ge, le

from ...core.rules.refusals import Busy
from ...core.rules.secrecy import Password
from ...ports.secrets import Hasher
from ..extras import needs
from ..forks import PerProcess

with needs("bcrypt", extra="auth"):
    import bcrypt

R = TypeVar("R")

PREFIX: Final = "sha384"

#: Scheme, cost, salt (its last letter has two bits that count) and hash.
_HASH: Final = re.compile(r"sha384(\$2b\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31})", re.ASCII)
_LETTERS: Final = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@frozen
class BcryptHasher(Hasher):
    """Passwords hashed with 2 to the power of `cost` rounds, `threads` at once, each so much nicer than the rest."""

    cost: int = field(default=12, validator=[ge(4), le(31)])
    threads: int = field(factory=cores, validator=ge(1))
    niceness: int = field(default=10, validator=[ge(0), le(19)])
    #: How many seconds to wait for a turn.
    patience: float = field(default=10.0, validator=ge(0))
    decoy: str = field(init=False, repr=False)
    _pool: PerProcess[ThreadPoolExecutor] = field(
        init=False, repr=False, eq=False, default=Factory(lambda self: PerProcess(self._open), takes_self=True)
    )

    @decoy.default
    def _made_up(self) -> str:
        # Nobody has to wait for it: whatever stands after the salt, checking it takes all the rounds.
        ending = "".join(secrets.choice(_LETTERS) for _ in range(31))
        return f"{PREFIX}{bcrypt.gensalt(self.cost).decode()}{ending}"

    def hash(self, password: Password) -> str:
        hashed = self._in_turn(bcrypt.hashpw, _digest(password), bcrypt.gensalt(self.cost))
        return f"{PREFIX}{hashed.decode()}"

    def verify(self, password: Password, hashed: str) -> bool:
        ours = _HASH.fullmatch(hashed)
        if not ours:
            return False
        return self._in_turn(bcrypt.checkpw, _digest(password), ours[1].encode())

    def outdated(self, hashed: str) -> bool:
        ours = _HASH.fullmatch(hashed)
        return not ours or int(ours[2]) < self.cost

    def _in_turn(self, work: Callable[[bytes, bytes], R], password: bytes, salt: bytes) -> R:
        doing = self._pool().submit(work, password, salt)
        try:
            return doing.result(self.patience)
        except TimeoutError:
            # Given up only if it was not begun: what is half done is soon done.
            if doing.cancel():
                raise Busy from None
            return doing.result()

    def _open(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads, "hexflows-hasher", initializer=_step_back, initargs=(self.niceness,))


def _digest(password: Password) -> bytes:
    text = unicodedata.normalize("NFKC", password.text)
    # JSON can spell half a character; it is as good a password as any.
    return b64encode(hashlib.sha384(text.encode("utf-8", "surrogatepass")).digest())


def _step_back(niceness: int) -> None:
    """Let others go first. Only Linux gives each thread a priority of its own; elsewhere it would be the process's."""
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    # Where it is forbidden, hashing is as urgent as everything else, and as right.
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + niceness))
