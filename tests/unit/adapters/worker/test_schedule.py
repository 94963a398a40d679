from __future__ import annotations

from hexflows.adapters.worker.schedule import TURN, Entry, Schedule
from hexflows.core.rules.refusals import Unavailable


def schedule_of(clock, do, *, leads=lambda: True, cron="*/10 * * * *"):
    return Schedule((Entry("sweep", cron, do),), clock, leads)


def test_what_is_due_is_done_once_at_its_time(clock):
    done = []
    schedule = schedule_of(clock, lambda: done.append(clock().minute))

    for _ in range(30):
        schedule.turn()
        clock.pass_(minutes=1)

    assert done == [10, 20]


def test_the_next_look_is_at_the_next_time_or_soon(clock):
    schedule = schedule_of(clock, lambda: None)

    assert schedule.turn() == TURN
    clock.pass_(minutes=9, seconds=58)
    assert schedule.turn() == 2


def test_who_does_not_lead_does_nothing_and_makes_nothing_up_for(clock):
    done, leads = [], []
    schedule = schedule_of(clock, lambda: done.append(clock().minute), leads=lambda: bool(leads))

    schedule.turn()
    clock.pass_(minutes=15)
    schedule.turn()
    leads.append(True)
    schedule.turn()
    assert done == []

    clock.pass_(minutes=5)
    schedule.turn()
    assert done == [20]


def test_a_refusal_waits_until_next_time(clock):
    tried = []

    def do():
        tried.append(clock().minute)
        raise Unavailable

    schedule = schedule_of(clock, do)
    for _ in range(21):
        schedule.turn()
        clock.pass_(minutes=1)

    assert tried == [10, 20]
