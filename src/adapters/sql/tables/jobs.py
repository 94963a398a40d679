"""The table of jobs: outbox, queue and long work in one."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from ....core.rules.jobs import Status
from ..constraints import unique_where
from ..types import Id, Instant, Word
from .metadata import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("status", Word(Status), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("owner", Id),
    Column("session", Id),
    Column("subject", Text),
    Column("sent_until", Instant),
    Column("lease_until", Instant),
    Column("finished_at", Instant),
    Column("progress", Integer),
    Column("result", Text),
    Column("error_code", Text),
    Column("error", Text),
    Column("retry_of", Id),
    unique_where(
        "uq_jobs_subject",
        "subject",
        where="status IN ('queued', 'running', 'cancel_requested')",
        taken="subject",
    ),
    Index("ix_jobs_status_due_at", "status", "due_at"),
    Index("ix_jobs_owner", "owner"),
    Index("ix_jobs_finished_at", "finished_at"),
)
