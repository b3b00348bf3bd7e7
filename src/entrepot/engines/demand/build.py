"""Order lines to weekly demand by item × channel × region."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.calendar import DAY
from entrepot.engines.demand.bulk import bulk_units
from entrepot.engines.demand.doubts import line_doubts
from entrepot.engines.demand.model import DemandPanel, Floats, Ints, Netting, WeeklyDemand
from entrepot.engines.demand.netting import cancelled_quantities

EARLY = 7 * DAY
"""A cancellation within seven days of its order means that there was no demand; later it is a return."""

CLOSED_BELOW = 20.0
"""A channel that averages at least this many order lines a week and has none in a week was closed in it."""

OBSERVED_SHARE = 0.5
"""A week in which an item could be bought for less than this share is unknown, not low."""

_KEYS = ("item", "channel", "region")


def build_demand(
    lines: pl.DataFrame,
    *,
    zone: str = "UTC",
    since: int | None = None,
    as_of: int | None = None,
    in_stock: pl.DataFrame | None = None,
) -> WeeklyDemand:
    """Weekly demand from order lines.

    ``lines`` has the columns of :data:`~entrepot.engines.demand.model.ORDER_LINES`. ``as_of`` is the instant up to
    which the lines are complete (default: the last line); the week it falls in is dropped, lines after it are counted
    and left out. ``since`` is the instant from which they are complete; the week it falls in is dropped unless it
    begins there. ``in_stock`` is kept beside the demand and used by :func:`panel`.

    Raises ``ValueError`` when a column is missing or no whole week remains.

    >>> from datetime import UTC, datetime
    >>> from entrepot.core.calendar import to_instant
    >>> day = lambda d: to_instant(datetime(2026, 6, d, 12, tzinfo=UTC))
    >>> lines = pl.DataFrame({"item": ["a", "a", "a", "a"], "quantity": [5, 30, -30, 7], "customer": [1, 2, 2, 3],
    ...                       "ordered_at": [day(1), day(3), day(4), day(9)]})
    >>> weekly = build_demand(lines, as_of=day(15))
    >>> weekly.frame.select("week", "demand").rows()
    [(datetime.date(2026, 6, 1), 5), (datetime.date(2026, 6, 8), 7)]
    >>> weekly.netting.cancelled_units
    30
    """
    known = _normalised(lines)
    usable = known.drop_nulls(["item", "quantity", "ordered_at"]).filter(pl.col("quantity") != 0)
    end = as_of if as_of is not None else _last_instant(usable)
    past = usable.filter(pl.col("ordered_at") <= end)
    called_off = _called_off(past)
    live = past.filter(~pl.col("cancelled"))
    taken = cancelled_quantities(live, EARLY)
    live = live.with_columns(
        demand=pl.when(pl.col("quantity") > 0).then(pl.col("quantity") - pl.Series(taken)).otherwise(0),
        returned=pl.when(pl.col("quantity") < 0).then(-pl.col("quantity") - pl.Series(taken)).otherwise(0),
        week=_week(pl.col("ordered_at"), zone),
    )
    live = live.with_columns(bulk=pl.Series(bulk_units(live), dtype=pl.Int64))
    first, last = _whole_weeks(live, since, end, zone)
    whole = live.filter(pl.col("week").is_between(first, last))
    frame = (
        whole.group_by(*_KEYS, "week")
        .agg(pl.col("demand", "returned", "bulk").sum())
        .filter((pl.col("demand") > 0) | (pl.col("returned") > 0))
        .sort(*_KEYS, "week")
    )
    cancelled_sales = (taken > 0) & (live["quantity"].to_numpy() > 0)
    return WeeklyDemand(
        frame,
        first,
        last,
        _closed(whole, first, last),
        in_stock,
        Netting(
            lines=len(lines),
            cancelled_lines=int(cancelled_sales.sum()) + called_off[0],
            cancelled_units=int(taken[cancelled_sales].sum()) + called_off[1],
            returned_units=int(frame["returned"].sum()),
            future_lines=len(usable) - len(past),
            incomplete_week_units=int(live["demand"].sum()) - int(whole["demand"].sum()),
            unusable_lines=len(known) - len(usable),
        ),
        line_doubts(past, usable.filter(pl.col("ordered_at") > end), frame),
    )


def panel(weekly: WeeklyDemand, by: tuple[str, ...] = ("item",), *, drop_closed: bool = False) -> DemandPanel:
    """Weekly demand summed over ``by`` as dense series; unknown weeks are NaN.

    A week is unknown before the first sale, when the shop was closed, and when the item could be bought for less than
    half of it; above that, demand is scaled up by the share (it could not be bought for the rest). With
    ``drop_closed`` weeks in which every channel was closed are left out of the axis altogether.

    >>> frame = pl.DataFrame({"item": ["a", "a"], "channel": ["", ""], "region": ["", ""], "demand": [3, 4],
    ...                       "week": [date(2026, 6, 1), date(2026, 6, 15)], "returned": [0, 0]})
    >>> nothing = pl.DataFrame(schema={"channel": pl.String, "week": pl.Date})
    >>> weekly = WeeklyDemand(frame, date(2026, 6, 1), date(2026, 6, 15), nothing, None, Netting(2, 0, 0, 0, 0, 0, 0))
    >>> panel(weekly).demand.tolist()
    [[3.0, 0.0, 4.0]]
    """
    if not by or any(name not in _KEYS for name in by):
        raise ValueError(f"a panel is keyed by some of {', '.join(_KEYS)}, not by {by!r}")
    weeks = weekly.weeks
    told = [name for name in ("bulk",) if name in weekly.frame.columns]
    sold = weekly.frame.filter(pl.col("demand") > 0).group_by(*by, "week").agg(pl.col("demand", *told).sum())
    keys = sold.select(*by).unique().sort(*by).with_row_index("row")
    rows = sold.join(keys, on=list(by), how="left")["row"].to_numpy()
    columns = _columns(sold["week"], weekly.first_week)
    demand = np.zeros((len(keys), len(weeks)), dtype=np.float64)
    demand[rows, columns] = sold["demand"].to_numpy()
    bulk = np.zeros_like(demand)
    if told:
        bulk[rows, columns] = sold["bulk"].to_numpy()
    born = np.argmax(demand > 0, axis=1).astype(np.int64) if len(weeks) else np.zeros(len(keys), np.int64)
    share = _share(weekly, keys, by, demand.shape)
    censored = share < OBSERVED_SHARE
    closed = _closed_cells(weekly, keys, by, len(weeks))
    unknown, scale = censored | closed, np.where(censored, 1.0, share)
    demand = np.where(unknown, np.nan, demand / scale)
    demand[np.arange(len(weeks))[None, :] < born[:, None]] = np.nan
    kept: NDArray[np.bool_] = np.ones(len(weeks), dtype=np.bool_)
    if drop_closed and len(keys):
        kept = ~np.all(closed, axis=0)
    born = np.searchsorted(np.flatnonzero(kept), born).astype(np.int64)
    return DemandPanel(
        keys.drop("row"),
        tuple(weeks[column] for column in np.flatnonzero(kept)),
        np.ascontiguousarray(demand[:, kept]),
        born,
        np.ascontiguousarray(censored[:, kept]),
        np.ascontiguousarray(np.where(unknown, 0.0, bulk / scale)[:, kept]) if told else None,
        _notes(weekly.notes, keys),
    )


def _notes(notes: pl.DataFrame, keys: pl.DataFrame) -> tuple[tuple[str, ...], ...] | None:
    """Flags of each row of ``keys``; of all its channels and regions, for lines are noted by item."""
    if notes.is_empty() or "item" not in keys.columns:
        return None
    by_item: dict[object, list[str]] = {}
    for item, note in notes.iter_rows():
        by_item.setdefault(item, []).append(note)
    return tuple(tuple(by_item.get(item, ())) for item in keys["item"])


def _normalised(lines: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in ("item", "quantity", "ordered_at") if name not in lines.columns]
    if missing:
        raise ValueError(f"order lines lack the column {', '.join(missing)}")
    optional = [name for name in ("order", "customer") if name in lines.columns]
    at = pl.col("ordered_at")
    if isinstance(lines.schema["ordered_at"], pl.Datetime):
        at = at.dt.epoch("us")
    return lines.select(
        "item",
        pl.col("quantity").cast(pl.Int64),
        at.cast(pl.Int64).alias("ordered_at"),
        *(_text(lines, name) for name in ("channel", "region")),
        *optional,
        cancelled=pl.col("cancelled").fill_null(False) if "cancelled" in lines.columns else pl.lit(False),
    )


def _text(lines: pl.DataFrame, name: str) -> pl.Expr:
    if name not in lines.columns:
        return pl.lit("").alias(name)
    return pl.col(name).cast(pl.String).fill_null("").alias(name)


def _last_instant(lines: pl.DataFrame) -> int:
    if lines.is_empty():
        raise ValueError("there are no usable order lines")
    return int(lines["ordered_at"].to_numpy().max())


def _called_off(lines: pl.DataFrame) -> tuple[int, int]:
    gone = lines.filter(pl.col("cancelled") & (pl.col("quantity") > 0))
    return len(gone), int(gone["quantity"].sum())


def _week(instant: pl.Expr, zone: str) -> pl.Expr:
    return (
        pl.from_epoch(instant, "us").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.truncate("1w").dt.date()
    )


def _week_of(instant: int, zone: str) -> date:
    return pl.select(_week(pl.lit(instant), zone)).item()


def _whole_weeks(live: pl.DataFrame, since: int | None, end: int, zone: str) -> tuple[date, date]:
    """First and last Monday of the weeks that lie whole between ``since`` and ``end``."""
    if live.is_empty():
        raise ValueError("there are no usable order lines")
    # One microsecond later, so that an instant which is exactly a week's end completes that week.
    last = _week_of(end + 1, zone) - timedelta(weeks=1)
    if since is None:
        first = _week_of(int(live["ordered_at"].to_numpy().min()), zone)
    else:
        first = _week_of(since - 1, zone) + timedelta(weeks=1)
    if last < first:
        raise ValueError("the order lines do not span one whole week")
    return first, last


def _closed(whole: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """(channel, week) pairs without a single line in a channel that has many every week."""
    counts = whole.filter(pl.col("quantity") > 0).group_by("channel", "week").len()
    spans = counts.group_by("channel").agg(
        start=pl.col("week").min(), end=pl.col("week").max(), lines=pl.col("len").sum()
    )
    rows: list[tuple[str, date]] = []
    for channel, start, end, total in spans.iter_rows():
        weeks = [start + timedelta(weeks=k) for k in range((end - start).days // 7 + 1)]
        if total / len(weeks) < CLOSED_BELOW:
            continue
        open_weeks = set(counts.filter(pl.col("channel") == channel)["week"].to_list())
        rows += [(channel, week) for week in weeks if week not in open_weeks and first <= week <= last]
    return pl.DataFrame(rows, schema={"channel": pl.String, "week": pl.Date}, orient="row").sort("channel", "week")


def _columns(weeks: pl.Series, first: date) -> Ints:
    days = weeks.cast(pl.Int32).to_numpy().astype(np.int64) - (first - date(1970, 1, 1)).days
    return days // 7


def _closed_cells(weekly: WeeklyDemand, keys: pl.DataFrame, by: tuple[str, ...], count: int) -> NDArray[np.bool_]:
    closed = np.zeros((len(keys), count), dtype=np.bool_)
    if weekly.closed.is_empty():
        return closed
    columns = _columns(weekly.closed["week"], weekly.first_week)
    if "channel" in by:
        for channel, column in zip(weekly.closed["channel"], columns, strict=True):
            closed[(keys["channel"] == channel).to_numpy(), column] = True
        return closed
    # Summed over channels a week is unknown only when every channel was closed in it.
    channels = weekly.frame["channel"].n_unique()
    for column in np.unique(columns):
        closed[:, column] = int((columns == column).sum()) >= channels
    return closed


def _share(weekly: WeeklyDemand, keys: pl.DataFrame, by: tuple[str, ...], shape: tuple[int, ...]) -> Floats:
    share = np.ones((shape[0], shape[1]), dtype=np.float64)
    stock = weekly.in_stock
    if stock is None or stock.is_empty():
        return share
    on = [name for name in by if name in stock.columns]
    # The best-supplied place counts when stock is known in more detail than the series are kept.
    best = stock.group_by(*on, "week").agg(pl.col("share").max())
    best = best.filter(pl.col("week").is_between(weekly.first_week, weekly.last_week))
    cells = best.join(keys, on=on, how="inner")
    columns = _columns(cells["week"], weekly.first_week)
    share[cells["row"].to_numpy(), columns] = cells["share"].clip(0.0, 1.0).to_numpy()
    return share
