"""Accounts on SQLite and on PostgreSQL, played in any order beside the model."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from hexflows.entrypoints.testing.machines.accounts import Accounts

from ..databases import as_accounts, empty


@pytest.mark.timeout(1800)  # by night
def test_accounts_agree_with_the_model(sql_storage):
    class OnSql(Accounts):
        def storage(self, packing):
            empty(sql_storage)
            return as_accounts(sql_storage, packing)

    # A database is slower than memory, where the same is played more often.
    run_state_machine_as_test(OnSql, settings=settings(max_examples=min(100, settings().max_examples // 4)))
