"""One transaction's view of everything that is kept in memory. Each context's view is a part of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen

from ...core.rules.jobs import Job
from ...ports.flow import NewId
from ...ports.packing import Packing
from .accounts import MemoryCredentials, MemorySecrets, MemorySessions, MemoryUsers
from .jobs import MemoryJobs
from .receipts import MemoryReceipts
from .storage import Draft

#: The names of all that a draft has rows of.
COLLECTIONS: Final = (
    "users",
    "users by email",
    "users by name",
    "credentials",
    "sessions",
    "secrets",
    "receipts",
    "jobs",
    "active jobs",
)


@frozen
class MemoryView:
    """All collections in one draft."""

    _draft: Draft
    _packing: Packing
    _new_id: NewId
    _on_add: Callable[[Job], None] | None = None

    @property
    def users(self) -> MemoryUsers:
        rows = self._draft.rows
        return MemoryUsers(rows("users"), rows("users by email"), rows("users by name"), self.credentials)

    @property
    def credentials(self) -> MemoryCredentials:
        return MemoryCredentials(self._draft.rows("credentials"))

    @property
    def sessions(self) -> MemorySessions:
        return MemorySessions(self._draft.rows("sessions"), self.users)

    @property
    def secrets(self) -> MemorySecrets:
        return MemorySecrets(self._draft.rows("secrets"))

    @property
    def receipts(self) -> MemoryReceipts:
        return MemoryReceipts(self._draft.rows("receipts"), self._packing)

    @property
    def jobs(self) -> MemoryJobs:
        rows = self._draft.rows
        return MemoryJobs(rows("jobs"), rows("active jobs"), self._packing, self._new_id, self._on_add)
