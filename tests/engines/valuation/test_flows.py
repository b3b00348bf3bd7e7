"""Flows in and out of cells add up to their stock, in units and in money, under every method and for every span."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.valuation import CostShares, Movements, Valuation, fold, price
from entrepot.engines.valuation.flows import cell_flows
from tests.effort import effort
from tests.engines.valuation.programs import Row, as_costs, as_movements, ledgers

METHODS = ("fifo", "moving_average", "month_end")
WHEN = (-(2**62), 2**62)


def stock_of(valuation: Valuation) -> tuple[dict[Any, int], dict[Any, int]]:
    """Units by (item, cell), and amounts by (item, cell, component), without zeros."""
    units = {(item, cell): n for item, cell, n, _ in valuation.stock_units.rows() if n}
    rows = valuation.stock().filter(pl.col("component").is_not_null())
    return units, {(r["item"], r["cell"], r["component"]): r["amount"] for r in rows.rows(named=True) if r["amount"]}


def summed(frame: pl.DataFrame, keys: list[str], what: str) -> dict[Any, int]:
    """Sums of a flow by its keys, without zeros."""
    found: dict[Any, int] = defaultdict(int)
    for row in frame.rows(named=True):
        found[tuple(row[key] for key in keys)] += row[what]
    return {key: total for key, total in found.items() if total}


def valued(moves: Movements, costs: CostShares, method: str) -> Valuation:
    starts = list(range(int(moves.at.min()) - 1, int(moves.at.max()) + 2, 5)) if method == "month_end" else None
    return price(fold(moves), costs, method=method, month_starts=starts)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=effort(test=80, soak=2000), deadline=None)
@given(ledger=ledgers())
def test_flows_are_the_stock(method: str, ledger: tuple[list[Row], list[Row]]) -> None:
    """All flows since the beginning are what is on hand, component by component."""
    if not ledger[0]:
        return
    one = valued(as_movements(ledger[0]), as_costs(ledger[1]), method)
    flows = cell_flows(one, *WHEN)
    units, amounts = stock_of(one)
    assert summed(flows.costs, ["item", "cell", "component"], "amount") == amounts
    assert summed(flows.units, ["item", "cell"], "units") == {key: n for key, n in units.items() if n > 0}


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=effort(test=80, soak=2000), deadline=None)
@given(ledger=ledgers(), cut=st.integers(0, 40))
def test_spans_side_by_side_are_the_whole(method: str, ledger: tuple[list[Row], list[Row]], cut: int) -> None:
    """Where one span ends and the next begins, nothing falls between them and nothing counts twice."""
    if not ledger[0]:
        return
    moves = as_movements(ledger[0])
    one = valued(moves, as_costs(ledger[1]), method)
    middle = int(moves.at.min()) + cut
    whole = cell_flows(one, *WHEN)
    parts = [cell_flows(one, WHEN[0], middle), cell_flows(one, middle, WHEN[1])]
    keys = ["movement", "item", "cell", "component"]
    assert summed(pl.concat([p.costs for p in parts]), keys, "amount") == summed(whole.costs, keys, "amount")
    assert summed(pl.concat([p.units for p in parts]), keys[:3], "units") == summed(whole.units, keys[:3], "units")


def test_units_sold_ahead_leave_when_they_come() -> None:
    """A sale ahead of stock takes nothing out of its cell; the receipt that pays it comes and goes at once."""
    from entrepot.core.kinds import Kind

    moves = Movements.build(
        movement=[1, 2], item=[1, 1], from_cell=[7, -1], to_cell=[-1, 7], quantity=[4, 10], at=[10, 20],
        kind=[int(Kind.SALE), int(Kind.RECEIPT)],
    )  # fmt: skip
    one = price(fold(moves), CostShares.build(line=[1], component=[0], movement=[2], amount=[1000]))
    assert cell_flows(one, 0, 15).units.is_empty()
    later = cell_flows(one, 15, 30)
    assert sorted(later.units.select("movement", "units").rows()) == [(1, -4), (2, 10)]
    assert sorted(later.costs.select("movement", "amount").rows()) == [(1, -400), (2, 1000)]
