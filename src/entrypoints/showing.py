"""Settings as operators see them: with their sources, and with nothing that would let somebody in."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from attrs import frozen

from .settings import Settings, fields, variable


@frozen
class SettingShown:
    """One setting as operators see it."""

    name: str
    value: str
    source: str
    says: str


def shown(settings: Settings) -> tuple[SettingShown, ...]:
    """Return all settings, secrets masked."""
    return tuple(
        SettingShown(
            variable(each.name),
            _told(getattr(settings, each.name), masked=each.metadata["masked"]),
            settings.sources.get(each.name, "default"),
            each.metadata["says"],
        )
        for each in fields()
    )


def _told(value: object, *, masked: bool) -> str:
    match value:
        case None | () | "":
            return ""
        case str() if masked:
            return _without_password(value)
        case _ if masked:
            return "***"
        case Mapping():
            return ",".join(f"{name}={limit}" for name, limit in value.items()) or "off"
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)


def _without_password(url: str) -> str:
    """Return *url* with all masked that may let somebody in: what stands before the host, and the query."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"***@{place}" if "@" in parts.netloc else place
    return parts._replace(netloc=netloc, query="***" if parts.query else "").geturl()
