from __future__ import annotations

import io
import json
import logging

import pytest

from hexflows.adapters.context import about, context
from hexflows.entrypoints.logs import Console, Json, configure
from hexflows.entrypoints.masking import LONGEST, mask
from hexflows.entrypoints.settings import settings_from

TOKEN = "AZq3hZ1OfWWgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def logger():
    logger = logging.Logger("hexflows.test")  # noqa: LOG001 - of its own, so that no other test writes to it
    logger.stream = io.StringIO()
    logger.addHandler(logging.StreamHandler(logger.stream))
    return logger


def lines(logger, formatter):
    logger.handlers[0].setFormatter(formatter)
    return lambda: logger.stream.getvalue().splitlines()


def test_every_line_says_what_work_it_is_about(logger):
    written = lines(logger, Json())

    with about(request="r1"):
        logger.info("outer")
        with about(job="j1"):
            logger.info("inner")
    logger.info("after")

    assert [(line.get("request"), line.get("job")) for line in map(json.loads, written())] == [
        ("r1", None),
        ("r1", "j1"),
        (None, None),
    ]
    assert context() == {}


def test_a_line_for_machines_has_all_that_was_added_to_it(logger):
    written = lines(logger, Json())

    logger.info("request", extra={"method": "GET", "status": 200})

    (line,) = map(json.loads, written())
    assert line["message"] == "request"
    assert (line["method"], line["status"], line["level"], line["logger"]) == ("GET", 200, "info", "hexflows.test")


def test_a_line_for_eyes_stays_one_line(logger):
    written = lines(logger, Console())

    logger.warning("agent %s", "curl\r\n00:00:00 error   forged", extra={"status": 200})

    (line,) = written()
    assert line.endswith("warning agent curl\\r\\n00:00:00 error   forged status=200")


def test_a_line_for_eyes_does_nothing_to_the_terminal(logger):
    written = lines(logger, Console())

    logger.warning("GET /%s", "\x1b[2J\x00\x9b\u202e", extra={"address": "\x1b[1m"})

    (line,) = written()
    assert line.endswith(r"GET /\x1b[2J\x00\x9b\u202e address=\x1b[1m")


@pytest.mark.parametrize("formatter", [Json(), Console()])
@pytest.mark.parametrize(
    "said",
    [
        "body {'password': 'hunter2', 'a': 1}",
        'body {"new_password": "hunter2"}',
        "form password=hunter2&next=/",
        "Authorization: Bearer hunter2",
        "Cookie: __Host-session=hunter2; other=hunter2",
        "Set-Cookie: session=hunter2; HttpOnly",
        "redis://:hunter2@localhost/0",
        "postgresql://me:hunter2@localhost/0",
        "refresh_token: hunter2",
        "Bearer hunter2hunter2",
        "HEXFLOWS_SECRET=hunter2",
    ],
)
def test_secrets_are_masked_by_their_names(logger, formatter, said):
    written = lines(logger, formatter)

    logger.error(said)

    assert "hunter2" not in "".join(written())
    assert "***" in "".join(written())


@pytest.mark.parametrize("formatter", [Json(), Console()])
def test_secrets_are_masked_by_their_shapes_wherever_they_stand(logger, formatter):
    written = lines(logger, formatter)

    try:
        raise ValueError(f"cannot read {TOKEN}")  # noqa: TRY301 - to be logged with its traceback
    except ValueError:
        logger.exception("GET /verify/%s", TOKEN, extra={"path": f"/v/{TOKEN}", "jwt": "eyJhbGciOi.eyJzdWIi.c2lnbmF0"})

    text = "".join(written())
    assert TOKEN not in text
    assert "eyJhbGciOi" not in text
    assert "ValueError" in text


def test_what_is_added_under_the_name_of_a_secret_is_masked(logger):
    written = lines(logger, Json())

    logger.info("x", extra={"password": "hunter2", "headers": {"cookie": "hunter2", "accept": "*/*"}})

    (line,) = map(json.loads, written())
    assert line["password"] == "***"
    assert line["headers"] == {"cookie": "***", "accept": "*/*"}


@pytest.fixture
def root():
    """Give the root logger back as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logging.captureWarnings(capture=False)
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_settings_choose_format_and_level(root):
    stream = io.StringIO()

    configure(settings_from({"HEXFLOWS_LOG_FORMAT": "json", "HEXFLOWS_LOG_LEVEL": "warning"}), stream)
    logging.getLogger("some.library").info("not said")
    logging.getLogger("some.library").warning("said")

    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["said"]


@pytest.mark.parametrize(
    "text", ["secret-" * 90_000, "a-" * 300_000, "secret" + " " * 300_000 + "=", "secret='" * 90_000, "t://" * 90_000]
)
def test_a_text_made_to_take_long_is_looked_at_as_quickly_as_any(text):
    # One that takes long is ended by the time that every test has.
    assert len(mask(text)) <= LONGEST + len(text)
