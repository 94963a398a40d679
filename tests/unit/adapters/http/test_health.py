"""What those who run us ask."""

from __future__ import annotations

import subprocess
import sys
import time
from threading import Event

import pytest

from hexflows.adapters.http import health
from hexflows.adapters.http.metrics import Metrics
from hexflows.core.rules.jobs import Status
from hexflows.core.rules.secrecy import Secret


def client_of(setup, **given):
    return setup.serve(lambda *_: health.routes(**{"checks": {}, **given}))


def test_who_answers_lives(setup):
    assert client_of(setup).simulate_get("/healthz").json == {"status": "alive"}


@pytest.mark.parametrize(
    ("checks", "status", "said"),
    [({"database": True, "broker": True}, 200, "ready"), ({"database": True, "broker": False}, 503, "unready")],
)
def test_who_can_work_is_ready(setup, checks, status, said):
    asked = {name: lambda it=it: it for name, it in checks.items()}
    answer = client_of(setup, checks=asked).simulate_get("/readyz")

    assert answer.status_code == status
    assert answer.json == {"status": said, "checks": {name: "ok" if it else "failed" for name, it in checks.items()}}


class TestChecks:
    def test_what_hangs_is_not_waited_for_and_not_asked_twice_at_once(self):
        asked, answers = [], Event()

        def hang():
            asked.append(1)
            return answers.wait(10)

        checks = health.Checks({"database": hang, "broker": lambda: True}, 0.05)
        began = time.monotonic()
        told = [checks(), checks()]
        took = time.monotonic() - began
        answers.set()

        assert told == [{"database": False, "broker": True}] * 2
        assert asked == [1]
        assert took < 5

    def test_what_has_answered_is_asked_again(self):
        answers = iter([False, True])
        checks = health.Checks({"database": lambda: next(answers)}, 10)

        assert [checks(), checks()] == [{"database": False}, {"database": True}]

    def test_what_is_slow_is_waited_for_side_by_side(self):
        answers = Event()
        checks = health.Checks({str(at): lambda: answers.wait(10) for at in range(50)}, 0.1)
        began = time.monotonic()
        told = checks()
        took = time.monotonic() - began
        answers.set()

        assert not any(told.values())
        assert took < 4

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_what_breaks_does_not_answer(self):
        assert health.Checks({"database": lambda: 1 / 0})() == {"database": False}


class TestMetrics:
    TOKEN = Secret("t" * 32)

    def test_without_a_token_there_are_none(self, setup):
        assert client_of(setup, metrics=Metrics()).simulate_get("/metrics").status_code == 404

    @pytest.mark.parametrize("given", [None, "Bearer ", "Bearer wrong", f"Basic {'t' * 32}", "Bearer é"])
    def test_only_who_has_the_token_reads_them(self, setup, given):
        client = client_of(setup, metrics=Metrics(), token=self.TOKEN)

        assert client.simulate_get("/metrics", headers={"Authorization": given} if given else {}).status_code == 401

    def test_they_tell_requests_and_jobs(self, setup):
        metrics = Metrics(jobs=lambda: {Status.QUEUED: 3, Status.ERROR: 1})
        metrics.observe("GET", "/auth/me", 200, 0.004)
        metrics.observe("GET", "/auth/me", 200, 0.004)
        metrics.observe("EVIL1", "(none)", 400, 0.004)
        metrics.observe("EVIL2", "(none)", 400, 0.004)
        client = client_of(setup, metrics=metrics, token=self.TOKEN)

        answer = client.simulate_get("/metrics", headers={"Authorization": f"Bearer {self.TOKEN.text}"})

        assert answer.headers["content-type"].startswith("text/plain")
        assert 'hexflows_http_requests_total{method="GET",path="/auth/me",status="200"} 2.0' in answer.text
        assert 'hexflows_http_requests_total{method="other",path="(none)",status="400"} 2.0' in answer.text
        assert 'hexflows_http_request_seconds_bucket{le="0.005",method="GET",path="/auth/me"} 2.0' in answer.text
        assert 'hexflows_jobs{status="queued"} 3.0' in answer.text

    def test_made_up_methods_take_no_room(self):
        metrics = Metrics()
        for at in range(100):
            metrics.observe(f"EVIL{at}", "(none)", 400, 0.1)

        assert metrics.told().count(b"hexflows_http_requests_total{") == 1

    def test_several_processes_are_told_as_one(self, tmp_path):
        work = (
            "import sys; from pathlib import Path; from hexflows.adapters.http.metrics import Metrics\n"
            "metrics = Metrics(folder=Path(sys.argv[1])); metrics.observe('GET', '/x', 200, 0.1)\n"
            "print(metrics.told().decode())"
        )
        env = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        told = [
            subprocess.run(
                [sys.executable, "-c", work, str(tmp_path)], env=env, capture_output=True, text=True, check=True
            ).stdout
            for _ in range(2)
        ]

        assert 'hexflows_http_requests_total{method="GET",path="/x",status="200"} 1.0' in told[0]
        assert 'hexflows_http_requests_total{method="GET",path="/x",status="200"} 2.0' in told[1]
