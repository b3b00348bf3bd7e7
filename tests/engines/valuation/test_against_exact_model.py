"""The compiled engine and the slow exact model agree on random ledgers, in every unit and every minor unit."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.valuation import Valuation, value
from tests.effort import effort
from tests.engines.valuation.exact_model import Ledger, ranges
from tests.engines.valuation.programs import COMMON, NAMES, Row, as_costs, as_movements, ledgers, movements_of


def engine_layers(v: Valuation) -> dict[Any, Any]:
    lines: dict[int, dict[int, int]] = defaultdict(dict)
    for layer, line, _, amount in v.layer_costs.rows():
        lines[layer][line] = amount
    return {
        (row["movement"], row["ordinal"]): (
            (row["item"], row["cell"], row["n"], row["remaining"], row["missing"]),
            lines[row["layer"]],
        )
        for row in v.layers.rows(named=True)
    }


def model_layers(model: Ledger) -> dict[Any, Any]:
    ordinal: dict[int, int] = defaultdict(int)
    remaining: dict[int, int] = defaultdict(int)
    for units in model.stock.values():
        for layer, _ in units:
            remaining[id(layer)] += 1
    found = {}
    for layer in model.layers:
        number = layer.move["movement"]
        shape = (layer.item, layer.cell, layer.n, remaining[id(layer)], model.unknown(layer))
        found[number, ordinal[number]] = (shape, dict(model.lines(layer)))
        ordinal[number] += 1
    return found


def engine_left(v: Valuation) -> dict[int, dict[int, int]]:
    left: dict[int, dict[int, int]] = defaultdict(dict)
    for movement, component, amount, *_ in v.movement_costs().rows():
        if component is not None:
            left[movement][component] = amount
    return dict(left)


def model_left(model: Ledger) -> dict[int, dict[int, int]]:
    waits = {m["movement"] for together in model.waiting for m in together}
    left: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for number, axis in model.axis.items():
        move = model.by_number[number]
        if move["to_cell"] < 0 and move["kind"] != "CONVERSION_IN":
            taken = ranges([unit for unit in axis if unit is not None])
            for component, amount in model.cost(taken).items():
                left[number][component] += amount
    for layer in model.layers:
        kind = layer.move["kind"]
        if layer.source and (kind == "RETURN" or (kind == "INTERCOMPANY_RECEIPT" and model.group)):
            for component, amount in model.cost([layer.source]).items():
                left[layer.move["movement"]][component] -= amount
    for c in model.costs:
        if c["side"] == 1 and c["movement"] in model.by_number and c["movement"] not in waits:
            left[c["movement"]][c["component"]] += c["amount"]
    return {number: cut for number, found in left.items() if (cut := {k: a for k, a in found.items() if a})}


def engine_issues(v: Valuation) -> dict[int, list[Any]]:
    names = {row["layer"]: (row["movement"], row["ordinal"]) for row in v.layers.rows(named=True)}
    found: dict[int, list[Any]] = defaultdict(list)
    for movement, layer, a, b in v.issues.rows():
        found[movement].append((names[layer], a, b))
    return dict(found)


def model_issues(model: Ledger) -> dict[int, list[Any]]:
    first: dict[int, int] = {}
    names = {}
    for place, layer in enumerate(model.layers):
        start = first.setdefault(layer.move["movement"], place)
        names[id(layer)] = (layer.move["movement"], place - start)
    return {
        number: [(names[id(layer)], a, b) for layer, a, b in taken]
        for number, axis in model.axis.items()
        if (taken := ranges([unit for unit in axis if unit is not None]))
    }


def compare(moves: list[Row], costs: list[Row], *, group: bool) -> Valuation:
    v, model = value(as_movements(moves), as_costs(costs), group=group), Ledger(moves, costs, group=group)
    assert set(v.waiting["movement"]) == {m["movement"] for together in model.waiting for m in together}
    assert dict(v.uncosted.rows()) == {n: axis.count(None) for n, axis in model.axis.items() if None in axis}
    assert engine_issues(v) == model_issues(model)
    assert engine_layers(v) == model_layers(model)
    assert engine_left(v) == model_left(model)
    return v


@settings(max_examples=effort(test=500, soak=5000))
@given(ledgers(), st.booleans(), st.randoms(use_true_random=False))
def test_equals_exact_model(ledger: tuple[list[Row], list[Row]], group: bool, shuffler: random.Random) -> None:
    """Issues, layers, what waits, what is owed and every amount equal those of the exact model; input order is free."""
    moves, costs = ledger
    shuffler.shuffle(moves)
    shuffler.shuffle(costs)
    v = compare(moves, costs, group=group)
    given_ = sum(c["amount"] for c in costs if not (group and c["internal"]))
    assert sum(v.totals().values()) == given_


@settings(max_examples=effort(test=150, soak=1500))
@given(ledgers())
def test_explanations_sum_to_the_figures(ledger: tuple[list[Row], list[Row]]) -> None:
    """The lines of every explanation add up to the figure that they explain, component by component."""
    moves, costs = ledger
    v = value(as_movements(moves), as_costs(costs))
    for movement, figures in engine_left(v).items():
        found: dict[int, int] = defaultdict(int)
        for line in v.explain_movement(movement):
            found[line.component] += line.amount
        assert {component: amount for component, amount in found.items() if amount} == figures
    stock: dict[Any, dict[int, int]] = defaultdict(dict)
    for item, cell, component, amount, *_ in v.stock().rows():
        if component is not None:
            stock[item, cell][component] = amount
    for (item, cell), figures in stock.items():
        found = defaultdict(int)
        for line in v.explain_stock(item, cell):
            found[line.component] += line.amount
        assert {component: amount for component, amount in found.items() if amount} == figures


@settings(max_examples=effort(test=150, soak=1500))
@given(ledgers())
def test_every_cost_line_is_conserved(ledger: tuple[list[Row], list[Row]]) -> None:
    """M: each cost line = what it put on all that left + on all that stands + what reached nothing."""
    moves, costs = ledger
    v = value(as_movements(moves), as_costs(costs))
    found: dict[int, int] = defaultdict(int)
    for movement in v.movement_units["movement"]:
        for line in v.explain_movement(movement):
            found[line.line or 0] += line.amount
    for item, cell in v.stock_units.select("item", "cell").rows():
        for line in v.explain_stock(item, cell):
            found[line.line or 0] += line.amount
    for row in v.unplaced.rows(named=True):
        found[row["line"]] += row["amount"]
    wanted: dict[int, int] = defaultdict(int)
    for c in costs:
        wanted[c["line"]] += c["amount"]
    assert {line: a for line, a in found.items() if a} == {line: a for line, a in wanted.items() if a}


@settings(max_examples=effort(test=150, soak=1500))
@given(ledgers())
def test_units_are_conserved(ledger: tuple[list[Row], list[Row]]) -> None:
    """U: what came − what left for good + what is still owed = what is there, conversions counted at both ends."""
    moves, costs = ledger
    v = value(as_movements(moves), as_costs(costs))
    waits = set(v.waiting["movement"])
    applied = [m for m in moves if m["movement"] not in waits]
    came = sum(m["quantity"] for m in applied if m["from_cell"] < 0 and m["kind"] != "RETURN")
    consumed = sum(m["quantity"] for m in applied if m["kind"] == "CONVERSION_IN")
    left = int(v.movement_units["units"].sum())
    owed = int(v.uncosted["units"].sum())
    assert came - consumed - left + owed == int(v.stock_units["units"].sum())


@pytest.mark.soak
def test_long_random_ledgers() -> None:
    """500 ledgers of 50 steps (soak: 5,000 of 100), up to 60 cost shares each, equal the exact model in everything."""
    met: set[str] = set()
    for seed in range(effort(test=500, soak=5000)):
        chooser = random.Random(seed)
        moves: list[Row] = []
        for instant in range(effort(test=50, soak=100)):
            step = (
                chooser.choice(NAMES + COMMON),
                chooser.randint(0, 2) if seed % 2 else 0,
                chooser.randint(0, 2),
                chooser.randint(0, 2),
                chooser.randint(1, 9),
                chooser.randint(0, 12) if seed % 3 else instant,
                chooser.randint(0, 9),
                chooser.randint(0, 3),
                chooser.randint(1, max(1, len(moves))),
            )
            moves += movements_of(len(moves) + 1, step)
        costs = []
        for _ in range(chooser.randint(0, 60)):
            line = chooser.randint(0, 12)
            costs.append(
                {
                    "line": line,
                    "component": line % 3,
                    "movement": chooser.randint(0, len(moves) + 1),
                    "side": int(chooser.random() < 0.2),
                    "amount": chooser.randint(-3000, 9000),
                    "internal": int(line % 3 == 0 and chooser.random() < 0.2),
                }
            )
        chooser.shuffle(moves)
        v = compare(moves, costs, group=chooser.random() < 0.4)
        met |= {name for name, frame in (("waiting", v.waiting), ("uncosted", v.uncosted)) if len(frame)}
        met |= {"several layers"} if (v.layers["ordinal"] > 0).any() else set()
    assert met == {"waiting", "uncosted", "several layers"}


def row(number: int, kind: str, **columns: Any) -> Row:
    empty = movements_of(number, ("COUNT_SURPLUS", 0, 0, 0, 1, number, 1, 0, 1))[0]
    return empty | {"kind": kind, "to_cell": -1, "from_cell": -1, "lot": -1} | columns


def test_layers_may_outgrow_the_space_guessed_for_them() -> None:
    """Many fragments moved many times make far more layers and issues than movements: space grows, nothing changes."""
    moves = [
        row(i, "RECEIPT", to_cell=0, item=item, at=i % 40)
        for item in range(2)
        for i in range(item * 100, item * 100 + 40)
    ]
    for item in range(2):
        for i in range(40, 90):
            ends = {"from_cell": i % 2, "to_cell": (i + 1) % 2}
            moves.append(row(item * 100 + i, "TRANSFER", item=item, quantity=40, at=i, **ends))
        moves.append(row(item * 100 + 90, "SALE", from_cell=0, item=item, quantity=30, at=90))
        moves.append(row(item * 100 + 91, "RETURN", to_cell=1, item=item, quantity=25, at=91, of=item * 100 + 90))
    costs = [
        {"line": i, "component": 0, "movement": m["movement"], "side": 0, "amount": 100 + i, "internal": 0}
        for i, m in enumerate(moves)
        if m["kind"] == "RECEIPT"
    ]
    v = value(as_movements(moves), as_costs(costs))
    assert len(v.layers) == 2 * (40 + 50 * 40 + 25)
    assert v.totals()["stock"] + v.totals()["left"] == sum(c["amount"] for c in costs)
    compare(moves[:40] + moves[80:84], costs[:40], group=False)


def test_lines_may_outgrow_the_space_guessed_for_them() -> None:
    """Three hundred cost lines carried through ten conversions in a row equal the exact model's."""
    moves = [row(1, "RECEIPT", to_cell=0, quantity=9, at=0)]
    for i in range(10):
        event = {"event": i, "at": 1 + i}
        moves.append(row(2 + 2 * i, "CONVERSION_IN", item=i % 2, from_cell=0, quantity=9, **event))
        moves.append(row(3 + 2 * i, "CONVERSION_OUT", item=(i + 1) % 2, to_cell=0, quantity=9, share=1, **event))
    costs = [
        {"line": i, "component": i % 3, "movement": 1, "side": 0, "amount": 1000 + i, "internal": 0} for i in range(300)
    ]
    v = compare(moves, costs, group=False)
    assert len(v.layer_costs) == 300 * 11
