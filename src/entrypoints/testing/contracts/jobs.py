"""What every adapter of `Jobs` keeps. Who works on them is in `jobs_at_work`."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from hypothesis import given

from ....core.rules.accounts.users import User
from ....core.rules.ids import NOBODY, JobId, SessionId
from ....core.rules.jobs import ACTIVE, TERMINAL, Job, Status
from ....core.rules.pages import Slice
from ....core.rules.secrecy import Secret
from ....ports.accounts import Accounts
from ....ports.flow import Taken, Transaction
from .. import strategies
from ..making import DAY, HOUR, NOON, SECOND, new_id, new_job
from ..packing import TASK, Task
from ..threads import each_at_once, second_waits
from .jobs_at_work import JobsAtWork, a_job
from .storage import a_user, keeps_nothing, same, shared


class JobsContract(JobsAtWork):
    """
    Beside the two fixtures: a command that the storage's codec knows.

    The default is a `Task`, for a storage that is made with `PlainPacking`.
    """

    @pytest.fixture
    def command(self) -> object:
        """Return a command in which the text ``sesame`` is a secret, if there is any."""
        return Task("Water the plants", Secret("sesame"))

    @pytest.fixture
    def name(self) -> str:
        """Return the name of the command's flow."""
        return TASK

    @shared
    @given(drawn=strategies.jobs())
    def test_a_job_comes_back_as_it_went_in(self, transaction: Transaction[Accounts], drawn: Job) -> None:
        subject = f"{drawn.subject} {new_id()}" if drawn.subject is not None else None
        job = evolve(drawn, id=JobId(new_id()), owner=a_user(transaction).id, subject=subject)

        with transaction() as accounts:
            accounts.jobs.put(job)

        with transaction() as accounts:
            assert same(accounts.jobs.find(job.id), job)

    @shared
    @given(drawn=strategies.jobs())
    def test_a_job_is_moved_with_every_field(self, transaction: Transaction[Accounts], drawn: Job) -> None:
        before = a_job(transaction)
        # One active job a subject: no two examples may be about the same.
        subject = f"{drawn.subject} {new_id()}" if drawn.subject is not None else None
        after = evolve(drawn, id=before.id, subject=subject)

        with transaction() as accounts:
            assert accounts.jobs.move(before, after)

        with transaction() as accounts:
            assert same(accounts.jobs.find(before.id), after)

    def test_a_command_becomes_a_queued_job(
        self, transaction: Transaction[Accounts], user: User, command: object, name: str
    ) -> None:
        login = SessionId(new_id())

        with transaction() as accounts:
            id_ = accounts.jobs.add(command, at=NOON, subject="plants", owner=user.id, session=login)

        with transaction() as accounts:
            job = accounts.jobs.find(id_)
        assert job
        assert job == Job(id_, name, job.payload, NOON, NOON, owner=user.id, session=login, subject="plants")
        assert json.loads(job.payload)
        assert "sesame" not in job.payload

    def test_commands_get_different_ids(self, transaction: Transaction[Accounts], command: object) -> None:
        with transaction() as accounts:
            ids = {accounts.jobs.add(command, at=NOON) for _ in range(20)}

        assert len(ids) == 20

    def test_there_is_no_job_but_those_added(self, transaction: Transaction[Accounts]) -> None:
        a_job(transaction)
        nothing = new_job(id=JobId(NOBODY))

        with transaction() as accounts:
            assert accounts.jobs.find(nothing.id) is None
            assert accounts.jobs.of(NOBODY) == ()
            assert not accounts.jobs.move(nothing, nothing.claim(NOON))
            assert accounts.jobs.find(nothing.id) is None

    @pytest.mark.parametrize("status", sorted(ACTIVE))
    def test_a_subject_has_one_active_job(
        self, transaction: Transaction[Accounts], command: object, status: Status
    ) -> None:
        subject = f"plant {new_id()}"
        a_job(transaction, subject=subject, status=status)
        other = new_job()

        with transaction() as accounts:
            with pytest.raises(Taken) as put:
                accounts.jobs.put(new_job(subject=subject))
            with pytest.raises(Taken) as added:
                accounts.jobs.add(command, at=NOON, subject=subject)
            accounts.jobs.put(new_job(subject=f"{subject} and another"))
            accounts.jobs.put(other)

        assert (put.value.what, added.value.what) == ("subject", "subject")
        with transaction() as accounts:
            assert accounts.jobs.find(other.id) == other

    @pytest.mark.parametrize("status", sorted(TERMINAL))
    def test_a_subject_is_free_when_its_job_has_ended(
        self, transaction: Transaction[Accounts], command: object, status: Status
    ) -> None:
        subject = f"plant {new_id()}"
        for _ in range(2):
            job = a_job(transaction, subject=subject)
            with transaction() as accounts:
                assert accounts.jobs.move(job, evolve(job, status=status, finished_at=NOON))

        with transaction() as accounts:
            assert accounts.jobs.find(accounts.jobs.add(command, at=NOON, subject=subject))

    def test_of_many_who_put_one_subject_one_does(self, transaction: Transaction[Accounts]) -> None:
        subject = f"plant {new_id()}"

        def put() -> Job:
            return a_job(transaction, subject=subject)

        came = each_at_once([put] * 12)

        assert sum(isinstance(each, Job) for each in came) == 1
        assert [each.what for each in came if isinstance(each, Taken)] == ["subject"] * 11

    def test_who_puts_a_subject_second_waits_and_may_if_the_first_fails(
        self, transaction: Transaction[Accounts]
    ) -> None:
        first, second = (new_job(subject="the same plant") for _ in range(2))

        second_waits(
            transaction,
            lambda accounts: accounts.jobs.put(first),
            lambda accounts: accounts.jobs.put(second),
            fail=True,
        )

        with transaction() as accounts:
            assert accounts.jobs.find(first.id) is None
            assert accounts.jobs.find(second.id) == second

    def test_pages_are_newest_first_and_complete(self, transaction: Transaction[Accounts]) -> None:
        everything = [new_job() for _ in range(7)]
        with transaction() as accounts:
            for each in reversed(everything):
                accounts.jobs.put(each)

        with transaction() as accounts:
            first = accounts.jobs.page(Slice(3))
            second = accounts.jobs.page(Slice(3, str(first[-1].id)))
            third = accounts.jobs.page(Slice(3, str(second[-1].id)))
            beyond = accounts.jobs.page(Slice(3, str(third[-1].id)))

        assert [*first, *second, *third] == everything[::-1]
        assert (len(first), len(second), len(third), beyond) == (3, 3, 1, ())

    def test_a_page_may_be_of_one_status(self, transaction: Transaction[Accounts]) -> None:
        by_status = {status: [a_job(transaction, status=status) for _ in range(2)] for status in Status}

        with transaction() as accounts:
            for status, (older, newer) in by_status.items():
                assert accounts.jobs.page(Slice(9), status) == (newer, older)
                assert accounts.jobs.page(Slice(1), status) == (newer,)
                assert accounts.jobs.page(Slice(9, str(newer.id)), status) == (older,)

    def test_the_jobs_of_a_user_are_the_newest(self, transaction: Transaction[Accounts], user: User) -> None:
        mine = [new_job(owner=user.id) for _ in range(203)]
        with transaction() as accounts:
            for each in mine:
                accounts.jobs.put(each)
        a_job(transaction, owner=a_user(transaction).id)
        a_job(transaction)

        with transaction() as accounts:
            # Which is asked for, not in which order.
            assert sorted(accounts.jobs.of(user.id), key=lambda job: job.id) == mine[3:]

    def test_all_jobs_on_behalf_of_one_user_are_forgotten(self, transaction: Transaction[Accounts], user: User) -> None:
        mine = [a_job(transaction, owner=user.id), a_job(transaction, owner=user.id, status=Status.COMPLETED)]
        others = [a_job(transaction, owner=a_user(transaction).id), a_job(transaction)]

        with transaction() as accounts:
            accounts.jobs.remove_all(user.id)

        with transaction() as accounts:
            assert [accounts.jobs.find(each.id) for each in mine] == [None, None]
            assert [accounts.jobs.find(each.id) for each in others] == others

    def test_a_sweep_forgets_what_ended_and_not_too_much_of_it(self, transaction: Transaction[Accounts]) -> None:
        old = [a_job(transaction, status=status, finished_at=NOON - SECOND) for status in sorted(TERMINAL)]
        live = [
            *(a_job(transaction, status=status, created_at=NOON - DAY, due_at=NOON - DAY) for status in sorted(ACTIVE)),
            a_job(transaction, status=Status.COMPLETED, finished_at=NOON + SECOND, created_at=NOON - DAY),
        ]

        forgotten = []
        for _ in range(4):
            with transaction() as accounts:
                forgotten.append(accounts.jobs.sweep(NOON, 2))

        assert forgotten == [2, 2, 1, 0]
        with transaction() as accounts:
            assert [accounts.jobs.find(each.id) for each in old] == [None] * 5
            assert [accounts.jobs.find(each.id) for each in live] == live

    def test_a_failed_block_keeps_nothing(
        self, transaction: Transaction[Accounts], user: User, command: object
    ) -> None:
        job = a_job(transaction, owner=user.id, status=Status.COMPLETED, finished_at=NOON - HOUR)
        other = new_job(subject="nobody's plant")

        keeps_nothing(transaction, lambda accounts: accounts.jobs.put(other))
        keeps_nothing(transaction, lambda accounts: accounts.jobs.add(command, at=NOON, subject="nobody's plant"))
        keeps_nothing(transaction, lambda accounts: accounts.jobs.move(job, evolve(job, progress=7)))
        keeps_nothing(transaction, lambda accounts: accounts.jobs.remove_all(user.id))
        keeps_nothing(transaction, lambda accounts: accounts.jobs.sweep(NOON, 9))

        with transaction() as accounts:
            assert accounts.jobs.page(Slice()) == (job,)
            accounts.jobs.put(other)
