"""How this program logs: one line for each event on standard error, for eyes or for machines, never a secret."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from ..adapters.context import context
from .masking import mask, masked
from .settings import LogFormat, Settings

#: What every record has; anything else on it was added by whoever logged.
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Log as the settings say, in place of whatever was configured before; report errors where they say."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if settings.log_format is LogFormat.JSON else Console())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # Libraries say at INFO what only somebody who looks for a fault wants to know.
    quiet = logging.WARNING if settings.log_level != "debug" else logging.NOTSET
    for name in ("alembic", "dramatiq", "sqlalchemy"):
        logging.getLogger(name).setLevel(quiet)
    if settings.sentry_dsn:
        from .errors import report_to

        report_to(settings.sentry_dsn)


def known(record: logging.LogRecord) -> dict[str, Any]:
    """Return what is known beside the message: of the work at hand, and whatever the line itself adds."""
    added = {name: value for name, value in vars(record).items() if name not in _OWN}
    return {**context(), **added}


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
            **masked(known(record)),
        }
        if record.exc_info:
            line["exception"] = mask(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class Console(logging.Formatter):
    """A line for eyes; what is known beside the message stands after it."""

    def format(self, record: logging.LogRecord) -> str:
        message = mask(record.getMessage())
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        beside = "".join(f" {name}={value}" for name, value in masked(known(record)).items())
        line = f"{time} {record.levelname.lower():<7} {_visible(message + beside)}"
        return f"{line}\n{mask(self.formatException(record.exc_info))}" if record.exc_info else line


def _visible(text: str) -> str:
    """Return *text*, which may come from outside, as one line that neither ends early nor moves the cursor."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
