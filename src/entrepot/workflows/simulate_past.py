"""Entrepot's plan in the last year: forecasts made from earlier weeks only, orders planned anew every week.

Forecasts are issued every :data:`EVERY` weeks (the daily work issues them every day); costs and strategies are those of today.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from entrepot import __version__
from entrepot.core.progress import Progress
from entrepot.engines.twin.model import Now, Policy
from entrepot.workflows.simulate_books import MODES, Floats, Ints, SellerBooks
from entrepot.workflows.simulate_kept import folder
from entrepot.workflows.simulate_slabs import Slab

EVERY = 4


def issued(books: SellerBooks, progress: Progress) -> list[Floats]:
    """Quantiles of demand [rows, horizons, levels] as they would have been forecast at the end of week 0, 4, 8, … of the
    replay; kept beside the books, for they are the same in every scenario."""
    path = folder() / f"{books.company}.past.npz"
    parts = (__version__.encode(), books.first_week.encode(), books.observed.tobytes(), books.born.tobytes())
    state = hashlib.sha256(b"|".join((*parts, books.censored.tobytes()))).hexdigest()
    found = _kept(path, state)
    if found is None:
        found = _issued(books, progress)
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as out:
            np.savez(out, state=np.array(state), totals=np.stack(found).astype(np.float32))
        fresh.replace(path)
        found = [one.astype(np.float32).astype(np.float64) for one in found]
    return found


def _kept(path: Path, state: str) -> list[Floats] | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            return list(kept["totals"].astype(np.float64)) if str(kept["state"]) == state else None
    except (OSError, ValueError, KeyError):
        return None


def _issued(books: SellerBooks, progress: Progress) -> list[Floats]:
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
    groups = [
        _Group(slab, books, np.flatnonzero(books.group[slab.items] == group))
        for group in np.unique(books.group[slab.items])
    ]
    weeks = slab.demand.shape[1]

    def policy(now: Now) -> Ints:
        out = np.zeros((slab.rows, MODES), np.int64)
        if now.week + 1 < weeks:
            newest = totals[min(now.week // EVERY, len(totals) - 1)]
            for group in groups:
                group.order(now, newest, out)
        return out

    return policy


class _Group:
    """Rows with the same ways of shipping, ageing and closures, planned together week by week."""

    def __init__(self, slab: Slab, books: SellerBooks, rows: Ints) -> None:
        from entrepot.engines.replenish.rolling import Ageing, RollingCosts

        self.rows, self.items = rows, slab.items[rows]
        self.lanes = slab.lanes(int(books.group[self.items[0]]))
        self.goods = slab.operation.goods.take(rows)
        self.known, self.shock = slab.known, slab.shocks.of[rows]
        self.policy: dict[int, Floats] = {}
        first, second, factor, older = (float(value) for value in books.ageing[self.items[0]])
        rates = slab.operation.rates
        self.costs = RollingCosts(
            slab.operation.margin[rows], self.goods.landed, slab.operation.freight[rows, -len(self.lanes) :],
            books.storage[self.items], books.constants["capital"] / 52, rates.handling, rates.written_off,
            books.disposal[self.items], rates.excess_weeks, Ageing((int(first), int(second)), (factor, older)),
            books.shelf[self.items],
        )  # fmt: skip
        self.price = float(books.service_price[self.items].mean())

    def order(self, now: Now, totals: Floats, out: Ints) -> None:
        """Today's orders into ``out`` [rows, modes]."""
        from entrepot.engines.demand import LEVELS
        from entrepot.engines.replenish.decide import Situation, decide_week
        from entrepot.engines.replenish.rolling import Standing

        modes = len(self.lanes)
        for number in np.unique(self.shock):
            some = np.flatnonzero(self.shock == number)
            rows, items = self.rows[some], self.items[some]
            late = self.known[number, now.week + 1 :, MODES - modes :]
            standing = Standing(
                now.on_hand[rows], np.ascontiguousarray(now.transit[rows][:, MODES - modes :]), now.due[rows], totals[items],
                np.asarray(LEVELS), self.goods.carton[some], self.goods.least[some],
            )  # fmt: skip
            there = Situation(standing, self.lanes, self.costs.take(some), late if late.any() else None)
            plan = decide_week(there, price=self.price, policy=self.policy.get(int(number)), seed=now.week + 1)
            self.policy[int(number)] = plan.policy
            out[rows, MODES - modes :] = plan.units
