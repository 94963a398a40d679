"""
Faults: every call that a flow makes to a port fails once, in every way that it can.

A good run is watched first: its *trace* is the list of port calls in order, by name
alone, so that no secret gets into it. Opening a transaction's block and leaving it are
calls too: at the latter it is decided whether anything stays. Then the same is done again for
each call and each way to fail, each time in a scene of its own, and the test says what
must hold afterwards.

    for case in enumerate_faults(scene, lambda scene: scene.flows.register(command)):
        assert whole_user_or_nothing(case.scene)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import define, field, frozen

from ...core.rules.refusals import OutcomeUnknown, OutOfReach, Refusal
from ...ports.flow import Transaction
from .watching import watched, watched_view

P = TypeVar("P")
S = TypeVar("S")
T = TypeVar("T")

#: The port calls of a run, first to last.
Trace: TypeAlias = tuple[str, ...]


class Fault(StrEnum):
    """How a call fails."""

    #: It does nothing and raises.
    BEFORE = "fails before"
    #: It does its work, and then raises: the answer was lost on the way.
    AFTER = "fails after"
    #: The process is gone before it does anything.
    DIE_BEFORE = "dies before"
    #: The process is gone as soon as it has done its work.
    DIE_AFTER = "dies after"


class Died(BaseException):
    """The process is no more. Nobody catches it, and nothing that is not kept already stays."""


@define
class Faults:
    """Watches the ports of one run, and makes one call of it fail if told to."""

    #: Which call fails, counted from 0; None for a good run.
    at: int | None = None
    fault: Fault = Fault.BEFORE
    _trace: list[str] = field(factory=list, init=False)
    _armed: bool = field(default=False, init=False)
    _dead: bool = field(default=False, init=False)

    @property
    def trace(self) -> Trace:
        """What was called so far, since the run began."""
        return tuple(self._trace)

    @contextmanager
    def run(self) -> Iterator[None]:
        """Count and fail what is called in this block alone; setting the scene before it is not counted."""
        self._armed = True
        try:
            yield
        finally:
            self._armed = False

    def port(self, port: P, name: str) -> P:
        """Return the port, an object or a function, as its flows are to be given it."""
        return watched(port, name, lambda called, _, call: self._call(called, call))

    def transaction(self, open_: Transaction[T], name: str = "transaction") -> Transaction[T]:
        """Return the transaction, or the snapshot, as flows are to be given it."""

        @contextmanager
        def block() -> Iterator[T]:
            opening = self._before(f"{name}.open")
            # Raised inside the adapter's own block, a fault undoes what was done in it, as a death would.
            with open_() as view:
                self._after(opening, OutOfReach)
                yield watched_view(view, lambda called, _, call: self._call(called, call))
                leaving = self._before(f"{name}.leave")
            self._after(leaving, OutcomeUnknown)

        return block

    def _call(self, name: str, call: Callable[[], Any]) -> Any:
        number = self._before(name)
        try:
            return call()
        finally:
            # Whatever it raised is an answer, too, that may be lost.
            self._after(number, OutOfReach)

    def _before(self, name: str) -> int:
        if self._dead:
            raise Died
        if not self._armed:
            return -1
        self._trace.append(name)
        number = len(self._trace) - 1
        self._fail(number, OutOfReach, Fault.BEFORE, Fault.DIE_BEFORE)
        return number

    def _after(self, number: int, error: type[Exception]) -> None:
        self._fail(number, error, Fault.AFTER, Fault.DIE_AFTER)

    def _fail(self, number: int, error: type[Exception], failing: Fault, dying: Fault) -> None:
        if number != self.at:
            return
        if self.fault is failing:
            raise error
        if self.fault is dying:
            self._dead = True
            raise Died


@frozen
class Case(Generic[S]):
    """One run in which one call failed, and the scene that it left."""

    at: int
    call: str
    fault: Fault
    scene: S
    #: What came of it; None if nobody noticed.
    raised: BaseException | None

    @property
    def died(self) -> bool:
        """Whether the process was gone, so that nobody got an answer."""
        return isinstance(self.raised, Died)

    def __str__(self) -> str:
        return f"{self.call} (call {self.at}) {self.fault}"


def enumerate_faults(
    scene: Callable[[Faults], S], act: Callable[[S], object], faults: tuple[Fault, ...] = tuple(Fault)
) -> Iterator[Case[S]]:
    """
    Do *act* once for each port call and each fault, and yield what each run left.

    *scene* makes a fresh storage and flows whose ports are wrapped by the `Faults` it is
    given; what it calls itself is neither counted nor failed. Refusals, and what the
    faults raise, are told in the case; anything else is a bug, and comes through.

    Raises:
        AssertionError: the run is not the same each time, so that the calls cannot be counted.
    """
    good = Faults()
    stage = scene(good)
    with good.run():
        act(stage)

    for at, call in enumerate(good.trace):
        for fault in faults:
            yield _case(at, call, fault, scene, act)


def equal_work(*traces: Trace) -> None:
    """
    Make sure that all runs called the same ports in the same order.

    Raises:
        AssertionError: one of them did not; it tells where they part.
    """
    first, *others = traces
    for number, other in enumerate(others, 1):
        for at, (one, two) in enumerate(zip_longest(first, other, fillvalue="nothing")):
            assert one == two, f"run {number} calls {two} where run 0 calls {one} (call {at} of {' '.join(first)})"


def _case(at: int, call: str, fault: Fault, scene: Callable[[Faults], S], act: Callable[[S], object]) -> Case[S]:
    faults = Faults(at, fault)
    stage = scene(faults)
    raised: BaseException | None = None
    try:
        with faults.run():
            act(stage)
    except (Refusal, Died) as error:
        raised = error
    assert faults.trace[at : at + 1] == (call,), f"the run was to call {call}, it called {faults.trace}"
    return Case(at, call, fault, stage, raised)
