"""Texts that are shown to nobody: passwords and tokens, masked wherever they are printed."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from attrs import field, frozen


@frozen
class Secret:
    """
    A token in clear, on its way to the one who may hold it.

    Doors write its text into the answer; whatever is stored (receipts, outcomes of jobs) leaves it out.
    """

    text: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


@frozen
class Password:
    """
    A password as it was typed, in Unicode normal form KC (NIST SP 800-63B, 3.1.1.2).

    It is stored nowhere in clear; a job that needs one keeps it sealed.
    """

    text: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


#: A password that is being chosen. Doors hold it to the policy too, so that its faults come together with all others.
NewPassword: TypeAlias = Annotated[Password, "new"]
