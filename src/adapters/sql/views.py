"""One transaction's view of everything that is kept in SQL. Each context's view is a part of it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from ...core.rules.jobs import Job
from ...ports.flow import NewId
from ...ports.packing import Packing
from .accounts import SqlCredentials, SqlSecrets, SqlSessions, SqlUsers
from .connections import Connection
from .jobs import SqlJobs
from .receipts import SqlReceipts


@frozen
class SqlView:
    """All collections on one connection."""

    _connection: Connection
    _packing: Packing
    _new_id: NewId
    _on_add: Callable[[Job], None] | None = None

    @property
    def users(self) -> SqlUsers:
        return SqlUsers(self._connection)

    @property
    def credentials(self) -> SqlCredentials:
        return SqlCredentials(self._connection)

    @property
    def sessions(self) -> SqlSessions:
        return SqlSessions(self._connection)

    @property
    def secrets(self) -> SqlSecrets:
        return SqlSecrets(self._connection)

    @property
    def receipts(self) -> SqlReceipts:
        return SqlReceipts(self._connection, self._packing)

    @property
    def jobs(self) -> SqlJobs:
        return SqlJobs(self._connection, self._packing, self._new_id, self._on_add)
