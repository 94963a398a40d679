"""
A stage: every flow on one storage, with a clock that is turned by hand and mail that can be read.

    stage = Stage.on(in_memory)
    stage.flows.accounts.register(Register(email("ann@example.com"), Password("Correct-Horse-1")))
    stage.work()
    assert stage.mailer.sent

Every block of every flow is watched by the sanitiser; call `check` at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from functools import cache
from typing import TypeAlias, TypeVar

import attrs
from attrs import define, frozen

from ...adapters.jwt.tokens import JwtAccessTokens
from ...adapters.keyring import HmacKeyring
from ...adapters.memory.limits import MemoryLimits
from ...adapters.memory.mail import MemoryMailer
from ...adapters.memory.storage import MemoryStorage
from ...adapters.memory.views import COLLECTIONS, MemoryView
from ...adapters.wire.codec import Codec, fingerprints, reading
from ...adapters.wire.commands import Reader
from ...core.flows.jobs.run_due import RunDue
from ...core.flows.jobs.submit_job import ReadCommand
from ...core.rules.accounts.policy import AccountsPolicy
from ...core.rules.jobs import Job
from ...core.rules.secrecy import Secret
from ...ports.accounts import Accounts
from ...ports.flow import Snapshot, Transaction
from ...ports.packing import Packing
from ...ports.receipts import Fingerprint
from ..catalog import entries
from ..flows import Flows
from ..performing import Performer
from ..wiring import Parts, assemble
from .faults import Faults
from .hashing import QuickHasher
from .making import NOON, new_id, new_secret_bytes
from .sanitiser import Sanitiser

P = TypeVar("P")


@define
class HandClock:
    """Shows what time it is on the stage; it goes on when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        """Let so much time pass."""
        self.now += by


@frozen
class Opened:
    """A storage that is empty, seen as accounts."""

    transaction: Transaction[Accounts]
    snapshot: Snapshot[Accounts]
    #: Returns all that is stored, bytes in hexadecimal: to look for what must not be there.
    everything: Callable[[], str]


#: Opens an empty storage whose commands and answers are packed as given.
OpenStorage: TypeAlias = Callable[[Packing], Opened]


def in_memory(packing: Packing, wait: float = 5.0) -> Opened:
    """Open an empty storage in memory."""
    storage = MemoryStorage(wait=wait)
    return Opened(
        storage.transaction(lambda draft: MemoryView(draft, packing, new_id)),
        storage.snapshot(lambda draft: MemoryView(draft, packing, new_id)),
        lambda: _everything(storage),
    )


def _everything(storage: MemoryStorage) -> str:
    with storage.snapshot(lambda draft: [dict(draft.rows(each)) for each in COLLECTIONS])() as rows:
        return readable(rows)


def readable(value: object) -> str:
    """Return everything in *value* as text, also what it does not print of itself."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return readable(list(value.items()))
    if isinstance(value, list | tuple | set | frozenset):
        return "\n".join(map(readable, value))
    if attrs.has(kind := type(value)):
        return readable([getattr(value, each.name) for each in attrs.fields(kind)])
    return str(value)


@frozen
class Stage:
    """The flows, and what a test looks at beside them. The storage itself is seen past all that watches the flows."""

    flows: Flows
    storage: Opened
    clock: HandClock
    mailer: MemoryMailer
    keyring: HmacKeyring
    sanitiser: Sanitiser
    faults: Faults
    policy: AccountsPolicy

    @classmethod
    def on(
        cls, open_storage: OpenStorage, *, policy: AccountsPolicy | None = None, faults: Faults | None = None
    ) -> Stage:
        """Return a stage on a new storage; the ports of its flows fail as *faults* has it."""
        storage = open_storage(_codec())
        return cls._set(
            storage,
            clock=HandClock(),
            mailer=MemoryMailer(),
            faults=faults or Faults(),
            policy=policy or AccountsPolicy(limits={}),
        )

    def restarted(self, faults: Faults | None = None) -> Stage:
        """Return the stage after its process is gone: what is stored, the time and the mail are as it left them."""
        return self._set(
            self.storage,
            clock=self.clock,
            mailer=self.mailer,
            faults=faults or Faults(),
            policy=self.policy,
        )

    @classmethod
    def _set(
        cls,
        storage: Opened,
        *,
        clock: HandClock,
        mailer: MemoryMailer,
        faults: Faults,
        policy: AccountsPolicy,
    ) -> Stage:
        keyring, codec, sanitiser = _keyring(), _codec(), Sanitiser()
        transaction = faults.transaction(sanitiser.transaction(storage.transaction))
        snapshot = faults.transaction(sanitiser.transaction(storage.snapshot), "snapshot")

        def foreign(port: P, name: str) -> P:
            return faults.port(sanitiser.foreign(port, name), name)

        parts = Parts(
            accounts=transaction,
            accounts_snapshot=snapshot,
            accounts_glance=snapshot,
            queue=transaction,
            queue_snapshot=snapshot,
            limits=foreign(MemoryLimits(), "limits"),
            hasher=foreign(QuickHasher(), "hasher"),
            keyring=keyring,
            tokens=JwtAccessTokens(keyring.keys("access"), "stage", "stage"),
            mailer=foreign(mailer, "mailer"),
            fingerprint=_fingerprint(),
            read_command=_read_command(),
            performer=Performer(codec),
            keep_alive=_undisturbed,
            send_hint=foreign(_unheard, "send_hint"),
            clock=clock,
            new_id=new_id,
            new_secret=new_secret_bytes,
            draws=_half,
            policy=policy,
        )
        return cls(assemble(parts), storage, clock, mailer, keyring, sanitiser, faults, policy)

    def work(self) -> int:
        """Do every job that is due; return how many."""
        return self.flows.jobs.run_due(RunDue()).ran

    def check(self) -> None:
        """
        Make sure that no flow did in a block what nobody may.

        Raises:
            Unsound: one did.
        """
        self.sanitiser.check()


@cache
def _keyring() -> HmacKeyring:
    return HmacKeyring.of([Secret("a secret of at least thirty-two bytes")])


@cache
def _codec() -> Codec:
    """Return what packs commands and answers; making it takes longer than most of what happens on a stage."""
    return Codec(entries(), _keyring())


@cache
def _read_command() -> ReadCommand:
    """Return what reads commands from messages; making it takes as long."""
    return reading(entries(), Reader())


@cache
def _fingerprint() -> Fingerprint:
    """Return what tells requests apart; making it takes as long."""
    return fingerprints(_keyring().mac)


def _undisturbed(_: Job) -> AbstractContextManager[None]:
    """Keep no lease alive: on a stage no time passes during the work."""
    return nullcontext()


def _unheard(_: Job) -> None:
    """Send no hint: on a stage jobs are done when the test says so."""


def _half() -> float:
    return 0.5
