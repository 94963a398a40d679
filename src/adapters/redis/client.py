"""How Redis is reached, and what its failures mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from ...core.rules.refusals import OutOfReach
from ..extras import needs

with needs("redis", extra="redis"):
    import redis
    from redis import exceptions
    from redis.backoff import NoBackoff
    from redis.retry import Retry

Redis: TypeAlias = redis.Redis

#: A script: keys and arguments in, whatever it returns out.
Script: TypeAlias = Callable[[Sequence[str], Sequence[int]], Any]

#: What it may answer while it starts, fails over, is full or belongs to a cluster that is in pieces.
OUT_OF_REACH: Final = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
    exceptions.MaxConnectionsError,
)

#: How its answers begin while its disk is full, its replicas are gone or a script of somebody's does not end.
NOT_NOW: Final = ("MISCONF", "NOREPLICAS", "MASTERDOWN", "BUSY", "LOADING", "OOM")

#: Seconds that a connection and an answer may take: requests wait for them.
PATIENCE: Final = 1.0

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def connect(url: str) -> Redis:
    """Return a client for the server at *url*. It connects when it is used, in each process by itself."""
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        # Once more, at once: the connection at hand may be one that a restart of the server has cut.
        retry=Retry(NoBackoff(), 1, (exceptions.ConnectionError,)),
    )


def ping(client: Redis) -> None:
    """
    Make sure that the server answers.

    Raises:
        OutOfReach: it does not.
    """
    with reaching():
        client.ping()


@contextmanager
def reaching() -> Iterator[None]:
    """
    Speak to the server in this block.

    Raises:
        OutOfReach: it cannot be reached, or cannot work at the moment.
    """
    try:
        yield
    except OUT_OF_REACH as error:
        raise OutOfReach from error
    except exceptions.ResponseError as error:
        if not str(error).startswith(NOT_NOW):
            raise
        raise OutOfReach from error


def script(client: Redis, name: str) -> Script:
    """Return the Lua script of that name, ready to be called; nothing is sent before."""
    return client.register_script(Path(__file__).with_name(f"{name}.lua").read_text("utf-8"))


def moment(at: datetime) -> int:
    """Return the time as Lua can calculate with it, to the microsecond: its numbers are exact up to 2 to the 53rd."""
    return (at - _EPOCH) // _MICROSECOND


def at(moment: Any) -> datetime:
    """Return the time that stands for."""
    return _EPOCH + int(moment) * _MICROSECOND
