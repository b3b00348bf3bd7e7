"""Three folds written apart come to the same layers and cents: the engine's, the checker's, the unit-by-unit model's."""

from collections import defaultdict
from typing import Any

import pytest

from entrepot.audit.costs import Aimed, Money, price
from entrepot.audit.layers import Fold, Move, fold
from entrepot.audit.vocabulary import COUNT_SHORTAGE, COUNT_SURPLUS, RECEIPT, RETURN, SALE, TRANSFER, WRITE_OFF
from tests.effort import effort
from tests.properties.exact_model import FAMILIES, Ledger
from tests.properties.exact_model import Move as Exact
from tests.properties.random_ledger import RandomLedger, Share

Layers = list[tuple[Any, ...]]


def checked(moves: list[Move], shares: list[Share]) -> tuple[Fold, Money]:
    """The checker's fold and prices."""
    aimed: dict[int, list[Aimed]] = defaultdict(list)
    for line, component, movement, side, amount in shares:
        aimed[movement].append(Aimed(line, component, amount, side))
    state = fold(moves)
    return state, price(state, aimed)


def engine_layers(moves: list[Move], shares: list[Share]) -> tuple[Layers, Any]:
    """The engine's layers with their costs, and its valuation."""
    from entrepot.engines.valuation.model import CostShares, Movements
    from entrepot.engines.valuation.value import value

    def column(name: str) -> list[int]:
        return [getattr(move, name) or -1 for move in moves]

    valuation = value(
        Movements.build(
            movement=column("number"), item=column("item"), from_cell=column("source"), to_cell=column("target"),
            quantity=column("quantity"), at=[move.at for move in moves], late=[move.late for move in moves], kind=column("kind"),
            document_key=[move.key for move in moves], line=column("line"), ordinal=[0] * len(moves), of=column("of"),
            lot=column("lot"), event=column("event"), share=[move.share for move in moves],
        ),
        CostShares.build(
            line=[s[0] for s in shares], component=[s[1] for s in shares], movement=[s[2] for s in shares],
            side=[s[3] for s in shares], amount=[s[4] for s in shares],
        ),
    )  # fmt: skip
    costs: dict[int, dict[int, int]] = defaultdict(dict)
    for layer, line, _, amount in valuation.layer_costs.iter_rows():
        costs[layer][line] = costs[layer].get(line, 0) + amount
    layers = [
        (
            row["movement"], (row["item"], row["cell"]), row["n"], row["remaining"], row["born_at"], row["missing"],
            tuple(sorted((line, amount) for line, amount in costs[row["layer"]].items() if amount)),
        )
        for row in valuation.layers.iter_rows(named=True)
    ]  # fmt: skip
    return sorted(layers), valuation


@pytest.mark.soak
def test_engine_and_checker_agree_layer_by_layer() -> None:
    """Random ledgers with every kind of movement: the same layers, debts, waiting movements, costs and leftovers."""
    for seed in range(effort(test=250, soak=20_000)):
        ledger = RandomLedger(seed)
        state, money = checked(ledger.moves, ledger.shares)
        mine = sorted(
            (
                layer.move.number, layer.slot, layer.n, layer.n - layer.taken, layer.born, id(layer) in money.missing,
                tuple(sorted((line, amount) for line, amount in (layer.costs or {}).items() if amount)),
            )
            for layer in state.layers
        )  # fmt: skip
        theirs, valuation = engine_layers(ledger.moves, ledger.shares)
        assert mine == theirs, f"seed {seed}"
        waiting = sorted(move.number for step in state.waiting for move in step)
        assert waiting == sorted(valuation.waiting["movement"]), f"seed {seed}"
        owed = {number: issue.owed for number, issue in state.issues.items() if issue.owed}
        assert owed == dict(valuation.uncosted.iter_rows()), f"seed {seed}"
        assert sum(money.unplaced.values()) == valuation.totals()["unplaced"], f"seed {seed}"


KINDS = {
    RECEIPT: "receive", COUNT_SURPLUS: "found", RETURN: "return", TRANSFER: "transfer", SALE: "sell",
    WRITE_OFF: "write_off", COUNT_SHORTAGE: "short",
}  # fmt: skip
COMPONENT = {0: "purchase", 1: "first_leg", 3: "duty_tax"}


@pytest.mark.soak
def test_checker_and_unit_model_agree_cent_by_cent() -> None:
    """The kinds that the unit-by-unit model knows: stock, debts and the cost of every sale are the same."""
    for seed in range(effort(test=400, soak=20_000)):
        ledger = RandomLedger(seed)
        moves = [m._replace(lot=0) for m in ledger.moves if m.kind in KINDS or m.event]
        names = {m.number for m in moves}
        moves = [
            m._replace(of=m.of if m.of in names else 0, key=m.key * 100_000 + (m.event or m.number)) for m in moves
        ]
        shares = [s for s in ledger.shares if s[1] in COMPONENT and s[3] == 0 and s[2] in names]
        born = {m.number for m in moves if m.target}
        shares = list({s[0]: s for s in shares if s[2] in born}.values())
        state, money = checked(moves, shares)
        model = unit_model(moves, shares)
        for slot in {(m.item, cell) for m in moves for cell in (m.source, m.target) if cell}:
            place = (str(slot[0]), str(slot[1]))
            layers = [layer for layer in state.open.get(slot, ()) if layer.taken < layer.n]
            assert len(model.stock[place]) == state.stock.get(slot, 0), f"seed {seed}"
            worth = money.families((layer, layer.taken, layer.n) for layer in layers)
            assert [model.worth(model.stock[place])[family] for family in FAMILIES] == worth[:3], f"seed {seed}"
        for move in moves:
            if move.kind == SALE:
                compare_sale(model.sold((str(move.number), 1, 0)), state, money, move, seed)


def compare_sale(sold: dict[str, int], state: Fold, money: Money, move: Move, seed: int) -> None:
    issue = state.issues[move.number]
    cost = money.families(issue.ranges)
    for layer in state.layers:
        if layer.move.kind == RETURN and layer.move.of == move.number:
            cost = [a - b for a, b in zip(cost, money.families(layer.parents), strict=True)]
    assert [sold[family] for family in FAMILIES] == cost[:3], f"seed {seed}"
    assert sold["uncosted"] == issue.owed, f"seed {seed}"


def unit_model(moves: list[Move], shares: list[Share]) -> Ledger:
    """The same moves for the unit-by-unit model."""
    made = {
        m.number: Exact(
            (str(m.number), 1 if not m.event else m.number, 0), KINDS.get(m.kind, "convert"), str(m.item), m.quantity,
            str(m.source or ""), str(m.target or ""), m.at, bool(m.late), m.key, None,
            str(m.event or ""), m.share,
        )
        for m in moves
    }  # fmt: skip
    for move in moves:
        if move.of:
            made[move.number].of = made[move.of]
    lines: dict[tuple[int, int], tuple[str, str, int, list[tuple[Exact, int]]]] = {}
    for place, (_, component, movement, _, amount) in enumerate(shares):
        name = ("goods " if component == 0 else "") + str(place)
        lines[place, 0] = (name, COMPONENT[component], amount, [(made[movement], 1)])
    return Ledger(list(made.values()), list(lines.values()))
