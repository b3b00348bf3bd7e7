"""The one verb: movements and cost shares in, a valuation out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from entrepot.engines.valuation.aim import aim
from entrepot.engines.valuation.average import moving_average
from entrepot.engines.valuation.draws import Pools, draws_of, own_of
from entrepot.engines.valuation.fold import allocate
from entrepot.engines.valuation.layer_costs import Sums, add_aimed_at_issues, add_issues, entries_of, on_hand, tree_of
from entrepot.engines.valuation.ledger_state import Allocation
from entrepot.engines.valuation.model import I64, CostShares, Movements
from entrepot.engines.valuation.month_end import month_end
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
    return price(fold(movements), costs, method=method, group=group, month_starts=month_starts)


def fold(movements: Movements) -> Allocation:
    """The unit half of :func:`value`: who took which units. Give it to :func:`price` as often as costs change."""
    return allocate(in_fold_order(movements))


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
    pools = None
    if method == "fifo":
        entries, left = entries_of(tree, aimed, rows)
        add_issues(tree, entries, left)
        on_hand(allocation.layers, entries, standing)
    elif method in ("moving_average", "month_end"):
        entries, left = None, Sums(np.zeros((rows, width), np.int64), np.zeros(rows, np.int64))
        o, own, units = allocation.ordered, own_of(aimed), np.zeros(slots, np.int64)
        born = np.zeros((len(tree.layers.n), width), np.int64)
        pools = Pools(draws_of(tree, width), born, np.zeros(len(born), np.int64))
        if method == "moving_average":
            moving_average(tree, o.of_row, own, pools, left, standing, units)
        else:
            months = _months(o.moves.at, month_starts)
            month_end(tree, o.group, months, o.of_row, own, pools, left, standing, units)
    else:
        raise ValueError(f"unknown costing method {method!r}; use fifo, moving_average or month_end")
    add_aimed_at_issues(aimed.issue_row, aimed.issue_component, aimed.issue_amount, left)
    return Valuation(method, group, allocation, aimed, left, standing, entries, pools)


def _months(at: I64, month_starts: Sequence[int] | I64 | None) -> I64:
    """Number of the month in which each instant lies."""
    if month_starts is None:
        raise ValueError("month_end needs month_starts: the instants, µs, at which months begin in the company's zone")
    starts = np.asarray(month_starts, dtype=np.int64)
    if (np.diff(starts) <= 0).any():
        raise ValueError("month_starts must ascend")
    return np.searchsorted(starts, at, side="right").astype(np.int64)
