"""Accounts in SQL: users, credentials, sessions and one-time secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import frozen
from sqlalchemy import Integer, bindparam, select, update

from ...core.rules.accounts.emails import CANON, Email
from ...core.rules.accounts.sessions import Session
from ...core.rules.accounts.users import Credential, User, Username, VerifiedVia
from ...core.rules.asking import Role
from ...core.rules.ids import SecretId, SessionId, UserId
from ...core.rules.onetime import OneTime, Purpose
from ...core.rules.pages import Slice
from ...ports.accounts import Credentials, Secrets, Sessions, Users
from .connections import Connection
from .sentences import Adding, finding, holding, keeping, putting, removing, row_of, sweeping
from .statements import Statement
from .tables.accounts import credentials, secrets, sessions, users
from .types import Instant


def _user(  # noqa: PLR0917 - one parameter a column, in the order of the table
    id: UserId,  # noqa: A002 - named as the column is
    email: str,
    email_canonical: str,
    email_domain: str,
    email_canon: int,  # noqa: ARG001 - for whoever changes the rule
    username: str | None,
    username_canonical: str | None,  # noqa: ARG001 - what the name is compared by, not what it is
    role: Role,
    created_at: datetime,
    is_active: bool,  # noqa: FBT001 - as the column is
    verified_at: datetime | None,
    verified_via: VerifiedVia | None,
    generation: int,
    erased_at: datetime | None,
) -> User:
    return User(
        id,
        Email(email, email_canonical, email_domain),
        Username(username) if username is not None else None,
        role,
        created_at,
        is_active,
        verified_at,
        verified_via,
        generation,
        erased_at,
    )


def _row(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email.given,
        "email_canonical": user.email.canonical,
        "email_domain": user.email.domain,
        "email_canon": CANON,
        "username": user.username.given if user.username else None,
        "username_canonical": user.username.canonical if user.username else None,
        "role": user.role,
        "created_at": user.created_at,
        "is_active": user.is_active,
        "verified_at": user.verified_at,
        "verified_via": user.verified_via,
        "generation": user.generation,
        "erased_at": user.erased_at,
    }


_find_user = finding(users, _user)
_hold_user = holding(users, _user)
_find_by_email = Statement(select(users).where(users.c.email_canonical == bindparam("email")), _user)
_add_user = Adding(users)
_keep_user = keeping(users)
_limit = bindparam("limit", type_=Integer)
_first_users = Statement(select(users).order_by(users.c.id).limit(_limit), _user)
_more_users = Statement(
    select(users).where(users.c.id > bindparam("after", type_=users.c.id.type)).order_by(users.c.id).limit(_limit),
    _user,
)


@frozen
class SqlUsers(Users):
    """Users, one row each; uniqueness is the table's own."""

    _connection: Connection

    def find(self, user: UserId) -> User | None:
        return _find_user.row(self._connection, id=user)

    def find_by_email(self, email: Email) -> User | None:
        return _find_by_email.row(self._connection, email=email.canonical)

    def hold(self, user: UserId) -> User | None:
        return _hold_user.row(self._connection, id=user)

    def add(self, user: User, credential: Credential | None = None) -> None:
        _add_user.run(self._connection, **_row(user))
        if credential is not None:
            _put_credential.run(self._connection, **_credential_row(credential))

    def keep(self, user: User) -> None:
        _keep_user.attempt(self._connection, **_row(user))

    def page(self, part: Slice) -> tuple[User, ...]:
        if part.after is None:
            return _first_users.rows(self._connection, limit=part.limit)
        return _more_users.rows(self._connection, limit=part.limit, after=UUID(part.after))


_credential_row = row_of(Credential)
_find_credential = finding(credentials, Credential)
_put_credential = putting(credentials)
_remove_credential = removing(credentials)


@frozen
class SqlCredentials(Credentials):
    """Credentials, at most one row a user."""

    _connection: Connection

    def find(self, user: UserId) -> Credential | None:
        return _find_credential.row(self._connection, user=user)

    def keep(self, credential: Credential) -> None:
        _put_credential.run(self._connection, **_credential_row(credential))

    def remove(self, user: UserId) -> None:
        _remove_credential.run(self._connection, user=user)


_SESSION_COLUMNS = len(sessions.columns)


def _with_user(*columns: Any) -> tuple[Session, User]:
    return Session(*columns[:_SESSION_COLUMNS]), _user(*columns[_SESSION_COLUMNS:])


_session_row = row_of(Session)
_find_with_user = Statement(
    select(*sessions.columns, *(each.label(f"users_{each.key}") for each in users.columns))
    .join_from(sessions, users, sessions.c.user == users.c.id)
    .where(sessions.c.id == bindparam("session", type_=sessions.c.id.type)),
    _with_user,
)
_hold_session = holding(sessions, Session)
_add_session = Adding(sessions)
_keep_session = keeping(sessions)
_touch = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session", type_=sessions.c.id.type))
    .where(sessions.c.last_seen_at < bindparam("at", type_=Instant))
    .values(last_seen_at=bindparam("at", type_=Instant))
)
_sessions_of = Statement(
    select(sessions)
    .where(sessions.c.user == bindparam("owner", type_=sessions.c.user.type), sessions.c.ended_at.is_(None))
    .order_by(sessions.c.id.desc())
    .limit(200),
    Session,
)
_remove_sessions = Statement(sessions.delete().where(sessions.c.user == bindparam("owner", type_=sessions.c.user.type)))
_sweep_sessions = sweeping(sessions, lambda before: (sessions.c.expires_at < before) | (sessions.c.ended_at < before))


@frozen
class SqlSessions(Sessions):
    """Sessions, one row a login."""

    _connection: Connection

    def find_with_user(self, session: SessionId) -> tuple[Session, User] | None:
        return _find_with_user.row(self._connection, session=session)

    def hold(self, session: SessionId) -> Session | None:
        return _hold_session.row(self._connection, id=session)

    def add(self, session: Session) -> None:
        _add_session.run(self._connection, **_session_row(session))

    def keep(self, session: Session) -> None:
        _keep_session.run(self._connection, **_session_row(session))

    def touch(self, session: SessionId, at: datetime) -> None:
        _touch.run(self._connection, session=session, at=at)

    def of(self, user: UserId) -> tuple[Session, ...]:
        return _sessions_of.rows(self._connection, owner=user)

    def remove_all(self, user: UserId) -> None:
        _remove_sessions.run(self._connection, owner=user)

    def sweep(self, before: datetime, limit: int) -> int:
        return _sweep_sessions.run(self._connection, before=before, limit=limit)


_secret_row = row_of(OneTime)
_secret_id = bindparam("secret", type_=secrets.c.id.type)
_find_secret = finding(secrets, OneTime)
_add_secret = Adding(secrets)
_attempt = Statement(
    update(secrets)
    .where(secrets.c.id == _secret_id)
    .values(attempts=secrets.c.attempts + 1)
    .returning(*secrets.columns),
    OneTime,
)
_spend = Statement(
    update(secrets)
    .where(secrets.c.id == _secret_id, secrets.c.used_at.is_(None))
    .values(used_at=bindparam("at", type_=Instant))
)
_retire = Statement(
    update(secrets)
    .where(
        secrets.c.subject == bindparam("about"), secrets.c.purpose == bindparam("wanted", type_=secrets.c.purpose.type)
    )
    .where(secrets.c.used_at.is_(None))
    .values(used_at=bindparam("at", type_=Instant))
)
_remove_secrets = Statement(secrets.delete().where(secrets.c.subject == bindparam("about")))
_sweep_secrets = sweeping(secrets, lambda before: secrets.c.expires_at < before)


@frozen
class SqlSecrets(Secrets):
    """One-time secrets, spent by a guarded update."""

    _connection: Connection

    def find(self, secret: SecretId) -> OneTime | None:
        return _find_secret.row(self._connection, id=secret)

    def add(self, secret: OneTime) -> None:
        _add_secret.run(self._connection, **_secret_row(secret))

    def attempt(self, secret: SecretId) -> OneTime | None:
        return _attempt.row(self._connection, secret=secret)

    def spend(self, secret: SecretId, at: datetime) -> bool:
        return _spend.run(self._connection, secret=secret, at=at) == 1

    def retire(self, purpose: Purpose, subject: str, at: datetime) -> None:
        _retire.run(self._connection, about=subject, wanted=purpose, at=at)

    def remove_all(self, subject: str) -> None:
        _remove_secrets.run(self._connection, about=subject)

    def sweep(self, before: datetime, limit: int) -> int:
        return _sweep_secrets.run(self._connection, before=before, limit=limit)
