"""Signals beside sales, from the books: what each is worth on this company's own weeks, and what the kept ones say of the next.

Signal documents (page views, cart adds, ads, social, reviews, search trend, a rival's price, sales rank, repurchase rate …, under
any name) become weekly series of the items they are told of; one without an item speaks for its whole shop. Counts of a week are
added up and taken as log(1 + x), so that an effect is about an elasticity; levels (:data:`LEVELS`: prices, indices, ranks, rates)
are averaged and taken as logarithms. The price that an item really sold at is a signal too. Most lead by a week;
prices and promotions (:data:`AT_ONCE`) work at once, and those told for weeks to come are planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.books import models, unmet

if TYPE_CHECKING:
    from entrepot.engines.demand import DemandPanel, Signal
    from entrepot.engines.demand.signal_paths import SignalPaths

LEVELS = frozenset({
    "price", "competitor_price", "rival_price", "list_price", "sold_price", "search_index", "search_trend", "sales_rank", "rank",
    "rating", "review_score", "conversion", "conversion_rate", "repurchase_rate", "promotion", "discount", "竞品价格", "售价",
    "搜索指数", "销量排名", "评分", "转化率", "复购率", "折扣",
})  # fmt: skip
"""Names of signals that are the state of a week, not counts: averaged where they are told more than once."""

AT_ONCE = frozenset({
    "price", "competitor_price", "rival_price", "list_price", "sold_price", "promotion", "discount", "竞品价格", "售价", "折扣",
})  # fmt: skip
"""Names of signals that speak for their own week, and may be told for weeks to come; all others lead by one."""

NONE_IS_ZERO = frozenset({"promotion", "discount", "折扣"})
"""Names of signals that are told only while they last: a week of which nothing is told had none."""

SOLD_PRICE = "sold_price"
MOVES = 0.02
"""Standard deviation of the logarithm of an item's weekly price from which prices can tell something."""

FEWEST_WEEKS = 26
"""Weeks of sales below which signals are not judged."""

MOST_SERIES = 3_000
"""Series that signals are judged on at most; more would not change what is kept."""

MOST_NAMES = 12
"""Signals that are judged at most: those told most often."""

ROWS = {"name": pl.String, "item": pl.Int64, "place": pl.String, "week": pl.Date, "value": pl.Float64}
_SCHEMA = {"name": pl.String, "item": pl.Int64, "shop": pl.Int64, "value": pl.Float64, "at": pl.Int64}


@dataclass(frozen=True)
class Beside:
    """``signals`` in the order of a panel's series, and values ``planned`` [series, weeks ahead] by name."""

    signals: tuple[Signal, ...]
    planned: Mapping[str, NDArray[np.float64]]


def paths(company: int, zone: str, panel: DemandPanel, sold: pl.DataFrame, seed: int = 1) -> SignalPaths | None:
    """What the company's signals are worth and say of the weeks ahead; ``None`` where there are none to judge.

    ``sold`` has item, quantity, amount (null unknown) and ordered_at of its order lines.
    """
    from entrepot.engines.demand.season import AHEAD
    from entrepot.engines.demand.signal_paths import signal_paths
    from entrepot.engines.demand.signals import Signal, signal_values

    if len(panel.weeks) < FEWEST_WEEKS or len(panel) == 0:
        return None
    told = beside(pl.concat([_told(company, zone), _prices(sold, zone)]), panel, AHEAD)
    if not told.signals:
        return None
    any_known = np.zeros(len(panel), dtype=np.bool_)
    for one in told.signals:
        any_known |= (~np.isnan(one.values)).any(axis=1)
    rows = np.flatnonzero(any_known)
    if rows.size > MOST_SERIES:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_SERIES, replace=False))
    few = [Signal(one.name, one.values[rows], one.lag) for one in told.signals]
    values = signal_values(panel.take(rows.astype(np.int64)), few)
    return signal_paths(told.signals, values, AHEAD, told.planned)


def stored(found: SignalPaths | None) -> list[dict[str, Any]]:
    """What each signal is worth, as a run keeps it: name, effect (and 95 % interval), value on unseen weeks, kept and why not."""
    if found is None:
        return []
    return [
        {name: round(told, 5) if isinstance(told, float) else told for name, told in asdict(one).items()}
        for one in found.values.signals
    ]


def beside(rows: pl.DataFrame, panel: DemandPanel, ahead: int) -> Beside:
    """Observations (``rows`` with the columns of :data:`ROWS`; item or place null: all of them) as signals of a panel keyed by
    item and channel."""
    from entrepot.engines.demand.signals import Signal

    counts = rows.group_by("name").len().sort("len", "name", descending=[True, False]).head(MOST_NAMES)
    signals: list[Signal] = []
    planned: dict[str, NDArray[np.float64]] = {}
    weeks = len(panel.weeks)
    for name in sorted(counts["name"].to_list()):
        own = rows.filter(pl.col("name") == name)
        level = name.casefold() in LEVELS
        cells = own.group_by("item", "place", "week").agg(pl.col("value").mean() if level else pl.col("value").sum())
        grid = _grid(cells, panel, weeks + ahead)
        if name.casefold() in NONE_IS_ZERO:
            told = np.flatnonzero((~np.isnan(grid)).any(axis=1))
            grid[told, :weeks] = np.nan_to_num(grid[told, :weeks])
        grid = _readable(grid, level)
        if np.isnan(grid[:, :weeks]).all():
            continue
        lag = 0 if name.casefold() in AT_ONCE else 1
        signals.append(Signal(name, np.ascontiguousarray(grid[:, :weeks]), lag))
        if lag == 0 and not np.isnan(grid[:, weeks:]).all():
            planned[name] = grid[:, weeks:]
    return Beside(tuple(signals), planned)


def _grid(cells: pl.DataFrame, panel: DemandPanel, width: int) -> NDArray[np.float64]:
    """Values [series, weeks]; what is told of one item at one place outranks what is told of all of them."""
    out = np.full((len(panel), width), np.nan)
    first = panel.weeks[0]
    keys = panel.keys.select("item", place=pl.col("channel").cast(pl.String)).with_row_index("row")
    placed = cells.with_columns(column=((pl.col("week") - first).dt.total_days() // 7).cast(pl.Int64))
    placed = placed.filter(pl.col("column").is_between(0, width - 1))
    for on in ([], ["place"], ["item"], ["item", "place"]):
        given = [pl.col(name).is_not_null() if name in on else pl.col(name).is_null() for name in ("item", "place")]
        some = placed.filter(*given)
        if some.is_empty():
            continue
        both = some.select(*on, "column", "value")
        found = both.join(keys, on=on, how="inner") if on else both.join(keys, how="cross")
        out[found["row"].to_numpy(), found["column"].to_numpy()] = found["value"].to_numpy()
    return out


def _readable(values: NDArray[np.float64], level: bool) -> NDArray[np.float64]:
    """Logarithms where values allow: of levels as they are, of counts one more; else in units of their standard deviation."""
    known = values[~np.isnan(values)]
    if known.size and level and known.min() > 0:
        return np.log(values)
    if known.size and not level and known.min() >= 0:
        return np.log1p(values)
    return values / (float(known.std()) or 1.0) if known.size else values


def _told(company: int, zone: str) -> pl.DataFrame:
    """Observations of the company's signal documents: each document's newest version, none that was taken back."""
    places = {
        pk: str(place) for pk, place in models.Shop.objects.filter(company=company).values_list("pk", "location_id")
    }
    standing = unmet.current(models.SignalValue.objects.all()).order_by("pk")
    rows = standing.values_list("name", "item_id", "shop_id", "subject", "numerator", "denominator", "effective_at")
    found = [
        (name, item, shop, top / bottom, at)
        for name, item, shop, subject, top, bottom, at in rows.iterator(chunk_size=5_000)
        if (shop is None or shop in places) and (item is not None or not subject)
    ]
    frame = pl.DataFrame(found, schema=_SCHEMA, orient="row")
    return frame.select(
        "name", "item", pl.col("shop").replace_strict(places, default=None, return_dtype=pl.String).alias("place"),
        week("at", zone).alias("week"), "value",
    )  # fmt: skip


def _prices(sold: pl.DataFrame, zone: str) -> pl.DataFrame:
    """What each item sold at, week by week (weeks without a sale keep the last price), where that moves enough to tell."""
    lines = sold.filter((pl.col("quantity") > 0) & (pl.col("amount") > 0)).with_columns(week=week("ordered_at", zone))
    if lines.is_empty():
        return pl.DataFrame(schema=ROWS)
    prices = lines.group_by("item", "week").agg(value=pl.col("amount").sum() / pl.col("quantity").sum())
    moving = prices.group_by("item").agg(moves=pl.col("value").log().std(), n=pl.len())
    moving = moving.filter((pl.col("moves") >= MOVES) & (pl.col("n") >= 8)).select("item")
    every = prices.join(moving, on="item").sort("item", "week")
    if every.is_empty():
        return pl.DataFrame(schema=ROWS)
    last = lines["week"].max()
    filled = [_kept_on(one, last) for one in every.partition_by("item")]
    return pl.concat(filled).select(
        pl.lit(SOLD_PRICE).alias("name"), pl.col("item").cast(pl.Int64), pl.lit(None, pl.String).alias("place"), "week",
        pl.col("value").cast(pl.Float64),
    )  # fmt: skip


def _kept_on(one: pl.DataFrame, last: Any) -> pl.DataFrame:
    weeks = pl.DataFrame({"week": pl.date_range(one["week"].min(), last, "1w", eager=True)})  # type: ignore[arg-type]
    return weeks.join(one, on="week", how="left").sort("week").with_columns(pl.col("item", "value").forward_fill())


def week(instant: str, zone: str) -> pl.Expr:
    """Monday of the week that an instant falls in, in the company's zone."""
    at = pl.from_epoch(pl.col(instant), "us").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return at.dt.truncate("1w").dt.date()


def names(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the signals that a run kept, as it stored them."""
    return [str(one["name"]) for one in found if one.get("kept")]
