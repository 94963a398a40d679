"""Guess how many guesses a password takes, with zxcvbn."""

from __future__ import annotations

from threading import Lock
from typing import Final

from ..extras import needs
from ..forks import PerProcess

with needs("zxcvbn", extra="auth"):
    import zxcvbn

#: The cost of guessing grows with the square of the length.
LONGEST: Final = 72

# The library keeps the words of the caller in a table that all callers share.
_lock: Final = PerProcess(Lock)


def strength(password: str, words: tuple[str, ...]) -> int:
    """Return the strength of the password's first 72 characters, 0 to 4, for an attacker who tries *words* first."""
    if not password:
        return 0
    with _lock():
        score: int = zxcvbn.zxcvbn(password[:LONGEST], user_inputs=[word[:LONGEST] for word in words])["score"]
    return score
