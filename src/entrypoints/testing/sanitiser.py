"""
The sanitiser: whether a flow takes its locks in order, and does nothing foreign while it holds them.

It stands between a flow and its transactions and knows the ports by the words that their
methods have everywhere. In one block of a transaction

- locks are taken in the order of `ranks.RANKS`; several of one kind by rising id;
- nothing is held a second time;
- nothing is kept that was not held, claimed or added before in the same block. Who
  holds a user holds their credential;
- nothing foreign is called: no mail, no hash, no provider, and no other block.

A violation fails the test where it happens. Because something in between may catch it, it
is remembered too, and `watching` fails the test at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import local
from typing import Any, Final, TypeVar
from uuid import UUID

from attrs import define, field, frozen

from ...ports.flow import Transaction
from ...ports.ranks import RANKS
from .watching import watched, watched_view

P = TypeVar("P")
T = TypeVar("T")


class Unsound(AssertionError):
    """A flow did in a block what nobody may do there."""


@frozen
class Manners:
    """What a port's method does to locks."""

    #: It waits for whoever has what it asks for, and has it from then on.
    locks: bool = False
    #: What it is given is held from then on: it may be kept, and need not be held again.
    holds: bool = False
    #: What it is given must be held already.
    needs: bool = False
    #: What it is given was not there before.
    adds: bool = False


HOLD: Final = Manners(locks=True, holds=True)
ADD: Final = Manners(locks=True, holds=True, adds=True)
LOCK: Final = Manners(locks=True)
KEEP: Final = Manners(needs=True)
LOOK: Final = Manners()

#: By method: the words are the same in every port.
MANNERS: Final[Mapping[str, Manners]] = {
    "hold": HOLD,
    "claim": HOLD,
    "attempt": HOLD,
    "add": ADD,
    "put": ADD,
    "keep": KEEP,
    "move": LOCK,
    "due": LOCK,
    "lapsed": LOCK,
    "spend": LOCK,
    "touch": LOCK,
    "retire": LOCK,
    "remove": LOCK,
    "remove_all": LOCK,
    "sweep": LOCK,
}

#: Methods of which a second call in a block is a second hold; a thing that was added is held too, but not twice.
TWICE: Final = frozenset({"hold", "claim", "attempt"})

#: Members whose things are new by their id alone: to add one waits for nobody.
FRESH: Final = frozenset({"sessions", "secrets"})

#: Members whose things are guarded by the lock of another member's: who changes them holds that.
GUARDED: Final[Mapping[str, str]] = {"credentials": "users"}


@define
class _Block:
    """What one block has taken so far."""

    held: set[tuple[str, object]] = field(factory=set)
    rank: int = -1
    #: The last id that was held in the member of that rank.
    last: int = -1


@define
class Sanitiser:
    """Watches the blocks of every thread."""

    violations: list[str] = field(factory=list)
    _here: local = field(factory=local, init=False)

    def transaction(self, open_: Transaction[T]) -> Transaction[T]:
        """Return the transaction as flows are to be given it."""

        @contextmanager
        def block() -> Iterator[T]:
            if self._blocks:
                self._object("a block was opened inside of another")
            mine = _Block()
            self._blocks.append(mine)
            try:
                with open_() as view:
                    yield watched_view(view, lambda name, args, call: self._in_block(mine, name, args, call))
            finally:
                self._blocks.remove(mine)

        return block

    def foreign(self, port: P, name: str | None = None) -> P:
        """Return the port, an object or a function, so that calling it inside a block is a violation."""

        def call_outside(called: str, _: tuple[Any, ...], call: Callable[[], Any]) -> Any:
            if self._blocks:
                self._object(f"{called} was called inside a block")
            return call()

        return watched(port, name or type(port).__name__, call_outside)

    def check(self) -> None:
        """
        Make sure that nothing was violated, also where it was caught on its way.

        Raises:
            Unsound: with everything that was.
        """
        if self.violations:
            raise Unsound("; ".join(self.violations))

    @property
    def _blocks(self) -> list[_Block]:
        if not hasattr(self._here, "blocks"):
            self._here.blocks = []
        blocks: list[_Block] = self._here.blocks
        return blocks

    def _in_block(self, block: _Block, name: str, args: tuple[Any, ...], call: Callable[[], Any]) -> Any:
        member, _, method = name.rpartition(".")
        manners = MANNERS.get(method, LOOK)
        thing = (GUARDED.get(member, member), _identity(args[0]) if args else None)
        if member in GUARDED:
            # Neither locked nor held by itself: its guard must be.
            manners = KEEP if manners.locks or manners.needs else LOOK
        if manners.needs and thing not in block.held:
            self._object(f"{name} without holding it in the same block")
        if method in TWICE and thing in block.held:
            self._object(f"{name} of what is held already")
        waits = manners.locks and not (manners.adds and member in FRESH)
        if waits and thing not in block.held:
            self._take(block, member, name, thing[1])
        answer = call()
        # Only now: an `add` that was refused holds nothing.
        if manners.holds:
            block.held.add(thing)
        return answer

    def _take(self, block: _Block, member: str, name: str, identity: object) -> None:
        if member not in RANKS:
            self._object(f"{name}: {member} has no rank")
        rank, number = RANKS.index(member), identity.int if isinstance(identity, UUID) else -1
        if rank < block.rank:
            self._object(f"{name} after {RANKS[block.rank]} was locked")
        if rank == block.rank and -1 < number < block.last:
            self._object(f"{name} of an id below one that is held already")
        block.rank, block.last = rank, number if rank > block.rank else max(number, block.last)

    def _object(self, what: str) -> None:
        self.violations.append(what)
        raise Unsound(what)


@contextmanager
def watching() -> Iterator[Sanitiser]:
    """Give a sanitiser, and make sure at the end that nothing was violated."""
    sanitiser = Sanitiser()
    yield sanitiser
    sanitiser.check()


def _identity(thing: Any) -> object:
    """Return what a thing is known by: an id, the id in it, whose it is, or what a receipt is found by."""
    for name in ("id", "user"):
        if (found := getattr(thing, name, None)) is not None:
            return found
    if hasattr(thing, "scope"):
        return thing.scope, thing.flow, thing.key
    return thing
