"""Accounts in memory, played in any order."""

from __future__ import annotations

from hypothesis import settings

from hexflows.entrypoints.testing.machines.accounts import Accounts

TestAccounts = Accounts.TestCase
# Longer than most: it takes some steps until people have something to lose.
TestAccounts.settings = settings(max_examples=2 * settings().max_examples, stateful_step_count=50)
