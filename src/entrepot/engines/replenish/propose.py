"""The verb: stock, forecast and real costs in; what to order, by when, for what money, and why, out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from entrepot.engines.replenish.assume import fill_assumptions
from entrepot.engines.replenish.distribution import expected_shortage
from entrepot.engines.replenish.excess import Excess, find_excess
from entrepot.engines.replenish.model import PLAN, Assumptions, Bools, Floats, Plan
from entrepot.engines.replenish.projection import Arrivals, arrivals, weeks_until_empty
from entrepot.engines.replenish.quantity import Choice, Costs, choose

NEEDED = ("unit_cost", "unit_margin", "storage_week")
"""Inputs besides the forecast without which a row is listed as not planned."""

FORECAST_INPUTS = ("weekly_mean", "demand_lead", "demand_cover", "demand_cycle")


@dataclass(frozen=True)
class _Rows:
    """The plannable rows as arrays."""

    available: Floats
    mean: Floats
    lead: Floats
    review: Floats
    unit_cost: Floats
    carton: Floats
    moq: Floats
    lead_demand: Floats
    cover_demand: Floats
    cycle_demand: Floats
    levels: Floats
    costs: Costs
    coming: Arrivals


def propose(
    positions: pl.DataFrame, *, on: date, levels: tuple[float, ...], currency: str, inbound: pl.DataFrame | None = None,
    assumptions: Assumptions | None = None, tolerated_weeks: float = 26.0,
) -> Plan:  # fmt: skip
    """Proposals for every item and location.

    ``positions`` has the columns of :data:`~entrepot.engines.replenish.model.POSITIONS`, ``inbound`` those of
    :data:`~entrepot.engines.replenish.model.INBOUND`; ``levels`` are the quantile levels of the demand lists; money is
    in minor units of ``currency``; ``on`` is the day of the plan. Rows that lack a forecast, a cost or a margin which
    may not be assumed are listed in :attr:`Plan.unplanned` and the rest are planned. Stock beyond the order-up-to level
    and ``tolerated_weeks`` of demand is reported as excess.

    Raises ``ValueError`` for missing columns, duplicate (item, location) pairs, or lists that do not match ``levels``.
    """
    used = assumptions or Assumptions()
    rows = _with_cycle(fill_assumptions(positions, used))
    _check(rows, levels)
    missing = _missing(rows)
    plannable = rows.filter(missing.list.len() == 0)
    left_out = rows.select("item", "location").with_columns(missing=missing).filter(missing.list.len() > 0)
    arrays = _arrays(plannable, inbound, on, np.asarray(levels, dtype=np.float64), used)
    frame = _planned(plannable, arrays, on, tolerated_weeks)
    return Plan(frame, left_out, on, currency, used)


def _with_cycle(rows: pl.DataFrame) -> pl.DataFrame:
    """Without a cycle of its own an order covers the review period."""
    if "demand_cycle" in rows.columns and "cycle_weeks" in rows.columns:
        return rows
    cover = pl.col("demand_cover") if "demand_cover" in rows.columns else pl.lit(None)
    return rows.with_columns(cycle_weeks="review_weeks", demand_cycle=cover)


def _check(rows: pl.DataFrame, levels: tuple[float, ...]) -> None:
    absent = [name for name in FORECAST_INPUTS if name not in rows.columns]
    if absent:
        raise ValueError(f"positions lack the forecast column {', '.join(absent)}")
    if rows.select("item", "location").is_duplicated().any():
        raise ValueError("an item stands twice at the same location; sum its stock first")
    for name in ("demand_lead", "demand_cover", "demand_cycle"):
        lengths = rows[name].drop_nulls().list.len()
        if (lengths != len(levels)).any():
            raise ValueError(f"{name} must have one quantile for each of the {len(levels)} levels")


def _missing(rows: pl.DataFrame) -> pl.Series:
    """Names of the inputs that a row lacks; the forecast's columns count as one: forecast."""
    forecast = pl.any_horizontal(pl.col(name).is_null() for name in FORECAST_INPUTS)
    marks = [pl.when(forecast).then(pl.lit("forecast"))]
    marks += [pl.when(pl.col(name).is_null() | pl.col(name).is_nan()).then(pl.lit(name)) for name in NEEDED]
    return rows.select(pl.concat_list(marks).list.drop_nulls().alias("missing")).to_series()


def _arrays(rows: pl.DataFrame, inbound: pl.DataFrame | None, on: date, levels: Floats, used: Assumptions) -> _Rows:
    def number(name: str) -> Floats:
        return rows[name].cast(pl.Float64).to_numpy().astype(np.float64)

    def lists(name: str) -> Floats:
        if rows.is_empty():
            return np.zeros((0, levels.size))
        return np.asarray(rows[name].cast(pl.List(pl.Float64)).list.to_array(levels.size).to_numpy(), dtype=np.float64)

    unit_cost, lead = number("unit_cost"), _mean_lead(rows)
    review, cycle = number("review_weeks"), number("cycle_weeks")
    costs = Costs(
        margin=number("unit_margin"),
        holding=number("storage_week") + unit_cost * number("capital_rate") / 52,
        loss=unit_cost * (1 - used.salvage_share),
        hazard=number("end_of_life_rate") / 52,
        clear=np.full(unit_cost.shape, used.clear_weeks),
        order=number("order_cost"),
        window=lead + cycle,
        review=review,
        cycle=cycle,
    )
    return _Rows(
        available=number("on_hand") - number("reserved"),
        mean=number("weekly_mean"),
        lead=lead,
        review=review,
        unit_cost=unit_cost,
        carton=number("carton"),
        moq=number("moq"),
        lead_demand=lists("demand_lead"),
        cover_demand=lists("demand_cover"),
        cycle_demand=lists("demand_cycle"),
        levels=levels,
        costs=costs,
        coming=arrivals(rows, inbound, on),
    )


def _mean_lead(rows: pl.DataFrame) -> Floats:
    """Expected lead time of each row, weeks."""
    spans = rows.select("lead_weeks", "lead_weights").with_row_index("row")
    even = pl.when(pl.col("lead_weights").is_null()).then(pl.col("lead_weeks") * 0 + 1).otherwise("lead_weights")
    long = spans.with_columns(lead_weights=even).explode("lead_weeks", "lead_weights")
    mean = (pl.col("lead_weeks") * pl.col("lead_weights")).sum() / pl.col("lead_weights").sum()
    return long.group_by("row", maintain_order=True).agg(mean=mean)["mean"].to_numpy().astype(np.float64)


def _planned(rows: pl.DataFrame, a: _Rows, on: date, tolerated: float) -> pl.DataFrame:
    position = a.available + a.coming.within(a.lead + a.review)
    # What is sold out before an order of today arrives is lost whatever is ordered, so it does not use up the order.
    lost_before = expected_shortage(a.lead_demand, a.levels, np.maximum(a.available + a.coming.within(a.lead), 0.0))
    choice = choose(a.cycle_demand, a.cover_demand, a.levels, position + lost_before, a.costs, a.carton, a.moq)
    weekly_loss = a.costs.carrying - a.costs.holding
    stock = a.available + a.coming.total
    over = find_excess(stock, choice.level, a.mean, a.costs.holding, weekly_loss, a.unit_cost, tolerated)
    empty = weeks_until_empty(a.available, a.coming, a.mean)
    late = empty < a.lead
    flags = {
        "late": late & (a.costs.margin > 0),
        "overdue_inbound": a.coming.overdue,
        "loses_money": a.costs.margin <= 0,
        "moq_too_large": choice.too_large,
    }
    action = np.where(choice.units > 0, "order", np.where(over.units > 0, "excess", "wait"))
    frame = rows.select(
        "item", "location", "assumed", "review_weeks", "cycle_weeks", "unit_cost", "unit_margin", "weekly_mean"
    ).hstack(
        [
            pl.Series("action", action, dtype=pl.String),
            *_order_columns(choice, a),
            *_money_columns(choice, over, a),
            _units("position", position),
            _units("order_up_to", choice.level),
            _units("available", a.available),
            _units("inbound", a.coming.total),
            _units("carton", a.carton),
            _units("moq", a.moq),
            pl.Series("service", choice.service),
            pl.Series("overage", choice.overage),
            pl.Series("holding_week", a.costs.holding),
            pl.Series("lead_mean", a.lead),
            pl.Series("lost_before", np.round(lost_before, 2)),
            _weeks("cover_weeks", np.maximum(a.available, 0.0) + a.coming.total, a.mean),
            _date("stockout_on", on, empty),
            _date("order_by", on, np.where(np.isinf(empty), np.inf, np.maximum(empty - a.lead, 0.0))),
            _date("arrives_on", on, a.lead),
            _flags(rows, flags),
        ]
    )
    at_stake = pl.when(pl.col("action") == "order").then("benefit").otherwise("excess_month")
    order = pl.Series(action).replace_strict({"order": 0, "excess": 1, "wait": 2}, return_dtype=pl.Int8)
    frame = frame.with_columns(_turn=order, _stake=at_stake)
    return frame.sort("_turn", "_stake", "item", "location", descending=[False, True, False, False]).select(*PLAN)


def _order_columns(choice: Choice, a: _Rows) -> list[pl.Series]:
    return [_units("quantity", choice.units), _units("cartons", choice.units / a.carton)]


def _money_columns(choice: Choice, over: Excess, a: _Rows) -> list[pl.Series]:
    return [
        _units("benefit", np.rint(choice.margin_saved) - np.rint(choice.holding_added)),
        _units("margin_saved", np.rint(choice.margin_saved)),
        _units("holding_added", np.rint(choice.holding_added)),
        _units("cash", np.rint(choice.units * a.unit_cost)),
        _units("excess_units", over.units),
        _units("excess_month", np.rint(over.month)),
        _units("excess_cash", np.rint(over.cash)),
        pl.Series("clear_discount", np.rint(over.discount)).fill_nan(None).cast(pl.Int64),
    ]


def _units(name: str, values: Floats) -> pl.Series:
    return pl.Series(name, np.rint(values).astype(np.int64))


def _weeks(name: str, stock: Floats, mean: Floats) -> pl.Series:
    out = np.full(stock.shape, np.nan)
    np.divide(stock, mean, out=out, where=mean > 0)
    return pl.Series(name, np.round(out, 1)).fill_nan(None)


def _date(name: str, on: date, weeks: Floats) -> pl.Series:
    """``on`` plus whole days (rounded down: early rather than late); null where infinite."""
    days = np.floor(np.where(np.isinf(weeks), 0.0, weeks) * 7 + 1e-9).astype(np.int64)
    dates = np.datetime64(on) + days.astype("timedelta64[D]")
    dates[np.isinf(weeks)] = np.datetime64("NaT")
    return pl.Series(name, dates, dtype=pl.Date)


def _flags(rows: pl.DataFrame, marks: dict[str, Bools]) -> pl.Series:
    own = [pl.when(pl.Series(rows_marked)).then(pl.lit(code)) for code, rows_marked in marks.items()]
    flags = pl.concat_list(own).list.drop_nulls()
    if "flags" in rows.columns:
        flags = pl.concat_list(pl.col("flags").fill_null(pl.lit([], dtype=pl.List(pl.String))), flags)
    return rows.select(flags.alias("flags")).to_series()
