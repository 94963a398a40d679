"""Accounts in memory, played in any order."""

from __future__ import annotations

from hypothesis import settings

from hexflows.entrypoints.testing.machines.accounts import Accounts

TestAccounts = Accounts.TestCase
# Longer than most: it takes some steps until people have something to lose.
TestAccounts.settings = settings(stateful_step_count=max(50, settings().stateful_step_count))
