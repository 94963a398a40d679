"""
Nothing half done: a process that dies, or a call that fails, at any line of a flow leaves all of it or none.

Every writing flow is done once for every port call that it makes and every way in which
that call can fail. What is stored then is what was stored before, if the block that keeps
it was not left yet, and what a good run leaves, if it was: to the last field. Then whoever
got no answer asks again, and what they wanted comes about, and the mail arrives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

import pytest
from attrs import define, evolve

from ....core.flows.accounts.create_user import CreateUser
from ....core.flows.jobs.relay_jobs import RelayJobs
from ....core.flows.jobs.run_job import RunJob
from ....core.rules.asking import SYSTEM
from ....core.rules.jobs import LEASE, Job, Status
from ....core.rules.letters import Letter, VerifyAddress
from ..faults import Case, Died, Fault, Faults, enumerate_faults
from ..making import email
from ..stage import OpenStorage, Stage
from . import entering, operating, recovering, staying
from .deeds import OLD, Deed, arrived, create
from .leaving import contents, every_job, sound

#: Each flow, as somebody calls it.
DEEDS: Final = (
    entering.SigningUp,
    entering.Registering,
    entering.RegisteringWithoutKey,
    entering.RegisteringOpaquely,
    entering.RegisteringTaken,
    entering.RegisteringVerified,
    staying.LoggingIn,
    staying.Refreshing,
    staying.Stealing,
    staying.LoggingOut,
    staying.EndingOne,
    staying.EndingAll,
    recovering.AskingForVerification,
    recovering.Verifying,
    recovering.VerifyingBefore,
    recovering.Guessing,
    recovering.AskingForReset,
    recovering.AskingForResetInVain,
    recovering.Resetting,
    recovering.Changing,
    operating.Creating,
    operating.CreatingVouched,
    operating.Disabling,
    operating.Enabling,
    operating.Granting,
    operating.Revoking,
    operating.Erasing,
    operating.Submitting,
    operating.Cancelling,
    operating.Retrying,
)

#: Where it is decided whether a block's change stays.
LEAVE: Final = "transaction.leave"

#: The call that keeps a job's claim: it is opened, found, moved, and left.
CLAIM: Final = 3


@define
class Scene:
    """A stage with a deed to be done on it, and what was there before."""

    stage: Stage
    deed: Deed
    before: str
    letters: Counter[type[Letter]]

    @classmethod
    def of(cls, open_storage: OpenStorage, deed: Deed, faults: Faults) -> Scene:
        """Return the deed's scene on an empty storage."""
        stage = Stage.on(open_storage, policy=deed.policy, faults=faults)
        deed.set_up(stage)
        return cls(stage, deed, contents(stage.storage), arrived(stage))

    def act(self) -> None:
        """Do the deed."""
        self.deed.act(self.stage)


class CrashesContract:
    """Subclass it, give it an ``open_storage`` fixture, and it tests that your storage leaves nothing half done."""

    @pytest.fixture
    def open_storage(self) -> OpenStorage:
        """Return what opens your storage, empty each time it is called."""
        raise NotImplementedError

    @pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
    def test_all_of_it_is_kept_or_nothing_and_asking_again_ends_well(
        self, open_storage: OpenStorage, deed: type[Deed]
    ) -> None:
        good = Faults()
        scene = Scene.of(open_storage, deed(), good)
        with good.run():
            scene.act()
        before, after, leave = scene.before, contents(scene.stage.storage), good.trace.index(LEAVE)
        assert good.trace.count(LEAVE) == 1, "it is to be one change"
        assert before != after, "it is to be a change"

        for case in enumerate_faults(lambda faults: Scene.of(open_storage, deed(), faults), Scene.act):
            kept = case.at > leave or (case.at == leave and case.fault in {Fault.AFTER, Fault.DIE_AFTER})
            assert case.scene.before == before
            assert contents(case.scene.stage.storage) == (after if kept else before), str(case)
            _ends_well(case)

    def test_a_job_that_was_begun_is_done_in_the_end_and_its_attempts_are_counted(
        self, open_storage: OpenStorage
    ) -> None:
        for case in enumerate_faults(lambda faults: _with_a_job(open_storage, faults), _run):
            stage = case.scene.restarted()
            sound(stage.storage)
            (left,) = _jobs(stage)
            claimed = case.at > CLAIM or (case.at == CLAIM and case.fault in {Fault.AFTER, Fault.DIE_AFTER})
            assert left.attempt == claimed, str(case)

            _drain(stage)

            (done,) = _jobs(stage)
            begun_again = left.status is not Status.COMPLETED
            assert (done.status, done.attempt) == (Status.COMPLETED, left.attempt + begun_again), str(case)
            assert arrived(stage) == {VerifyAddress: 1}, str(case)
            stage.check()

    def test_jobs_are_done_whatever_becomes_of_their_hints(self, open_storage: OpenStorage) -> None:
        for case in enumerate_faults(lambda faults: _with_two_jobs(open_storage, faults), _relay):
            stage = case.scene.restarted()
            sound(stage.storage)

            _drain(stage)

            assert arrived(stage) == {VerifyAddress: 2}, str(case)
            assert [(job.status, job.attempt) for job in _jobs(stage)] == [
                (Status.COMPLETED, 1),
                (Status.COMPLETED, 2),
            ], str(case)
            stage.check()

    def test_a_job_that_kills_whoever_does_it_dies_too(self, open_storage: OpenStorage) -> None:
        good = Faults()
        stage = _with_a_job(open_storage, good)
        with good.run():
            _run(stage)
        stage = _with_a_job(open_storage, Faults())
        _change(stage, lambda job: evolve(job, max_attempts=3))

        for attempt in range(1, 4):
            deadly = stage.restarted(Faults(good.trace.index("mailer.send"), Fault.DIE_AFTER))
            with pytest.raises(Died), deadly.faults.run():
                _run(deadly)
            (left,) = _jobs(stage)
            assert (left.status, left.attempt) == (Status.RUNNING, attempt)
            stage.clock.advance(2 * LEASE)
            stage.flows.jobs.relay_jobs(RelayJobs())
            stage.clock.advance(2 * LEASE)

        (dead,) = _jobs(stage)
        assert (dead.status, dead.attempt, dead.error_code) == (Status.ERROR, 3, "LEASE_LAPSED")
        assert arrived(stage) == {VerifyAddress: 1}


def _ends_well(case: Case[Scene]) -> None:
    """Make sure that after a restart, asking again and doing the jobs, what was wanted came about."""
    stage, deed = case.scene.stage.restarted(), case.scene.deed
    sound(stage.storage)
    deed.again(stage)
    sound(stage.storage)
    stage.work()
    assert deed.came(arrived(stage) - case.scene.letters), str(case)
    deed.reached(stage)
    sound(stage.storage)
    stage.check()


def _with_a_job(open_storage: OpenStorage, faults: Faults) -> Stage:
    stage = Stage.on(open_storage, faults=faults)
    create(stage, verified=False)
    return stage


def _with_two_jobs(open_storage: OpenStorage, faults: Faults) -> Stage:
    """Return a stage with a job whose worker is gone, and another that nobody has heard of yet."""
    stage = _with_a_job(open_storage, faults)
    _change(stage, lambda job: job.claim(stage.clock()))
    stage.clock.advance(2 * LEASE)
    stage.flows.accounts.create_user(CreateUser(email("bob@example.com"), password=OLD, asker=SYSTEM))
    return stage


def _run(stage: Stage) -> None:
    (job,) = _jobs(stage)
    stage.flows.jobs.run_job(RunJob(job.id, job.attempt))


def _relay(stage: Stage) -> None:
    stage.flows.jobs.relay_jobs(RelayJobs())


def _jobs(stage: Stage) -> tuple[Job, ...]:
    with stage.storage.snapshot() as accounts:
        return every_job(accounts)


def _change(stage: Stage, change: Callable[[Job], Job]) -> None:
    with stage.storage.transaction() as accounts:
        (job,) = every_job(accounts)
        accounts.jobs.move(job, change(job))


def _drain(stage: Stage) -> None:
    """Do the jobs, also those that wait for a lease to lapse, a hint to be late, or another attempt."""
    for _ in range(4):
        stage.work()
        stage.clock.advance(2 * LEASE)
