from __future__ import annotations

import json


def test_jobs_are_listed_shown_and_run(run, stage):
    run.create("ann@example.com", "--unverified")

    (queued,) = run.told("jobs", "list")["items"]
    assert (queued["name"], queued["status"]) == ("accounts.send_verification_mail", "queued")
    assert run.told("jobs", "run") == {"ran": 1, "completed": 1}
    assert run.told("jobs", "show", queued["id"])["status"] == "completed"
    assert len(stage.mailer.sent) == 1


def test_only_jobs_of_one_status_are_listed_on_request(run):
    run.create("ann@example.com", "--unverified")
    run("jobs", "run")
    run.create("bob@example.com", "--unverified")

    assert [job["status"] for job in run.told("jobs", "list", "--status", "queued")["items"]] == ["queued"]
    assert run("jobs", "list", "--status", "sleeping").exit_code == 2


def test_jobs_are_listed_in_pages_newest_first(run):
    for number in range(5):
        run.create(f"u{number}@example.com", "--unverified")

    first = run.told("jobs", "list", "--limit", "2")
    rest = run.told("jobs", "list", "--cursor", first["next"], "--all")

    ids = [job["id"] for job in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5


def test_a_job_that_has_ended_is_done_again_as_a_new_one(run, stage):
    run.create("ann@example.com", "--unverified")
    (job,) = run.told("jobs", "list")["items"]

    early = run("jobs", "retry", job["id"])
    assert early.exit_code == 14

    run("jobs", "run")
    again = run.told("jobs", "retry", job["id"])
    run("jobs", "run")
    assert again["retry_of"] == job["id"]
    assert run.told("jobs", "show", again["id"])["status"] == "completed"


def test_a_job_that_waits_is_cancelled(run, stage):
    run.create("ann@example.com", "--unverified")
    (job,) = run.told("jobs", "list")["items"]

    assert run.told("jobs", "cancel", job["id"])["status"] == "cancelled"
    assert run.told("jobs", "run") == {"ran": 0, "completed": 0}
    assert not stage.mailer.sent


def test_a_job_that_is_not_there_is_told_so(run):
    result = run("jobs", "show", "00000000-0000-7000-8000-000000000000", "--json")

    assert result.exit_code == 13
    assert json.loads(result.stdout)["code"] == "NOT_FOUND"


def test_people_get_a_line_a_job(run):
    run.create("ann@example.com", "--unverified")

    assert "accounts.send_verification_mail" in run("jobs", "list").stdout
    assert run("jobs", "run").stdout == "1 tried, 1 completed\n"
