"""Accounts in memory: users, credentials, sessions and one-time secrets."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime
from uuid import UUID

from attrs import evolve, frozen

from ...core.rules.accounts.emails import Email
from ...core.rules.accounts.sessions import Session
from ...core.rules.accounts.users import Credential, User
from ...core.rules.ids import SecretId, SessionId, UserId
from ...core.rules.onetime import OneTime, Purpose
from ...core.rules.pages import Slice
from ...ports.accounts import Credentials, Secrets, Sessions, Users
from ...ports.flow import Taken
from .sweeping import forget


@frozen
class MemoryUsers(Users):
    """Users, and who has which address and which name. One transaction at a time: whoever is in it holds everybody."""

    _rows: MutableMapping[UserId, User]
    _by_email: MutableMapping[str, UserId]
    _by_name: MutableMapping[str, UserId]
    _credentials: Credentials

    def find(self, user: UserId) -> User | None:
        return self._rows.get(user)

    def find_by_email(self, email: Email) -> User | None:
        user = self._by_email.get(email.canonical)
        return self._rows[user] if user else None

    def hold(self, user: UserId) -> User | None:
        return self._rows.get(user)

    def add(self, user: User, credential: Credential | None = None) -> None:
        self._put(user)
        if credential is not None:
            self._credentials.keep(credential)

    def keep(self, user: User) -> None:
        self._put(user)

    def page(self, part: Slice) -> tuple[User, ...]:
        after = UUID(part.after).int if part.after else -1
        return tuple(self._rows[each] for each in sorted(each for each in self._rows if each.int > after)[: part.limit])

    def _put(self, user: User) -> None:
        email, name = user.email.canonical, user.username.canonical if user.username else None
        if self._by_email.get(email, user.id) != user.id:
            raise Taken("email")
        if name is not None and self._by_name.get(name, user.id) != user.id:
            raise Taken("username")

        if before := self._rows.get(user.id):
            del self._by_email[before.email.canonical]
            if before.username:
                del self._by_name[before.username.canonical]
        self._rows[user.id] = user
        self._by_email[email] = user.id
        if name is not None:
            self._by_name[name] = user.id


@frozen
class MemoryCredentials(Credentials):
    """Credentials by user."""

    _rows: MutableMapping[UserId, Credential]

    def find(self, user: UserId) -> Credential | None:
        return self._rows.get(user)

    def keep(self, credential: Credential) -> None:
        self._rows[credential.user] = credential

    def remove(self, user: UserId) -> None:
        self._rows.pop(user, None)


@frozen
class MemorySessions(Sessions):
    """Sessions by id."""

    _rows: MutableMapping[SessionId, Session]
    _users: Users

    def find_with_user(self, session: SessionId) -> tuple[Session, User] | None:
        found = self._rows.get(session)
        user = self._users.find(found.user) if found else None
        return (found, user) if found and user else None

    def hold(self, session: SessionId) -> Session | None:
        return self._rows.get(session)

    def add(self, session: Session) -> None:
        self._rows[session.id] = session

    def keep(self, session: Session) -> None:
        self._rows[session.id] = session

    def touch(self, session: SessionId, at: datetime) -> None:
        found = self._rows.get(session)
        if found and found.last_seen_at < at:
            self._rows[session] = evolve(found, last_seen_at=at)

    def of(self, user: UserId) -> tuple[Session, ...]:
        mine = (each for each in self._rows.values() if each.user == user and each.ended_at is None)
        return tuple(sorted(mine, key=lambda each: each.id, reverse=True)[:200])

    def remove_all(self, user: UserId) -> None:
        forget(self._rows, lambda each: each.user == user)

    def sweep(self, before: datetime, limit: int) -> int:
        def is_over(session: Session) -> bool:
            return session.expires_at < before or (session.ended_at is not None and session.ended_at < before)

        return forget(self._rows, is_over, limit)


@frozen
class MemorySecrets(Secrets):
    """One-time secrets by id."""

    _rows: MutableMapping[SecretId, OneTime]

    def find(self, secret: SecretId) -> OneTime | None:
        return self._rows.get(secret)

    def add(self, secret: OneTime) -> None:
        self._rows[secret.id] = secret

    def attempt(self, secret: SecretId) -> OneTime | None:
        found = self._rows.get(secret)
        if found is None:
            return None
        self._rows[secret] = counted = evolve(found, attempts=found.attempts + 1)
        return counted

    def spend(self, secret: SecretId, at: datetime) -> bool:
        found = self._rows.get(secret)
        if found is None or found.used_at is not None:
            return False
        self._rows[secret] = found.spend(at)
        return True

    def retire(self, purpose: Purpose, subject: str, at: datetime) -> None:
        for each in list(self._rows.values()):
            if each.purpose is purpose and each.subject == subject and each.used_at is None:
                self._rows[each.id] = each.spend(at)

    def remove_all(self, subject: str) -> None:
        forget(self._rows, lambda each: each.subject == subject)

    def sweep(self, before: datetime, limit: int) -> int:
        return forget(self._rows, lambda each: each.expires_at < before, limit)
