"""Stock roll-forward of a month (收发存): opening, what came in and what went out by kind, closing, per SKU and place.

Units and book cost (IAS 2 / CAS 1 components) in minor units of the company's currency. The identity

    opening + adjustment + in − out = closing

holds for every SKU and place. In and out are the flows of the fold, range by range; ``adjustment`` is what facts that came
later changed of the stock that was reported at the opening (docs/methods/ledger.md, closed periods). A late movement folds in
the open month and stands among its flows; what takes a reported movement back, or states it anew, adjusts units as well as money.
What of units is left over would be a fault, and is counted (``unit_residue``).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from entrepot.books import models
from entrepot.books.facts import FOREVER
from entrepot.core.calendar import Instant
from entrepot.core.kinds import Kind
from entrepot.workflows.month_figures import BOOK_COMPONENTS, MonthFigures, month_figures
from entrepot.workflows.value_at import ValueAt

OPENING, ADJUSTMENT, CLOSING = "opening", "adjustment", "closing"
BEFORE = -(2**62)
KEYS = ["item", "cell"]


@dataclass(frozen=True)
class RollForward:
    """``steps``: item, cell, location, step (opening · adjustment · ``in_``/``out_`` and the kind · closing), units, amount.

    Amounts of what goes out are negative. ``uncosted``: units sold ahead of stock at the closing, that no layer has paid.
    """

    figures: MonthFigures
    steps: pl.DataFrame
    unit_residue: int
    uncosted: int

    def totals(self) -> dict[str, tuple[int, int]]:
        """Step → units and amount of all SKUs and places, in the order of a report."""
        sums = self.steps.group_by("step").agg(pl.col("units", "amount").sum())
        found = {step: (units, amount) for step, units, amount in sums.iter_rows()}
        return {step: found.get(step, (0, 0)) for step in _order(found)}

    def residue(self) -> int:
        """By how much opening + adjustment + in − out misses closing, summed over SKUs and places: 0."""
        sign = pl.when(pl.col("step") == CLOSING).then(-1).otherwise(1)
        left = self.steps.group_by(KEYS).agg((pl.col("amount") * sign).sum())
        return int(left["amount"].abs().sum()) + self.unit_residue


def roll_forward(company: str, months: str, *, known: Instant = FOREVER) -> RollForward:
    """The roll-forward of ``months`` of a company, as reported where it was closed, else as known until ``known``."""
    return of_figures(month_figures(company, months, known=known))


def of_figures(figures: MonthFigures) -> RollForward:
    """The roll-forward between two states of the books."""
    units, costs = _flows(figures, figures.starts, figures.ends)
    opening = _value(figures, figures.opening).rename({"amount": OPENING})
    closing = _value(figures, figures.closing).rename({"amount": CLOSING})
    moved = costs.group_by(KEYS).agg(pl.col("amount").sum())
    values = opening.join(closing, on=KEYS, how="full", coalesce=True).join(moved, on=KEYS, how="full", coalesce=True)
    values = values.with_columns(pl.exclude(KEYS).fill_null(0))
    values = values.with_columns(adjustment=pl.col(CLOSING) - pl.col("amount") - pl.col(OPENING))
    there = {OPENING: _units(figures, figures.opening), CLOSING: _units(figures, figures.closing)}
    there[ADJUSTMENT] = _units_known_since(figures, there[OPENING])
    states = [
        values.select(*KEYS, step=pl.lit(name), amount=name).join(
            there.get(name, there[OPENING].clear()), on=KEYS, how="full", coalesce=True
        ).with_columns(pl.col("step").fill_null(name), pl.col("amount", "units").fill_null(0))
        for name in (OPENING, ADJUSTMENT, CLOSING)
    ]  # fmt: skip
    flows = units.join(costs, on=[*KEYS, "step"], how="full", coalesce=True).with_columns(
        pl.col("units", "amount").fill_null(0)
    )
    order = [*KEYS, "step", "units", "amount"]
    steps = pl.concat([frame.select(order) for frame in (*states, flows)])
    steps = steps.filter((pl.col("units") != 0) | (pl.col("amount") != 0))
    return RollForward(figures, _placed(steps), _unit_residue(there, units), _uncosted(figures))


def _flows(figures: MonthFigures, starts: Instant, ends: Instant) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Units and amounts by item, cell and step."""
    from entrepot.engines.valuation.flows import cell_flows

    valued = figures.closing.valued
    flows = cell_flows(valued.valuation_of(figures.company.pk), starts, ends)
    moves = valued.facts.movements.select("movement", "kind", "company")
    names = {int(kind): kind.name.lower() for kind in Kind}

    def by_step(frame: pl.DataFrame, what: str) -> pl.DataFrame:
        mine = frame.join(moves.filter(pl.col("company") == figures.company.pk), on="movement")
        kind = pl.col("kind").replace_strict(names, return_dtype=pl.String)
        # A credit may make the money of what comes in negative: the cell says the way, not the sign.
        way = pl.when(pl.col("enters").fill_null(False)).then(pl.lit("in_")).otherwise(pl.lit("out_"))
        return mine.with_columns(step=way + kind).group_by(*KEYS, "step").agg(pl.col(what).sum())

    births = _entering(valued.facts.movements)
    costs = flows.costs.filter(pl.col("component").is_in(BOOK_COMPONENTS))
    return (
        by_step(flows.units.join(births, on=["movement", "cell"], how="left"), "units"),
        by_step(costs.join(births, on=["movement", "cell"], how="left"), "amount"),
    )


def _entering(moves: pl.DataFrame) -> pl.DataFrame:
    """movement, cell, enters: the cell that a movement brings units into."""
    return moves.select("movement", cell="to_cell", enters=pl.lit(True)).drop_nulls("cell")


def _value(figures: MonthFigures, state: ValueAt) -> pl.DataFrame:
    return figures.mine(state.stock).group_by(KEYS).agg(pl.col("amount").sum())


def _units(figures: MonthFigures, state: ValueAt) -> pl.DataFrame:
    """Units that stand there in layers; what was sold ahead of stock is told apart."""
    return figures.owned(state.stock).unique(KEYS).select(*KEYS, units=pl.col("units").clip(lower_bound=0))


def _units_known_since(figures: MonthFigures, opening: pl.DataFrame) -> pl.DataFrame:
    """Units that stood there when the month began as the closing state knows it, less those that were reported then."""
    from entrepot.engines.valuation.flows import cell_flows

    if figures.opening_reported is None:
        return opening.clear()
    valued = figures.closing.valued
    mine = valued.facts.movements.filter(pl.col("company") == figures.company.pk).select("movement")
    before = cell_flows(valued.valuation_of(figures.company.pk), BEFORE, figures.starts).units
    known = before.join(mine, on="movement", how="semi").select(*KEYS, "units")
    both = pl.concat([known, opening.with_columns(-pl.col("units"))]).group_by(KEYS).agg(pl.col("units").sum())
    return both.filter(pl.col("units") != 0)


def _unit_residue(there: dict[str, pl.DataFrame], flows: pl.DataFrame) -> int:
    sides = [
        there[OPENING], there[ADJUSTMENT], flows.select(*KEYS, "units"), there[CLOSING].with_columns(-pl.col("units")),
    ]  # fmt: skip
    return int(pl.concat(sides).group_by(KEYS).agg(pl.col("units").sum())["units"].abs().sum())


def _uncosted(figures: MonthFigures) -> int:
    return -int(figures.owned(figures.closing.stock).unique(KEYS)["units"].clip(upper_bound=0).sum())


def _placed(steps: pl.DataFrame) -> pl.DataFrame:
    rows = list(models.Cell.objects.values_list("pk", "location__code"))
    cells = pl.DataFrame(rows, schema={"cell": pl.Int64, "location": pl.String}, orient="row")
    return steps.join(cells, on="cell", how="left").sort("item", "cell", "step")


def _order(found: dict[str, tuple[int, int]]) -> list[str]:
    ways = [f"{way}_{kind.name.lower()}" for way in ("in", "out") for kind in Kind]
    return [OPENING, ADJUSTMENT, *(step for step in ways if step in found), CLOSING]
