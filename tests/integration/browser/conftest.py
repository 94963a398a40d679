"""A real browser and a real server, for people's way through our pages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ..serving import serving
from .devtools import Browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium. Skips where there is none, but where HEXFLOWS_REQUIRE_BROWSER says that there must be."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None and not os.environ.get("HEXFLOWS_REQUIRE_BROWSER"):
        pytest.skip("There is no Chromium")
    assert chromium, "There is no Chromium, and HEXFLOWS_REQUIRE_BROWSER is set"
    browser = Browser(chromium, tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture
def tab(browser):
    """A page of somebody who was never here."""
    return browser.visit()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as served:
        served.url = f"http://127.0.0.1:{served.port}"
        served.mail = served.log.parent / "data" / "mail"
        yield served


@pytest.fixture
def picture(tab, tmp_path):
    """Keep a picture of the page; in the folder HEXFLOWS_TEST_PICTURES, if somebody wants to look at it."""
    folder = Path(os.environ.get("HEXFLOWS_TEST_PICTURES", tmp_path))

    def picture(name):
        file = folder / f"{name}.png"
        tab.picture(file)
        return file

    return picture
