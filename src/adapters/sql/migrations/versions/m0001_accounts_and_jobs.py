"""Accounts, jobs, receipts and limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0001"
down_revision = None
branch_labels = None
depends_on = None

# A migration says what was meant on its day, so it imports nothing of the code that goes on.
IDENTIFIER = sa.Uuid().with_variant(sa.String(36), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    _create_accounts()
    _create_jobs()
    _create_receipts()
    _create_limits()


def downgrade() -> None:
    for table in ("limits", "receipts", "jobs", "secrets", "sessions", "credentials", "users"):
        op.drop_table(table)


def _create_accounts() -> None:
    op.create_table(
        "users",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_canonical", sa.Text(), nullable=False),
        sa.Column("email_domain", sa.Text(), nullable=False),
        sa.Column("email_canon", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text()),
        sa.Column("username_canonical", sa.Text()),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("verified_at", INSTANT),
        sa.Column("verified_via", sa.Text()),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("erased_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_canonical", name="uq_users_email_canonical"),
        sa.UniqueConstraint("username_canonical", name="uq_users_username_canonical"),
    )
    op.create_table(
        "credentials",
        sa.Column("user", IDENTIFIER, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_credentials_user_users"),
        sa.PrimaryKeyConstraint("user", name="pk_credentials"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("user", IDENTIFIER, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cookie_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("rotated_at", INSTANT, nullable=False),
        sa.Column("refresh", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ending", sa.Text()),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_sessions_user_users"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "secrets",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_secrets"),
    )
    op.create_index("ix_secrets_expires_at", "secrets", ["expires_at"])
    op.create_index("ix_secrets_subject", "secrets", ["subject"])


def _create_jobs() -> None:
    active = sa.text("status IN ('queued', 'running', 'cancel_requested')")
    op.create_table(
        "jobs",
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("owner", IDENTIFIER),
        sa.Column("session", IDENTIFIER),
        sa.Column("subject", sa.Text()),
        sa.Column("sent_until", INSTANT),
        sa.Column("lease_until", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("progress", sa.Integer()),
        sa.Column("result", sa.Text()),
        sa.Column("error_code", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("retry_of", IDENTIFIER),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"])
    op.create_index("ix_jobs_owner", "jobs", ["owner"])
    op.create_index("ix_jobs_status_due_at", "jobs", ["status", "due_at"])
    op.create_index("uq_jobs_subject", "jobs", ["subject"], unique=True, sqlite_where=active, postgresql_where=active)


def _create_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.PrimaryKeyConstraint("scope", "flow", "key", name="pk_receipts"),
    )
    op.create_index("ix_receipts_expires_at", "receipts", ["expires_at"])


def _create_limits() -> None:
    op.create_table(
        "limits",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_limits"),
    )
    op.create_index("ix_limits_ends_at", "limits", ["ends_at"])
