"""See jobs: a page of them, or one. Who may is told with all operators."""

from __future__ import annotations

import pytest

from hexflows.core.flows.jobs.list_jobs import ListJobs, ShowJob
from hexflows.core.rules.jobs import JobShown, Status
from hexflows.core.rules.pages import MOST, InvalidCursor, Page
from hexflows.entrypoints.testing.making import NOON, new_id
from hexflows.entrypoints.testing.stage import readable

from ..people import SUPPORT, refused
from ..work import put, put_at_work, put_done


def listed(stage, **part):
    return stage.flows.jobs.list_jobs(ListJobs(**part, asker=SUPPORT))


def shown(*jobs):
    return tuple(map(JobShown.of, jobs))


def test_there_are_no_jobs_on_an_empty_page(stage):
    assert listed(stage) == Page(())


def test_jobs_are_listed_newest_first(stage):
    first, second = put(stage), put_done(stage)

    assert listed(stage) == Page(shown(second, first))


def test_what_a_job_carries_is_not_shown(stage):
    job = put(stage, payload='{"to": "ann@example.com"}')

    assert "ann@example.com" not in readable(listed(stage).items)
    assert "ann@example.com" not in readable(stage.flows.jobs.show_job(ShowJob(job.id, SUPPORT)))


def test_the_list_goes_on_after_the_last_job_of_the_page_before(stage):
    oldest, *_, newest = jobs = [put(stage) for _ in range(5)]

    first = listed(stage, limit=3)
    second = listed(stage, limit=3, cursor=first.next)

    assert first.items + second.items == shown(*reversed(jobs))
    assert (first.items[0].id, second.items[-1].id, second.next) == (newest.id, oldest.id, None)


def test_jobs_of_one_status_are_listed_alone(stage):
    put(stage)
    done = [put_done(stage) for _ in range(3)]
    running = put_at_work(stage)

    first = listed(stage, status=Status.COMPLETED, limit=2)
    second = listed(stage, status=Status.COMPLETED, limit=2, cursor=first.next)

    assert first.items + second.items == shown(*reversed(done))
    assert listed(stage, status=Status.RUNNING) == Page(shown(running))
    assert listed(stage, status=Status.ERROR) == Page(())


@pytest.mark.parametrize("cursor", ["", "nonsense", "1"])
def test_a_cursor_that_we_did_not_give_is_refused(stage, cursor):
    with refused(stage, InvalidCursor):
        listed(stage, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, MOST + 1])
def test_a_page_is_neither_empty_nor_endless(limit):
    with pytest.raises(ValueError, match="limit"):
        ListJobs(limit=limit)


def test_a_job_is_shown_by_its_id(stage):
    owner = new_id()
    job = put_done(stage, owner=owner, subject="room")
    put(stage)

    answer = stage.flows.jobs.show_job(ShowJob(job.id, SUPPORT))

    assert answer == JobShown.of(job)
    assert (answer.status, answer.finished_at, answer.owner) == (Status.COMPLETED, NOON, owner)
