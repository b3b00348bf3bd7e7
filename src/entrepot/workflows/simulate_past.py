"""Entrepot's plan in the last year: forecasts made from earlier weeks only, orders planned anew every week.

Forecasts are issued every :data:`EVERY` weeks (the daily work issues them every day); costs and strategies are those of today.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from entrepot.core.progress import Progress
from entrepot.engines.twin.model import Now, Policy
from entrepot.workflows.simulate_books import Floats, Ints, SellerBooks
from entrepot.workflows.simulate_slabs import Slab

EVERY = 4


def issued(books: SellerBooks, progress: Progress) -> list[Floats]:
    """Quantiles of demand [rows, horizons, levels] as they would have been forecast at the end of week 0, 4, 8, … of the
    replay."""
    import polars as pl

    from entrepot.engines.demand import LEVELS, DemandPanel, LeadTime, forecast
    from entrepot.engines.replenish.demand_paths import HORIZONS
    from entrepot.engines.replenish.rolling import tempered

    first = date.fromisoformat(books.first_week)
    weeks = tuple(first + timedelta(weeks=n) for n in range(books.observed.shape[1]))
    panel = DemandPanel(
        pl.DataFrame({"item": np.arange(len(books))}), weeks, books.observed, books.born, books.censored
    )
    start = len(weeks) - books.replay_weeks
    out: list[Floats] = []
    issues = range(0, books.replay_weeks, EVERY)
    progress.begin("forecasting the past", len(issues))
    for week in issues:
        made = forecast(panel.until(start + week + 1))
        totals = np.stack([made.quantiles(LeadTime.fixed(h), LEVELS) for h in HORIZONS], axis=1).astype(np.float64)
        expected = 13 * made.frame["weekly_mean"].fill_null(0.0).to_numpy().astype(np.float64)
        known = np.nan_to_num(books.observed[:, : start + week + 1])
        recent = 13 * np.maximum(known[:, -8:].mean(axis=1), known[:, -13:].mean(axis=1))
        out.append(tempered(np.nan_to_num(totals), np.nan_to_num(expected), recent))
        progress.advance()
    return out


def replanned(slab: Slab, books: SellerBooks, totals: list[Floats]) -> Policy:
    """Orders planned every week as the production plan does, from the newest forecast of that time."""
    from entrepot.engines.demand import LEVELS
    from entrepot.engines.replenish.rolling import Ageing, RollingCosts, Standing, plan_orders

    operation = slab.operation
    goods, rates = operation.goods, operation.rates
    (first, factor), (second, older) = rates.aged
    costs = RollingCosts(
        operation.margin, goods.landed, operation.freight, slab.tiled(books.storage), rates.capital / 52, rates.handling,
        rates.written_off, slab.tiled(books.disposal), rates.excess_weeks, Ageing((first, second), (factor, older)),
    )  # fmt: skip
    price = float(books.service_price[slab.items].mean())
    weeks = slab.demand.shape[1]
    kept: list[Floats] = []

    def policy(now: Now) -> Ints:
        if now.week + 1 >= weeks:
            return np.zeros((len(goods), len(slab.lanes)), np.int64)
        newest = totals[min(now.week // EVERY, len(totals) - 1)][slab.items]
        standing = Standing(
            now.on_hand, now.transit, now.due, np.tile(newest, (slab.copies, 1, 1)), np.asarray(LEVELS), goods.carton,
            goods.least,
        )  # fmt: skip
        plan = plan_orders(
            standing, slab.lanes, costs, service_price=price, policy=kept[-1] if kept else None, seed=now.week + 1,
            late=slab.known[now.week + 1 :],
        )  # fmt: skip
        kept[:] = [plan.policy]
        return plan.units

    return policy
