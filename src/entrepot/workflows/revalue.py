"""Figures from facts: what every sale cost and earned, what every place holds at what cost, and why.

``revalue`` recomputes the items whose facts are newer than their figures, some hundreds at a time, each part in one
transaction that holds the writer's lock: after a kill the rest is simply still stale.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from entrepot.books import bulk, facts, figures
from entrepot.core.calendar import local_date
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows import periods
from entrepot.workflows.clock import now
from entrepot.workflows.economics import margin_frame, sale_frame, stock_frame
from entrepot.workflows.import_tax import store
from entrepot.workflows.imputed import Imputed
from entrepot.workflows.loss_figures import loss_frame
from entrepot.workflows.lot_figures import lot_frame
from entrepot.workflows.valuing import companies, evaluate, with_period_costs

PART = 600
"""Items valued in one transaction."""


@dataclass(frozen=True)
class Revalued:
    """How many items, sales and stock places were valued."""

    items: int
    sales: int
    places: int


def revalue(items: Collection[int] | None = None, *, everything: bool = False, progress: Progress = SILENT) -> Revalued:
    """Value ``items``, or all that are stale (``everything``: all that ever moved)."""
    if items is None:
        progress.begin("sharing period costs")
        figures.mark_stale(periods.allocate())
    todo = figures.stale(everything) if items is None else sorted(items)
    progress.begin("valuing", len(todo))
    sales = places = 0
    done: set[int] = set()
    for start in range(0, len(todo), PART):
        part = [item for item in todo[start : start + PART] if item not in done]
        if part:
            family, sold, held = _part(part)
            done |= family
            sales, places = sales + sold, places + held
        progress.advance(len(todo[start : start + PART]))
    store()
    return Revalued(len(done), sales, places)


def _part(items: list[int]) -> tuple[set[int], int, int]:
    with transaction.atomic():
        bulk.writer_lock()
        family = figures.joined(set(items))
        valued = evaluate(facts.load(family), companies())
        moved, held = periods.spread(valued, family)
        interest = Imputed(valued, local_date(now(), "UTC")).of_movements()
        valued = with_period_costs(valued, moved)
        sales = sale_frame(valued, imputed=interest)
        stock = stock_frame(valued, held)
        margins = margin_frame(valued, sales, interest)
        lots, lost = lot_frame(valued, sales), loss_frame(valued)
        figures.write(family, sales, margins, lots, stock, lost, at=now())
    return family, len(sales), len(stock)
