"""Accounts in memory, played in any order."""

from __future__ import annotations

from hexflows.entrypoints.testing.machines.accounts import Accounts

TestAccounts = Accounts.TestCase
