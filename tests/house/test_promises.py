"""Examples of adapters that are held to what they promise, and of some that are not."""

from __future__ import annotations

import pytest

from .promises import classes, ports, technology, unheld

PORTS = """
class Users(Protocol):
    @abstractmethod
    def hold(self, id: UserId) -> User: ...

class Jobs(Protocol[T]):
    @abstractmethod
    def add(self, command: T) -> None: ...

class Accounts(Protocol):
    @property
    def users(self) -> Users: ...

class Taken(Exception):
    def hold(self): ...
"""
CONTRACTS = "class UsersContract:\n    def test_it(self): ...\n"


def left(adapters, *tests):
    found = unheld(
        classes("src/adapters/sql/users.py", adapters),
        [each for path, test in tests for each in classes(path, test)],
        ports([PORTS]),
    )
    return [violation.message for _, violation in found]


def test_a_port_is_a_protocol_with_a_method_and_a_view_is_none():
    assert ports([PORTS]) == {"Users", "Jobs"}


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("src/adapters/sql/users.py", "sql"),
        ("src/adapters/sql/tables/users.py", "sql"),
        ("src/adapters/hashing.py", "hashing"),
    ],
)
def test_a_technology_is_a_folder_or_a_module(path, word):
    assert technology(path) == word


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("tests/unit/test_users.py", "class TestSqlUsers(UsersContract): ..."),
        ("tests/unit/test_users.py", "class TestSqliteUsers(contracts.UsersContract): ..."),
        ("tests/integration/sql/test_users.py", "class TestUsers(UsersContract): ..."),
        (
            "tests/integration/test_it.py",
            "class TestIt(UsersContract):\n    def users(self):\n        return SqlUsers()",
        ),
        ("tests/integration/test_it.py", "class All(UsersContract, JobsContract): ...\nclass TestSql(All): ..."),
    ],
)
def test_a_contract_holds_the_adapter_that_it_names(path, test):
    assert (
        left("class SqlUsers(Users): ...", ("src/entrypoints/testing/contracts/users.py", CONTRACTS), (path, test))
        == []
    )


@pytest.mark.parametrize(
    "test",
    [
        "",
        "class TestMemoryUsers(UsersContract): ...",
        "class TestSqlUsers: ...",
        "class TestSqlUsers(JobsContract): ...",
        "class SqlUsersContract(UsersContract): ...",
    ],
)
def test_no_other_test_does(test):
    assert left("class SqlUsers(Users): ...", ("tests/unit/test_users.py", test)) == [
        "SqlUsers: no test for sql is a UsersContract"
    ]


def test_each_port_is_a_promise_of_its_own():
    adapter = "class SqlEverything(Users, Jobs[Command]): ..."
    test = "class TestSqlUsers(UsersContract): ..."

    assert left(adapter, ("tests/unit/test_users.py", test)) == ["SqlEverything: no test for sql is a JobsContract"]


def test_what_inherits_no_port_promises_nothing():
    assert left("class SqlAccounts: ...\nclass Row(NamedTuple): ...\nclass Clash(Taken): ...") == []
