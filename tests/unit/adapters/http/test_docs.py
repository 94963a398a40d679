"""The page to read the API and try it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from hexflows.adapters.http import docs


@pytest.fixture
def client(setup):
    return setup.serve(lambda *_: docs.routes())


def test_the_page_and_all_it_needs_come_from_us(client):
    page = client.simulate_get("/docs")
    needed = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)

    assert page.headers["content-type"].startswith("text/html")
    assert "http" not in re.sub(r"http-equiv", "", page.text)
    for path in needed:
        if path != "/openapi.json":
            assert client.simulate_get(path).status_code == 200, path


def test_its_policy_lets_nothing_else_in(client):
    policy = client.simulate_get("/docs").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_there_is_no_script_in_the_page_itself(client):
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|style=", client.simulate_get("/docs").text)


def test_who_has_a_file_already_is_told_so(client):
    etag = client.simulate_get("/docs/swagger-ui.js").headers["etag"]

    assert client.simulate_get("/docs/swagger-ui.js", headers={"If-None-Match": etag}).status_code == 304


def test_the_package_that_brings_it_is_not_imported():
    check = "import sys; from hexflows.adapters.http import docs; docs.routes(); sys.exit('offapi' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_where_swagger_ui_is_missing_the_page_says_how_to_get_it(setup):
    answer = setup.serve(lambda *_: docs.routes("no_such_package")).simulate_get("/docs")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "pip install 'hexflows[docs-ui]'" in answer.text
    assert "/openapi.json" in answer.text


def test_a_single_module_brings_no_files():
    assert docs.folder_of("this") is None
