"""
E-mail addresses: as typed, and as compared.

Two addresses are one when their canonical forms are: trimmed, in normal form KC,
case folded, with the domain in ASCII (UTS 46). No provider's own rules are applied
(dots and plus signs in a local part mean something). Characters that nobody sees,
that turn the direction of text or that have no meaning of their own are refused,
as in the PRECIS identifier class (RFC 8264). The rule has a version, kept with each
user, so that a later change can be told from a collision.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from attrs import field, frozen

from ..refusals import Unfit

CANON: Final = 1

#: RFC 5321, 4.5.3.1.3, less the two brackets.
LONGEST: Final = 254

#: Control, format, surrogate, private use, unassigned, line and paragraph separators.
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class InvalidEmail(Unfit):
    """The address cannot be one that mail reaches."""


@frozen(eq=False)
class Email:
    """An e-mail address. Equal to another when mail for both is meant for one mailbox."""

    #: As it was typed, in normal form C; what mail is sent to.
    given: str
    #: What it is compared, kept unique and looked up by.
    canonical: str
    #: The domain in ASCII, as it stands in the canonical form.
    domain: str = field()

    def __str__(self) -> str:
        return self.given

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Email) and self.canonical == other.canonical

    def __hash__(self) -> int:
        return hash(self.canonical)


def unseen(text: str) -> bool:
    """Say whether *text* holds a character that a reader would not see or would misread."""
    return any(unicodedata.category(each) in UNSEEN for each in text)


def fold(text: str) -> str:
    """Return *text* so that spellings which only differ in width, case or composition are the same."""
    # Folding may undo composition and the other way round: twice reaches the fixed point (UAX 15, X3).
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", once.casefold())
