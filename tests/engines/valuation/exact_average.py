"""The moving average on top of the exact model: units move as there, money sits in one pool per item and cell."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

from tests.engines.valuation.exact_model import Layer, Ledger, Move, nearest, stretch

Amounts = dict[int, int]


class AverageLedger(Ledger):
    """``pool`` and ``left``: amounts by component, of (item, cell) and of movements."""

    def __init__(self, moves: list[Move], costs: list[Move], *, group: bool = False) -> None:
        self.pool: dict[Any, Amounts] = defaultdict(lambda: defaultdict(int))
        self.left: dict[int, Amounts] = defaultdict(lambda: defaultdict(int))
        self.taken: dict[Any, dict[str, Any]] = {}  # (movement, layer, unit) → its draw
        self.drawn: dict[int, list[dict[str, Any]]] = defaultdict(list)  # by movement
        self.sizes: dict[int, list[int]] = defaultdict(list)
        for layer in Ledger(moves, costs, group=group).layers:
            self.sizes[layer.move["movement"]].append(layer.n)
        super().__init__(moves, costs, group=group)

    def draw(self, m: Move, wanted: int) -> list[tuple[Layer, int]]:
        key = (m["item"], m["from_cell"])
        before = len(self.stock[key])
        units = super().draw(m, wanted)
        if units:
            cost = {c: nearest(Fraction(a * len(units), before)) for c, a in self.pool[key].items()}
            draw = {"units": len(units), "cost": cost, "back": 0}
            self.drawn[m["movement"]].append(draw)
            self.taken |= {(m["movement"], id(layer), i): draw for layer, i in units}
            gone = m["to_cell"] < 0 and m["kind"] != "CONVERSION_IN"
            for component, amount in cost.items():
                self.pool[key][component] -= amount
                self.left[m["movement"]][component] += amount if gone else 0
        return units

    def born(self, m: Move, n: int, source: Any = None, conversion: Any = None) -> None:
        super().born(m, n, source, conversion)
        worth: Amounts = defaultdict(int)
        if conversion:
            inputs = [x["movement"] for x in self.by_number.values() if x["event"] == m["event"]]
            total: Amounts = defaultdict(int)
            for draw in (draw for number in inputs for draw in self.drawn[number]):
                for component, amount in draw["cost"].items():
                    total[component] += amount
            for component, amount in total.items():
                worth[component] += stretch(amount, conversion[3], *conversion[1:3])
        elif source and (self.group or m["kind"] != "INTERCOMPANY_RECEIPT"):
            giver = m["of"] if m["kind"] in ("RETURN", "INTERCOMPANY_RECEIPT") else m["movement"]
            draw = self.taken[giver, id(source[0]), source[1]]
            end = draw["units"] - draw["back"]
            draw["back"] += n
            for component, amount in draw["cost"].items():
                worth[component] += stretch(amount, draw["units"], end - n, end)
                if m["from_cell"] < 0:
                    self.left[m["movement"]][component] -= worth[component]
        sizes, place = self.sizes[m["movement"]], sum(layer.move is m for layer in self.layers) - 1
        start = sum(sizes[:place])
        aimed: dict[tuple[int, int], int] = defaultdict(int)
        for c in self.costs:
            if c["side"] == 0 and c["movement"] == m["movement"]:
                aimed[c["line"], c["component"]] += c["amount"]
        for (_, component), amount in aimed.items():
            worth[component] += stretch(amount, sum(sizes), start, start + n)
        for component, amount in worth.items():
            self.pool[m["item"], m["to_cell"]][component] += amount
