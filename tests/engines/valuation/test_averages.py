"""The average methods: the moving one against an exact model, both conserving every minor unit."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.valuation import CostShares, Kind, Movements, value
from tests.effort import effort
from tests.engines.valuation.exact_average import AverageLedger
from tests.engines.valuation.exact_model import nearest
from tests.engines.valuation.programs import Row, as_costs, as_movements, ledgers


def without_zeros(found: dict[Any, dict[int, int]]) -> dict[Any, dict[int, int]]:
    return {key: cut for key, amounts in found.items() if (cut := {c: a for c, a in amounts.items() if a})}


@settings(max_examples=effort(test=400, soak=4000))
@given(ledgers(), st.booleans())
def test_moving_average_equals_exact_model(ledger: tuple[list[Row], list[Row]], group: bool) -> None:
    """What left and what is on hand equal the exact model's pools, through returns, debts, conversions and waiting."""
    moves, costs = ledger
    v = value(as_movements(moves), as_costs(costs), method="moving_average", group=group)
    model = AverageLedger(moves, costs, group=group)
    waits = {m["movement"] for together in model.waiting for m in together}
    for c in model.costs:
        if c["side"] == 1 and c["movement"] in model.by_number and c["movement"] not in waits:
            model.left[c["movement"]][c["component"]] += c["amount"]
    left: dict[Any, dict[int, int]] = defaultdict(dict)
    for movement, component, amount, *_ in v.movement_costs().rows():
        left[movement][component] = amount or 0
    stock: dict[Any, dict[int, int]] = defaultdict(dict)
    for item, cell, component, amount, *_ in v.stock().rows():
        stock[item, cell][component] = amount or 0
    assert without_zeros(left) == without_zeros(model.left)
    assert without_zeros(stock) == without_zeros(model.pool)


@pytest.mark.parametrize("method", ["moving_average", "month_end"])
@settings(max_examples=effort(test=200, soak=4000))
@given(ledger=ledgers(), group=st.booleans(), months=st.sets(st.integers(0, 13), max_size=4))
def test_averages_conserve_every_component(
    method: Any, ledger: tuple[list[Row], list[Row]], group: bool, months: set[int]
) -> None:
    """Per component, stock + what left equals FIFO's sum, that is all cost lines placed; units are FIFO's units."""
    moves, costs = as_movements(ledger[0]), as_costs(ledger[1])
    average = value(moves, costs, method=method, group=group, month_starts=sorted(months))
    fifo = value(moves, costs, group=group)
    for v in (average, fifo):
        assert sum(v.totals().values()) == int(costs.amount[(costs.internal == 0) | (not group)].sum())
    ours = average.left.amounts.sum(axis=0) + average.standing.amounts.sum(axis=0)
    assert (ours == fifo.left.amounts.sum(axis=0) + fifo.standing.amounts.sum(axis=0)).all()
    assert (average.allocation.stock == fifo.allocation.stock).all()


@settings(max_examples=effort(test=200, soak=2000))
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 20), st.integers(0, 5000), st.integers(0, 5)), min_size=1, max_size=25
    )
)
def test_month_end_is_one_average_a_month(steps: list[tuple[bool, int, int, int]]) -> None:
    """In one cell without transfers a month's issues cost, together, their part of opening + receipts."""
    steps = sorted(steps, key=lambda step: step[3])
    rows = [
        {
            "kind": Kind.RECEIPT if inward else Kind.SALE,
            "from_cell": -1 if inward else 0,
            "to_cell": 0 if inward else -1,
        }
        for inward, *_ in steps
    ]
    moves = Movements.build(
        movement=range(len(steps)),
        item=[0] * len(steps),
        quantity=[q for _, q, _, _ in steps],
        at=[month for *_, month in steps],
        line=range(len(steps)),
        **{name: [row[name] for row in rows] for name in ("kind", "from_cell", "to_cell")},
    )
    priced = [i for i, (inward, *_) in enumerate(steps) if inward]
    costs = CostShares.build(
        line=priced, component=[0] * len(priced), movement=priced, amount=[steps[i][2] for i in priced]
    )
    v = value(moves, costs, method="month_end", month_starts=list(range(7)))
    amount = units = owed = 0
    expected = 0
    for month in range(6):
        came = sum(q for inward, q, _, at in steps if inward and at == month)
        sold = sum(q for inward, q, _, at in steps if not inward and at == month)
        amount += sum(a for inward, _, a, at in steps if inward and at == month)
        units += came
        out = min(units, sold + owed)
        owed += sold - out
        cost = nearest(Fraction(amount * out, units)) if units else 0
        amount, units, expected = amount - cost, units - out, expected + cost
    assert v.totals()["left"] == expected
    assert v.totals()["stock"] == amount


def test_month_end_needs_its_months() -> None:
    """Without month boundaries, or with boundaries out of order, the method says what it needs."""
    moves = Movements.build(movement=[1], item=[1], to_cell=[0], quantity=[1], at=[0], kind=[Kind.RECEIPT])
    with pytest.raises(ValueError, match="month_starts"):
        value(moves, CostShares.empty(), method="month_end")
    with pytest.raises(ValueError, match="ascend"):
        value(moves, CostShares.empty(), method="month_end", month_starts=[5, 5])


def test_pools_carry_no_cost_on_single_layers() -> None:
    """An average has no cost of a single layer and says why; a figure is still explained, by component."""
    moves = Movements.build(movement=[1], item=[1], to_cell=[0], quantity=[4], at=[0], kind=[Kind.RECEIPT])
    costs = CostShares.build(line=[1], component=[0], movement=[1], amount=[100])
    v = value(moves, costs, method="moving_average")
    with pytest.raises(ValueError, match="pools, not layers"):
        _ = v.layer_costs
    assert [(line.component, line.amount) for line in v.explain_stock(1, 0)] == [(0, 100)]
