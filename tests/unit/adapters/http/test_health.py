"""What those who run us ask, and the page to read the API."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from hexflows.adapters.http import docs, health
from hexflows.adapters.http.metrics import Metrics
from hexflows.core.rules.secrecy import Secret


def client_of(setup, **given):
    return setup.serve(lambda *_: health.routes(**{"checks": dict, **given}))


def test_who_answers_lives(setup):
    assert client_of(setup).simulate_get("/healthz").json == {"status": "alive"}


@pytest.mark.parametrize(
    ("checks", "status", "said"),
    [({"database": True, "broker": True}, 200, "ready"), ({"database": True, "broker": False}, 503, "unready")],
)
def test_who_can_work_is_ready(setup, checks, status, said):
    answer = client_of(setup, checks=lambda: checks).simulate_get("/readyz")

    assert answer.status_code == status
    assert answer.json == {"status": said, "checks": {name: "ok" if it else "failed" for name, it in checks.items()}}


class TestMetrics:
    TOKEN = Secret("t" * 32)

    def test_without_a_token_there_are_none(self, setup):
        assert client_of(setup, metrics=Metrics()).simulate_get("/metrics").status_code == 404

    @pytest.mark.parametrize("given", [None, "Bearer ", "Bearer wrong", f"Basic {'t' * 32}", "Bearer é"])
    def test_only_who_has_the_token_reads_them(self, setup, given):
        client = client_of(setup, metrics=Metrics(), token=self.TOKEN)

        assert client.simulate_get("/metrics", headers={"Authorization": given} if given else {}).status_code == 401

    def test_they_tell_requests_and_jobs(self, setup):
        metrics = Metrics(jobs=lambda: {"queued": 3, "error": 1})
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


class TestDocs:
    @pytest.fixture
    def client(self, setup):
        return setup.serve(lambda *_: docs.routes())

    def test_the_page_and_all_it_needs_come_from_us(self, client):
        page = client.simulate_get("/docs")
        needed = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)

        assert page.headers["content-type"].startswith("text/html")
        assert "http" not in re.sub(r"http-equiv", "", page.text)
        for path in needed:
            if path != "/openapi.json":
                assert client.simulate_get(path).status_code == 200, path

    def test_its_policy_lets_nothing_else_in(self, client):
        policy = client.simulate_get("/docs").headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy

    def test_there_is_no_script_in_the_page_itself(self, client):
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|style=", client.simulate_get("/docs").text)

    def test_who_has_a_file_already_is_told_so(self, client):
        etag = client.simulate_get("/docs/swagger-ui.js").headers["etag"]

        assert client.simulate_get("/docs/swagger-ui.js", headers={"If-None-Match": etag}).status_code == 304

    def test_the_package_that_brings_it_is_not_imported(self):
        check = "import sys; from hexflows.adapters.http import docs; docs.routes(); sys.exit('offapi' in sys.modules)"

        assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
