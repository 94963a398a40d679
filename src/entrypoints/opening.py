"""Open the parts that the settings name: a database, a mailer, keys. All of it is closed at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import evolve, frozen

from ..adapters.bcrypt.hasher import BcryptHasher
from ..adapters.jwt.tokens import JwtAccessTokens
from ..adapters.keyring import HmacKeyring
from ..adapters.letters import Letterhead
from ..adapters.memory.leases import MemoryLeases
from ..adapters.memory.limits import MemoryLimits
from ..adapters.memory.storage import MemoryStorage
from ..adapters.memory.views import MemoryView
from ..adapters.sql.connections import Connection
from ..adapters.sql.leases import SqlLeases
from ..adapters.sql.limits import SqlLimits
from ..adapters.sql.storage import SqlStorage
from ..adapters.sql.views import SqlView
from ..adapters.system import draws, new_id, new_secret, utc_now
from ..adapters.wire.codec import Codec, fingerprints, reading
from ..adapters.wire.commands import Reader
from ..adapters.worker.heartbeat import Heartbeat
from ..core.rules.accounts.passwords import PasswordPolicy, PasswordRule, composed, modern
from ..core.rules.accounts.policy import AccountsPolicy
from ..core.rules.jobs import Job
from ..ports.accounts import Accounts
from ..ports.flow import Glance, Snapshot, Transaction
from ..ports.jobs import SendHint
from ..ports.leases import Leases
from ..ports.limits import Limits
from ..ports.mail import Mailer
from .catalog import entries
from .performing import Performer
from .secret import data_folder, signing_secrets
from .settings import Delivery, Settings
from .storage import migrate, open_database
from .wiring import Parts

log = logging.getLogger(__name__)

#: Who issues access tokens and whom they are for: one name, so that all processes of an installation read them.
ISSUER = "hexflows"


@frozen
class Books:
    """A storage, seen as what the flows need of it."""

    transaction: Transaction[Accounts]
    snapshot: Snapshot[Accounts]
    glance: Glance[Accounts]
    limits: Limits
    leases: Leases


@contextmanager
def open_parts(settings: Settings) -> Iterator[Parts]:
    """
    Open what the flows are played by; the embedded database is brought to this release first.

    Raises:
        Misconfigured: the data folder cannot be used.
        MissingExtra: a library is not installed that the settings call for.
    """
    if settings.embedded:
        data_folder(settings)
        migrate(settings)
    keyring = HmacKeyring.of(signing_secrets(settings))
    codec = Codec(entries(), keyring)
    hint = hint_of(settings)
    with open_database(settings) as database:
        books = _in_sql(database, codec, hint if settings.delivery is Delivery.DIRECT else None)
        if settings.redis_url:
            books = _with_redis(books, settings.redis_url)
        yield parts_of(settings, books, keyring, codec, hint)


@contextmanager
def open_in_memory(settings: Settings) -> Iterator[Parts]:
    """Open what the flows are played by, with everything in memory but the mails: one process, gone with it."""
    keyring = HmacKeyring.of(signing_secrets(settings))
    codec = Codec(entries(), keyring)
    storage = MemoryStorage()

    books = Books(
        storage.transaction(lambda draft: MemoryView(draft, codec, new_id)),
        storage.snapshot(lambda draft: MemoryView(draft, codec, new_id)),
        storage.snapshot(lambda draft: MemoryView(draft, codec, new_id)),
        MemoryLimits(),
        MemoryLeases(),
    )
    yield parts_of(settings, books, keyring, codec, hint_of(settings))


def parts_of(settings: Settings, books: Books, keyring: HmacKeyring, codec: Codec, hint: SendHint) -> Parts:
    """Return the parts on a storage that is open."""
    policy = AccountsPolicy(
        verification=settings.verification,
        disclosure=settings.disclosure,
        password=password_policy(settings),
        limits=settings.limits,
        app_url=settings.app,
    )
    return Parts(
        accounts=books.transaction,
        accounts_snapshot=books.snapshot,
        accounts_glance=books.glance,
        queue=books.transaction,
        queue_snapshot=books.snapshot,
        limits=books.limits,
        leases=books.leases,
        hasher=BcryptHasher(settings.bcrypt_cost),
        keyring=keyring,
        tokens=JwtAccessTokens(keyring.keys("access"), ISSUER, ISSUER),
        mailer=mailer_of(settings),
        fingerprint=fingerprints(keyring.mac),
        read_command=reading(entries(), Reader(policy=policy.password)),
        performer=Performer(codec),
        keep_alive=Heartbeat(books.transaction, utc_now),
        send_hint=hint,
        clock=utc_now,
        new_id=new_id,
        new_secret=new_secret,
        draws=draws,
        policy=policy,
    )


def password_policy(settings: Settings) -> PasswordPolicy:
    """Return the rule that new passwords are held to."""
    if settings.password is PasswordRule.COMPOSED:
        return composed
    from ..adapters.zxcvbn.strength import strength

    return modern(strength)


def mailer_of(settings: Settings) -> Mailer:
    """Return who carries letters: an SMTP server, or a folder that they are laid into."""
    letterhead = Letterhead.of(settings.app, settings.support_email)
    url = settings.mail_url
    if url is None or url.startswith("file:"):
        from pathlib import Path

        from ..adapters.filesystem.mail import EmlMailer

        folder = Path(url.removeprefix("file://")) if url else settings.data / "mail"
        return EmlMailer(folder, letterhead, utc_now, log.info)
    from ..adapters.smtp.mail import SmtpMailer

    return SmtpMailer.of(url, letterhead, utc_now)


def hint_of(settings: Settings) -> SendHint:
    """Return what tells workers of a job; nothing does where the only worker is this process or has its own relay."""
    if settings.broker is None:
        return _unheard
    from ..adapters.worker.actors import Hints
    from ..adapters.worker.brokers import connect

    return Hints(connect(settings.broker), utc_now)


def _unheard(_: Job) -> None:
    """Tell nobody: who does the jobs looks for them."""


def _in_sql(database: SqlStorage, codec: Codec, on_add: Callable[[Job], None] | None) -> Books:
    def view(connection: Connection) -> SqlView:
        return SqlView(connection, codec, new_id, on_add)

    plain = database.transaction(_itself)
    return Books(
        database.transaction(view), database.snapshot(view), database.glance(view), SqlLimits(plain), SqlLeases(plain)
    )


def _with_redis(books: Books, url: str) -> Books:
    """Return the books with what is quicker in Redis kept there; without it, limits are counted in each process."""
    from ..adapters.fallback import FallbackLimits
    from ..adapters.redis.client import connect
    from ..adapters.redis.leases import RedisLeases
    from ..adapters.redis.limits import RedisLimits

    client = connect(url)
    limits = FallbackLimits(RedisLimits(client), MemoryLimits())
    return evolve(books, limits=limits, leases=RedisLeases(client))


def _itself(connection: Connection) -> Connection:
    return connection
