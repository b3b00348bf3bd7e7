"""The one verb: movements and cost shares in, a valuation out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from entrepot.engines.valuation.aim import aim
from entrepot.engines.valuation.fold import allocate
from entrepot.engines.valuation.layer_costs import Sums, add_aimed_at_issues, add_issues, entries_of, on_hand, tree_of
from entrepot.engines.valuation.ledger_state import Allocation
from entrepot.engines.valuation.model import I64, CostShares, Movements
from entrepot.engines.valuation.order import in_fold_order
from entrepot.engines.valuation.result import Valuation

Method = Literal["fifo", "moving_average", "month_end"]


def value(
    movements: Movements,
    costs: CostShares,
    *,
    method: Method = "fifo",
    group: bool = False,
    month_starts: Sequence[int] | I64 | None = None,
) -> Valuation:
    """Who took which units, and what every unit cost, sold or on hand.

    ``movements`` and ``costs`` are the facts to be used: cut by (at, known) before. ``method``: "fifo" (with named
    lots), "moving_average" or "month_end" (weighted average per item, cell and month; ``month_starts`` are the
    instants, µs ascending, at which months begin in the company's zone). ``group`` follows the original cost through
    sales between sister companies and leaves the transfer prices (``internal``) out.

    Raises ValueError naming the movement or conversion event that contradicts itself. Source: docs/methods/ledger.md.
    """
    ordered = in_fold_order(movements)
    allocation = allocate(ordered)
    return price(allocation, costs, method=method, group=group, month_starts=month_starts)


def price(
    allocation: Allocation,
    costs: CostShares,
    *,
    method: Method = "fifo",
    group: bool = False,
    month_starts: Sequence[int] | I64 | None = None,
) -> Valuation:
    """The money half of :func:`value`: who took which units is known already and needs no fold again."""
    aimed = aim(costs, allocation, group=group)
    rows, slots, width = len(allocation.ordered.moves), len(allocation.stock), len(aimed.components)
    standing = Sums(np.zeros((slots, width), np.int64), np.zeros(slots, np.int64))
    tree = tree_of(allocation, group=group)
    if method != "fifo":
        raise NotImplementedError(method)
    entries, left = entries_of(tree, aimed, rows)
    add_issues(tree, entries, left)
    on_hand(allocation.layers, entries, standing)
    add_aimed_at_issues(aimed.issue_row, aimed.issue_component, aimed.issue_amount, left)
    return Valuation(method, group, allocation, aimed, left, standing, entries)
