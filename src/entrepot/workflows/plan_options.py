"""Other ways to do each line, compared on the same futures: nothing, one way only, one carton more, the next price break."""

from __future__ import annotations

from datetime import date

import numpy as np

from entrepot.workflows.plan_batches import Batch, Ints
from entrepot.workflows.plan_figures import Facts, Said, modes_of


def options_of(batch: Batch, units: Ints, facts: list[Facts], on: date) -> list[list[Said]]:
    """Options of every row of a solved batch; the chosen one is marked. Rows that do nothing today have nothing beside it."""
    rows, modes = units.shape
    codes = ["chosen", "nothing", *(f"all_{lane.name}" for lane in batch.lanes), "more", "next_break"]
    orders = np.zeros((rows, len(codes), modes), np.int64)
    orders[:, 0] = units
    total = units.sum(axis=1)
    for mode in range(modes):
        orders[:, 2 + mode, mode] = total
    orders[:, 2 + modes] = units
    orders[:, 2 + modes, -1] += batch.standing.carton
    for n, fact in enumerate(facts):
        orders[n, 3 + modes] = _to_next_break(units[n], fact, int(batch.standing.carton[n]))
    if not total.any():
        return [[] for _ in range(rows)]
    cost = batch.option_costs(orders, price=0.0)
    out: list[list[Said]] = []
    for n, fact in enumerate(facts):
        seen: set[bytes] = set()
        mine: list[Said] = []
        for k, code in enumerate(codes):
            if total[n] == 0 or orders[n, k].tobytes() in seen:
                continue
            seen.add(orders[n, k].tobytes())
            count = int(orders[n, k].sum())
            goods = fact.goods_of(count)
            plain = fact.goods_of(int(total[n])) / int(total[n]) * count
            freight = float(orders[n, k] @ batch.freight[n])
            mine.append(
                {
                    "code": code, "units": count, "modes": modes_of(batch, n, orders[n, k], on, fact.made_days),
                    "cost": round(float(cost[n, k]) + goods - plain), "cash": round(goods + freight + fact.duty * count),
                    "risk": None, "chosen": k == 0,
                }
            )  # fmt: skip
        out.append(mine)
    return out


def _to_next_break(units: Ints, fact: Facts, carton: int) -> Ints:
    """The order raised by its slowest way to the supplier's next break, in cartons; itself where there is none."""
    total = int(units.sum())
    beyond = [start for start in fact.starts if start > total]
    if not beyond or total == 0 or not fact.bought:
        return units
    raised = units.copy()
    raised[-1] += -(-(beyond[0] - total) // carton) * carton
    return raised
