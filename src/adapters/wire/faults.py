"""What is wrong with a message, where, and the one refusal that tells all of it."""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from ...core.rules.refusals import Invalid, Malformed, Problem, Unfit

#: How many problems one refusal tells at most: a body full of unknown keys is not to be answered by a longer one.
MOST: Final = 100

#: How much of a path is told.
LONGEST_PATH: Final = 200


@frozen
class Fault:
    """One thing that is wrong, where it is, and the refusal that names it, if one does."""

    path: str
    message: str
    kind: type[Unfit] | None = None

    def under(self, name: str) -> Fault:
        """Return the fault as seen from one level further out."""
        return evolve(self, path=f"{name}.{self.path}" if self.path else name)


class Wrong(Exception):
    """Everything that is wrong with a value that has parts."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults


def faults_of(error: Wrong | Unfit | ValueError, name: str) -> list[Fault]:
    """Return what *error* says about the part called *name*."""
    if isinstance(error, Wrong):
        return [fault.under(name) for fault in error.faults]
    if isinstance(error, Unfit):
        return [Fault(name, error.message, type(error))]
    return [Fault(name, str(error))]


def refusal_of(error: Wrong | ValueError) -> Invalid:
    """Return the refusal that tells all of it; a single fault with a name of its own keeps that name."""
    faults = error.faults if isinstance(error, Wrong) else [Fault("", str(error))]
    if len(faults) == 1 and (kind := faults[0].kind):
        return kind(faults[0].path, faults[0].message)
    return Malformed(tuple(map(_problem, faults[:MOST])))


def _problem(fault: Fault) -> Problem:
    path = fault.path[:LONGEST_PATH]
    return Problem(path, fault.message, fault.kind.code) if fault.kind else Problem(path, fault.message)
