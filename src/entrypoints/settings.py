"""What an operator decides, read from `HEXFLOWS_*` variables: everything that is wrong at once, by name."""

# `_setting` makes a field, which is what the rule would see in attrs' own words.
# ruff: noqa: RUF009

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs
from attrs import field, frozen

from ..core.rules.accounts.passwords import PasswordRule
from ..core.rules.accounts.policy import Disclosure, Verification
from ..core.rules.limits import DEFAULT, Limit, parse
from ..core.rules.refusals import Malformed, Problem, Unfit
from ..core.rules.secrecy import Secret
from . import reading as read

PREFIX: Final = "HEXFLOWS_"

#: Variables of ours that are no settings: what tests and browsers are told.
OTHERS: Final = (f"{PREFIX}TEST_", f"{PREFIX}REQUIRE_")


class Misconfigured(Malformed):
    """Some settings cannot be used; each problem is named by its variable."""

    code = "MISCONFIGURED"


class Delivery(StrEnum):
    """When the message about a job is sent: by the relay once its row is kept, or inside the transaction."""

    OUTBOX = "outbox"
    DIRECT = "direct"


class Synchronous(StrEnum):
    """Whether SQLite waits for the disk at each commit. NORMAL may lose what was acknowledged at a power cut."""

    FULL = "FULL"
    NORMAL = "NORMAL"


class LogFormat(StrEnum):
    """For eyes or for machines."""

    CONSOLE = "console"
    JSON = "json"


Network: TypeAlias = IPv4Network | IPv6Network


def _setting(reader: read.FromText, default: Any, says: str, *, masked: bool = False) -> Any:
    meta = {"reader": reader, "says": says, "masked": masked}
    if callable(default):
        return field(factory=default, metadata=meta, repr=not masked)
    return field(default=default, metadata=meta, repr=not masked)


@frozen(kw_only=True)
class Settings:
    """All settings at once. Where None is a value, it means: not configured, use what is embedded."""

    data: Path = _setting(read.path, Path("hexflows-data"), "Folder of everything the embedded default keeps")
    database_url: str | None = _setting(read.database, None, "PostgreSQL; else SQLite in the data folder", masked=True)
    redis_url: str | None = _setting(read.url("redis", "rediss", "unix"), None, "Limits, leases, broker", masked=True)
    broker_url: str | None = _setting(
        read.url("redis", "rediss", "amqp", "amqps", "sqs"),
        None,
        "Broker of jobs; else Redis if there is one, else in the worker's own process",
        masked=True,
    )
    mail_url: str | None = _setting(
        read.url("smtp", "smtps", "file"), None, "SMTP; else .eml files in the data folder", masked=True
    )
    public_url: str = _setting(read.origin, "", "Where clients reach us, without a path")
    app_url: str = _setting(read.address, "", "Where mailed links lead; the public URL unless set")
    support_email: str | None = _setting(read.text, None, "Whom people may write to, shown in mails and on pages")
    secret: tuple[Secret, ...] = _setting(
        read.secrets, (), "Signing secrets of 32 bytes or more, newest first, with commas between", masked=True
    )
    trusted_proxies: tuple[Network, ...] = _setting(read.networks, (), "Proxies whose X-Forwarded-For is believed")
    verification: Verification = _setting(read.one_of(Verification), Verification.LOGIN, "login or off")
    disclosure: Disclosure = _setting(read.one_of(Disclosure), Disclosure.DISCLOSE, "disclose or opaque")
    delivery: Delivery = _setting(read.one_of(Delivery), Delivery.OUTBOX, "outbox or direct")
    limits: Mapping[str, Limit] = _setting(parse, lambda: DEFAULT, "Such as signup=10/hour,login=20/minute, or off")
    password: PasswordRule = _setting(read.one_of(PasswordRule), PasswordRule.COMPOSED, "composed or modern")
    bcrypt_cost: int = _setting(read.whole(4, 31), 12, "Rounds of password hashing, as a power of two")
    sqlite_synchronous: Synchronous = _setting(read.one_of(Synchronous), Synchronous.FULL, "FULL or NORMAL")
    host: str = _setting(read.text, "127.0.0.1", "Address to listen at")
    port: int = _setting(read.whole(0, 65535), 8000, "Port to listen at; 0 takes a free one")
    threads: int = _setting(read.whole(1, 4096), 256, "Requests at once in a web process")
    processes: int | None = _setting(read.whole(1, 256), None, "Web processes; 1 on SQLite, else one a core up to 4")
    workers: int = _setting(read.whole(1, 512), 8, "Jobs at once in a worker process")
    grace: int = _setting(read.whole(0, 3600), 30, "Seconds that running requests and jobs get at the end")
    log_format: LogFormat = _setting(read.one_of(LogFormat), LogFormat.CONSOLE, "console or json")
    log_level: str = _setting(read.level, "info", "debug, info, warning or error")
    sentry_dsn: str | None = _setting(read.url("http", "https"), None, "Where errors are reported", masked=True)
    metrics_token: Secret | None = _setting(read.secret, None, "Who may read /metrics", masked=True)
    #: Where each value comes from: ``default``, ``environment`` or ``command line``.
    sources: Mapping[str, str] = field(factory=dict, repr=False, eq=False)

    @property
    def embedded(self) -> bool:
        """Whether everything is kept in the data folder."""
        return self.database_url is None or self.database_url.startswith("sqlite")

    @property
    def database(self) -> str:
        """The database in the words of SQLAlchemy."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'hexflows.sqlite3'}"

    @property
    def broker(self) -> str | None:
        """The broker's URL; None for the one inside of the worker process."""
        return self.broker_url or self.redis_url

    @property
    def public(self) -> str:
        """Where clients reach us, without a slash at the end."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - it is compared, not bound
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def app(self) -> str:
        """Where mailed links lead, without a slash at the end."""
        return self.app_url or self.public

    @property
    def web_processes(self) -> int:
        """How many processes answer requests. SQLite has one writer, so that more of them would only wait."""
        return self.processes or (1 if self.embedded else min(os.cpu_count() or 1, 4))


def settings_from(environ: Mapping[str, str], **given: object) -> Settings:
    """
    Return the settings that *environ* holds; those *given* by name win, unless they are None.

    Raises:
        Misconfigured: with everything that is wrong.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    problems: list[Problem] = []
    for each in fields():
        source, raw = _raw(each.name, environ, given)
        sources[each.name] = source
        if raw is None:
            continue
        try:
            values[each.name] = each.metadata["reader"](str(raw))
        except (ValueError, Unfit) as error:
            problems.append(Problem(variable(each.name), str(error)))
    if problems:
        raise Misconfigured(tuple(problems))
    settings = Settings(**values, sources=sources)
    if conflicts := tuple(_conflicts(settings)):
        raise Misconfigured(conflicts)
    return settings


def variable(name: str) -> str:
    """Return the variable that the setting is read from."""
    return PREFIX + name.upper()


def unknown(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that look like settings of ours and are none: a slip, or of another release."""
    known = {variable(each.name) for each in fields()}
    ours = (name for name in environ if name.startswith(PREFIX) and not name.startswith(OTHERS))
    return tuple(sorted(name for name in ours if name not in known))


def fields() -> Iterator[attrs.Attribute[Any]]:
    """Yield what can be set."""
    return (each for each in attrs.fields(Settings) if "reader" in each.metadata)


def _raw(name: str, environ: Mapping[str, str], given: Mapping[str, object]) -> tuple[str, object]:
    if given.get(name) is not None:
        return "command line", given[name]
    # An empty variable is how many tools say that there is none.
    if text := environ.get(variable(name), "").strip():
        return "environment", text
    return "default", None


def _conflicts(settings: Settings) -> Iterator[Problem]:
    """Yield what is wrong with settings that are each fine by themselves."""
    if not settings.embedded and not settings.secret:
        yield Problem(variable("secret"), "is needed with a database that others share; 32 random bytes or more")
    if settings.delivery is Delivery.DIRECT and settings.broker is None:
        yield Problem(variable("delivery"), "direct needs a broker outside of the worker: set HEXFLOWS_BROKER_URL")
    for name in ("database_url", "redis_url", "broker_url"):
        url = getattr(settings, name)
        if url and (wish := read.missing(url)):
            yield Problem(variable(name), wish)
