"""What every contract of a collection needs: transactions and snapshots of one storage, and people in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings

from ....core.rules.accounts.users import User
from ....ports.accounts import Accounts
from ....ports.flow import Snapshot, Transaction
from ..making import new_user

#: For examples that share a test's storage: each makes what it needs under ids of its own.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


class StorageContract:
    """
    Base of the contracts of collections.

    Subclass a contract, give it the two fixtures on one storage, empty for each test, and it tests your adapter.
    """

    @pytest.fixture
    def transaction(self) -> Transaction[Accounts]:
        """Return what opens transactions on the storage."""
        raise NotImplementedError

    @pytest.fixture
    def snapshot(self) -> Snapshot[Accounts]:
        """Return what opens snapshots of the same storage."""
        raise NotImplementedError

    @pytest.fixture
    def user(self, transaction: Transaction[Accounts]) -> User:
        """Return somebody with an account."""
        return a_user(transaction)


def a_user(transaction: Transaction[Accounts], **changes: Any) -> User:
    """Return somebody who has an account now."""
    user = new_user(**changes)
    with transaction() as accounts:
        accounts.users.add(user)
    return user


def same(one: object, other: object) -> bool:
    """Say whether two values are alike to the last field, also those that equality passes over."""
    return _told(one) == _told(other)


def keeps_nothing(transaction: Transaction[Accounts], change: Callable[[Accounts], object]) -> None:
    """Make the change in a block that fails."""
    with pytest.raises(ZeroDivisionError), transaction() as accounts:
        change(accounts)
        _ = 1 // 0


def _told(value: object) -> object:
    return (type(value), attrs.asdict(value)) if attrs.has(type(value)) else value  # type: ignore[arg-type]
