"""Which passwords are strong enough. One policy for every path that sets one."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeAlias

from ..refusals import Unfit
from ..secrecy import Password

#: Counted in code points, after normalising. Longer ones are refused before any library sees them.
LONGEST: Final = 256


class WeakPassword(Unfit):
    """The password does not meet the policy."""


class PasswordRule(StrEnum):
    """The two policies: kinds of characters, as most products ask for, and what NIST SP 800-63B-4 does."""

    COMPOSED = "composed"
    MODERN = "modern"


#: Guesses a password's strength, 0 to 4, given words that an attacker would try first.
Strength: TypeAlias = Callable[[str, tuple[str, ...]], int]

#: Says what is wrong with a password for someone who is known by the given words; nothing, if it is fine.
PasswordPolicy: TypeAlias = Callable[[Password, tuple[str, ...]], tuple[str, ...]]


def composed(password: Password, _words: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return what is missing: eight characters, of them upper and lower case, a digit and a special one."""
    text = password.text
    checks = (
        (len(text) >= 8, "be at least 8 characters"),
        (len(text) <= LONGEST, f"be at most {LONGEST} characters"),
        (any(each.isupper() for each in text), "contain an upper case letter"),
        (any(each.islower() for each in text), "contain a lower case letter"),
        (any(each.isdecimal() for each in text), "contain a digit"),
        (any(_special(each) for each in text), "contain a special character"),
    )
    return tuple(wish for met, wish in checks if not met)


def modern(strength: Strength) -> PasswordPolicy:
    """Return the policy of fifteen characters or a strength of three, without rules of composition."""

    def policy(password: Password, words: tuple[str, ...] = ()) -> tuple[str, ...]:
        text = password.text
        if len(text) > LONGEST:
            return (f"be at most {LONGEST} characters",)
        if len(text) < 8:
            return ("be at least 8 characters",)
        if len(text) >= 15 and len(set(text)) > 3:
            return ()
        # The cost of guessing grows with the length, so that a prefix has to do.
        if strength(text[:72], words) >= 3:
            return ()
        return ("be harder to guess: use 15 characters or more, or rarer words",)

    return policy


def strong_enough(
    policy: PasswordPolicy, password: Password, words: tuple[str, ...] = (), *, field: str = "password"
) -> None:
    """
    Refuse a password that the policy finds fault with.

    Raises:
        WeakPassword: with everything that is missing.
    """
    if wishes := policy(password, words):
        raise WeakPassword(field, f"Password must {', '.join(wishes)}")


def _special(character: str) -> bool:
    return unicodedata.category(character)[0] in "PSZ"
