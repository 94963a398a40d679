"""What every adapter of `Jobs` promises to those who work: to whom jobs are given, and how they are moved."""

from __future__ import annotations

from attrs import evolve

from ....core.rules.jobs import ACTIVE, FLIGHT, LEASE, TERMINAL, Job, Status
from ....ports.accounts import Accounts
from ....ports.flow import Transaction
from ..making import HOUR, NOON, SECOND, new_job
from ..threads import at_once
from .storage import StorageContract, keeps_nothing


class JobsAtWork(StorageContract):
    def test_a_job_is_moved_from_the_state_it_has_only(self, transaction: Transaction[Accounts]) -> None:
        queued = a_job(transaction)
        running = queued.claim(NOON)
        with transaction() as accounts:
            assert accounts.jobs.move(queued, running)

        with transaction() as accounts:
            assert not accounts.jobs.move(queued, running)
            assert not accounts.jobs.move(evolve(running, attempt=2), running.complete("{}", NOON))
            assert not accounts.jobs.move(evolve(queued, attempt=1), running.complete("{}", NOON))
            assert accounts.jobs.find(queued.id) == running

    def test_only_status_and_attempt_are_compared(self, transaction: Transaction[Accounts]) -> None:
        job = a_job(transaction)

        with transaction() as accounts:
            assert accounts.jobs.move(evolve(job, progress=50, due_at=NOON + HOUR), job.send(NOON))

        with transaction() as accounts:
            assert accounts.jobs.find(job.id) == job.send(NOON)

    def test_of_many_who_move_it_from_one_state_one_does(self, transaction: Transaction[Accounts]) -> None:
        job = a_job(transaction)

        def claim() -> bool:
            with transaction() as accounts:
                return accounts.jobs.move(job, job.claim(NOON))

        assert at_once(16, claim).count(True) == 1

    def test_due_are_queued_jobs_whose_time_has_come_longest_due_first(
        self, transaction: Transaction[Accounts]
    ) -> None:
        late, later, now = (a_job(transaction, due_at=NOON - each * SECOND) for each in (3, 1, 0))
        latest = a_job(transaction, due_at=NOON - HOUR)
        a_job(transaction, due_at=NOON + SECOND)
        for status in sorted(ACTIVE | TERMINAL):
            if status != latest.status:
                a_job(transaction, status=status, due_at=NOON - HOUR)

        with transaction() as accounts:
            assert accounts.jobs.due(NOON, 9) == (latest, late, later, now)
        with transaction() as accounts:
            assert accounts.jobs.due(NOON, 2) == (latest, late)
        with transaction() as accounts:
            assert accounts.jobs.due(NOON - 2 * HOUR, 9) == ()

    def test_a_job_with_a_message_on_its_way_is_not_due(self, transaction: Transaction[Accounts]) -> None:
        job = a_job(transaction)
        with transaction() as accounts:
            assert accounts.jobs.in_flight(NOON) == 0
            (due,) = accounts.jobs.due(NOON, 9)
            assert accounts.jobs.move(due, due.send(NOON))

        for at, expected, flying in (
            (NOON, (), 1),
            (NOON + FLIGHT - SECOND, (), 1),
            (NOON + FLIGHT + SECOND, (job.send(NOON),), 0),
        ):
            with transaction() as accounts:
                assert accounts.jobs.due(at, 9) == expected
                assert accounts.jobs.in_flight(at) == flying

    def test_only_queued_jobs_are_in_flight(self, transaction: Transaction[Accounts]) -> None:
        for status in sorted(ACTIVE | TERMINAL):
            a_job(transaction, status=status, sent_until=NOON + HOUR)
        a_job(transaction, sent_until=NOON + SECOND)

        with transaction() as accounts:
            assert accounts.jobs.in_flight(NOON) == 2

    def test_jobs_are_counted_by_status(self, transaction: Transaction[Accounts]) -> None:
        for status in (Status.QUEUED, Status.QUEUED, Status.FAILED):
            a_job(transaction, status=status)

        with transaction() as accounts:
            assert accounts.jobs.tally() == {Status.QUEUED: 2, Status.FAILED: 1}

    def test_lapsed_are_jobs_at_work_whose_lease_is_over(self, transaction: Transaction[Accounts]) -> None:
        jobs = [a_job(transaction, status=status, lease_until=NOON + LEASE) for status in sorted(ACTIVE | TERMINAL)]
        a_job(transaction, status=Status.RUNNING, lease_until=NOON + 2 * LEASE)
        at_work = {job.id for job in jobs if job.status in ACTIVE and job.status is not Status.QUEUED}

        with transaction() as accounts:
            assert accounts.jobs.lapsed(NOON, 9) == ()
        with transaction() as accounts:
            assert accounts.jobs.lapsed(NOON + LEASE - SECOND, 9) == ()
        with transaction() as accounts:
            assert {job.id for job in accounts.jobs.lapsed(NOON + LEASE + SECOND, 9)} == at_work
        with transaction() as accounts:
            assert len(accounts.jobs.lapsed(NOON + LEASE + SECOND, 1)) == 1

    def test_no_two_relays_get_the_same_job(self, transaction: Transaction[Accounts]) -> None:
        jobs = [a_job(transaction) for _ in range(40)]

        def relay() -> list[Job]:
            mine: list[Job] = []
            # Some get nothing while others hold what is left, so they ask until all is sent.
            while True:
                with transaction() as accounts:
                    due = accounts.jobs.due(NOON, 3)
                    for job in due:
                        assert accounts.jobs.move(job, job.send(NOON)), "a job that was held has moved"
                    if not due and accounts.jobs.in_flight(NOON) == len(jobs):
                        return mine
                    mine.extend(due)

        sent = [job.id for some in at_once(6, relay) for job in some]

        assert sorted(sent) == [job.id for job in jobs]

    def test_no_two_relays_get_back_the_same_job(self, transaction: Transaction[Accounts]) -> None:
        jobs = [a_job(transaction, status=Status.RUNNING, attempt=1, lease_until=NOON - SECOND) for _ in range(20)]

        def reclaim() -> list[Job]:
            mine: list[Job] = []
            while True:
                with transaction() as accounts:
                    lapsed = accounts.jobs.lapsed(NOON, 3)
                    for job in lapsed:
                        assert accounts.jobs.move(job, job.try_again("LOST", "", NOON, 0)), "a held job has moved"
                    if not lapsed and all(job.lease_until is None for job in map(accounts.jobs.find, ids) if job):
                        return mine
                    mine.extend(lapsed)

        ids = [job.id for job in jobs]

        assert sorted(job.id for some in at_once(4, reclaim) for job in some) == ids

    def test_what_a_failed_relay_held_is_due_for_another(self, transaction: Transaction[Accounts]) -> None:
        job = a_job(transaction)

        keeps_nothing(
            transaction,
            lambda accounts: [accounts.jobs.move(each, each.send(NOON)) for each in accounts.jobs.due(NOON, 9)],
        )

        with transaction() as accounts:
            assert accounts.jobs.due(NOON, 9) == (job,)


def a_job(transaction: Transaction[Accounts], **changes: object) -> Job:
    """Return a job that is there now."""
    job = new_job(**changes)
    with transaction() as accounts:
        accounts.jobs.put(job)
    return job
