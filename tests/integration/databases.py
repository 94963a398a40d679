"""Databases as tests see them: emptied between two tests, read whole, and seen as accounts."""

from __future__ import annotations

from attrs import field, frozen
from sqlalchemy import select

from hexflows.adapters.sql.connections import Connection
from hexflows.adapters.sql.limits import SqlLimits
from hexflows.adapters.sql.tables import accounts, jobs, leases, limits, receipts
from hexflows.adapters.sql.tables.metadata import metadata
from hexflows.adapters.sql.views import SqlView
from hexflows.entrypoints.testing.making import new_id
from hexflows.entrypoints.testing.stage import Opened, readable

#: Every table that holds something; importing their modules is what declares them.
TABLES = metadata.sorted_tables
assert {accounts.users, jobs.jobs, leases.leases, limits.limits, receipts.receipts} <= set(TABLES)


def empty(storage):
    """Remove every row. Quicker than to truncate, where there are few."""
    with storage.migrating() as connection:
        for table in reversed(TABLES):
            connection.execute(table.delete())


def everything(storage):
    """Return all rows of all tables, by table."""
    with storage.migrating() as connection:
        return {table.name: [dict(row._mapping) for row in connection.execute(select(table))] for table in TABLES}


def as_accounts(storage, packing, around=lambda connection: connection):
    """Return the database seen as accounts, on connections as *around* makes them."""

    def view(connection):
        return SqlView(around(connection), packing, new_id)

    return Opened(storage.transaction(view), storage.snapshot(view), lambda: readable(everything(storage)))


def limits_on(storage):
    """Return the counters in the database."""
    return SqlLimits(storage.transaction(lambda connection: connection))


@frozen
class Counting:
    """A driver's connection that writes down what it is asked."""

    driver: object
    statements: list = field(factory=list)

    def execute(self, query, params=()):
        self.statements.append(query)
        return self.driver.execute(query, params)

    def __getattr__(self, name):
        return getattr(self.driver, name)

    @classmethod
    def into(cls, statements):
        """Return what makes connections that write their statements there."""
        return lambda connection: Connection(cls(connection.driver, statements), connection.dialect)
