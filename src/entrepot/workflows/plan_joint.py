"""An order to a supplier is one: his minimum and his price breaks count all of an item, wherever it goes afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from entrepot.workflows.plan_model import Inputs, Line

if TYPE_CHECKING:
    from entrepot.workflows.plan_batches import Ints
    from entrepot.workflows.plan_orders import Choice


def whole_orders(inputs: Inputs, found: dict[int, Choice]) -> None:
    """Raise each item's order to the minimum or to a cheaper break where that costs less in sum, or leave it."""
    by_item: dict[int, list[Choice]] = {}
    for choice in found.values():
        by_item.setdefault(inputs.lines[choice.row].item, []).append(choice)
    for choices in by_item.values():
        if sum(int(c.units.sum()) for c in choices) > 0:
            _whole_order(inputs, [c for c in choices if not c.flags or c.units.sum() > 0])


def _whole_order(inputs: Inputs, choices: list[Choice]) -> None:
    from entrepot.workflows.plan_orders import line_costs

    lines = [inputs.lines[c.row] for c in choices]
    total, source = sum(int(c.units.sum()) for c in choices), lines[0].source
    least = max(line.moq for line in lines)
    factor = inputs.money.factor(source.currency) if source else None
    tiers = source.tiers(factor) if source and factor else None
    sizes = {total} if total >= least else {0}
    if tiers is not None:
        sizes |= set(tiers.candidates(total, lines[0].step, least))
    elif total < least:
        sizes.add(-(-least // lines[0].step) * lines[0].step)
    if sizes == {total}:
        return
    best: tuple[float, int, list[Ints]] | None = None
    for size in sorted(sizes):
        split = _split(choices, lines, size - total)
        cost = sum(float(line_costs(c, units[None])[0]) for c, units in zip(choices, split, strict=True))
        if tiers is not None and size > 0:
            plain = tiers.goods(max(total, 1)) / max(total, 1)
            cost += tiers.goods(size) - plain * size
        if best is None or cost < best[0] - 1e-6:
            best = (cost, size, split)
    if best is None or best[1] == total:
        return
    for choice, split in zip(choices, best[2], strict=True):
        # What was raised may be better off by another way than the slowest.
        ways = np.concatenate([split[None], np.eye(len(split), dtype=np.int64) * int(split.sum())])
        cost = line_costs(choice, ways)
        at = int(np.argmin(cost)) if cost[0] - cost.min() > inputs.order_line else 0
        choice.units = choice.wanted = ways[at]
        choice.cost = choice.unlimited = float(cost[at])
        choice.flags.append("no_minimum" if best[1] == 0 else "minimum" if total < least else "price_break")


def _split(choices: list[Choice], lines: list[Line], more: int) -> list[Ints]:
    """The orders with ``more`` units in cartons by the slowest ways, by expected sales; all of it less is nothing."""
    out = [c.units.copy() for c in choices]
    if more < 0:
        return [np.zeros_like(units) for units in out]
    carton = lines[0].step
    weekly = np.array([max(line.weekly, 1e-9) for line in lines])
    given = np.zeros(len(lines))
    for _ in range(-(-more // carton)):
        at = int(np.argmin((given + [units.sum() for units in out]) / weekly))
        given[at] += carton
    for units, extra in zip(out, given, strict=True):
        units[-1] += int(extra)
    return out
