"""Examples of how modules look."""

from __future__ import annotations

import pytest

from .shape import LONGEST, empty, flow_shape, no_mocks, no_src, relative, short

STEPS = '"""\nSpend points.\n\n1. Hold the account.\n2. Keep it.\n"""\n'
TWINS = '"""\nSpend points.\n\n1. Hold.\n2. Keep.\n\nCharge points.\n\n1. Hold.\n2. Keep.\n"""\n'
SPEND = "def spend_points(command: SpendPoints, *, transaction, clock): ...\n"
CHARGE = "def charge_points(command: ChargePoints, *, transaction, clock): ...\n"


@pytest.mark.parametrize(
    "source",
    [
        STEPS + SPEND,
        STEPS + "def spend_points(command: SpendPoints): ...\n",
        STEPS + "def spend_points(command: points.SpendPoints, *, clock: Clock): ...\n",
        STEPS + SPEND + "class Spent:\n    def help(self, other): ...\n",
        STEPS + SPEND + "def _post(account, amount): ...\n",
        STEPS + SPEND + CHARGE,
        TWINS + SPEND + CHARGE,
        STEPS.replace("2. Keep it.", "2. Keep it,\n   in the ledger too.") + SPEND,
    ],
)
def test_a_flow_is_one_function_with_its_steps_told(source):
    assert flow_shape(source) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (SPEND, "no numbered steps"),
        ('"""Spend points."""\n' + SPEND, "no numbered steps"),
        (STEPS.replace("2.", "3.") + SPEND, "numbered [1, 3]"),
        (STEPS.replace("1.", "0.") + SPEND, "numbered [0, 2]"),
        (TWINS + SPEND, "tells 2 lists of steps for 1 flows"),
        (STEPS, "has 0 public functions"),
        (STEPS + SPEND + CHARGE + "def refund(command: Refund): ...\n", "has 3 public functions"),
        (STEPS + "def spend_points(self, command: SpendPoints): ...\n", "`command` first"),
        (STEPS + "def spend_points(order: SpendPoints): ...\n", "`command` first"),
        (STEPS + "def spend_points(command: SpendPoints, clock): ...\n", "`command` first"),
        (STEPS + "def spend_points(command: SpendPoints, *clocks): ...\n", "`command` first"),
        (STEPS + "def spend_points(command: SpendPoints, **ports): ...\n", "`command` first"),
        (STEPS + "def spend_points(command: SpendPoints, /): ...\n", "`command` first"),
        (STEPS + "def spend_points(command): ...\n", "not called SpendPoints"),
        (STEPS + "def spend_points(command: PointSpending): ...\n", "not called SpendPoints"),
    ],
)
def test_more_or_less_than_that_is_no_flow(source, said):
    (violation,) = flow_shape(source)

    assert said in violation.message


def test_an_init_is_empty():
    assert empty("") == []
    assert empty("\n") == []
    assert empty('"""Doc."""\n')
    assert empty("from .points import *\n")


def test_a_module_is_short():
    assert short("x = 1\n" * (LONGEST - 1)) == []
    assert short("x = 1\n" * LONGEST)


def test_the_folder_is_never_imported():
    assert no_src("import hexflows\nfrom hexflows.core import rules\nimport srcset\nfrom . import src") == []
    assert [
        each.line for each in no_src("import src\nimport src.core\nfrom src import core\nfrom src.core import x")
    ] == [
        1,
        2,
        3,
        4,
    ]


def test_the_package_knows_itself_by_relative_imports():
    assert relative("from ..core import rules\nfrom . import hexflows\nimport hexflowsish") == []
    assert relative("import hexflows")
    assert relative("def f():\n    from hexflows.core.rules import points")


def test_mocks_are_ports_that_are_missing():
    assert no_mocks("import unittest\nfrom unittest import TestCase\nimport mockingbird") == []
    assert no_mocks("from unittest import mock")
    assert no_mocks("from unittest.mock import patch")
    assert no_mocks("import mock")
