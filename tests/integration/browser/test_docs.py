"""The page to read the API and try it, in a real browser."""

from __future__ import annotations

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_it_shows_every_operation_and_asks_nobody_else(served, tab, picture):
    tab.go(f"{served.url}/docs")
    shown = tab.wait_for("document.querySelectorAll('.opblock').length")
    picture("docs")

    assert shown == sum(map(len, json.loads(served.ask("GET", "/openapi.json")[1])["paths"].values()))
    assert {url.removeprefix(served.url)[:1] for url in tab.asked if not url.startswith("data:")} == {"/"}
    assert tab.complaints == []


def test_an_operation_can_be_tried(served, tab):
    csrf = "#operations-auth-get_auth_csrf"
    tab.go(f"{served.url}/docs")
    for button in (".opblock-summary-control", ".try-out__btn", ".btn.execute"):
        tab.press(f"{csrf} {button}", leads_on=False)

    tab.wait_for(f"document.querySelector('{csrf} .live-responses-table tbody .response-col_status') !== null")
    assert tab.statuses[f"{served.url}/auth/csrf"] == 200
    assert tab.complaints == []
