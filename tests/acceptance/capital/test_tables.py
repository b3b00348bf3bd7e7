"""Published sums of capital and write-downs as tables: given, expected, and the page where it was read."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from entrepot.engines.capital import cash_to_cash, forward_rate
from entrepot.engines.salvage import devalue

Table = dict[str, Any]
TABLE: dict[str, list[Table]] = tomllib.loads((Path(__file__).parent / "published.toml").read_text(encoding="utf-8"))


def cases(kind: str) -> Any:
    """The cases of a kind, named by their titles."""
    return pytest.mark.parametrize("case", TABLE[kind], ids=lambda c: c["title"])


@cases("forward")
def test_parity_forward(case: Table):
    """To the decimals that the page prints."""
    told = forward_rate(Fraction(case["spot"]), Fraction(case["quote"]), Fraction(case["base"]), case["days"])
    printed = case["forward"]
    assert abs(told - Fraction(printed)) < Fraction(1, 10 ** len(printed.split(".")[1]))


@cases("cycle")
def test_cash_cycle(case: Table):
    """Days of inventory and payables to two decimals."""
    told = cash_to_cash(case["inventory"], case["receivables"], case["payables"], case["cost_of_sales"], case["sales"])
    assert told is not None
    assert f"{float(told.inventory):.2f}" == case["inventory_days"]
    assert f"{float(told.payables):.2f}" == case["payables_days"]


@cases("devalue")
def test_write_down(case: Table):
    """Write-down or reversal, and what is carried after it."""
    told = devalue(case["carrying"], case["price"], case["cost_to_sell"], case["written_down"])
    assert (told.write_down, told.carrying) == (case["write_down"], case["after"])


def test_every_case_names_its_page():
    """None is from memory."""
    assert all(case["address"].startswith("http") for kind in TABLE.values() for case in kind)
