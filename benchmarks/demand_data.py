"""Demand files for the benchmarks: order lines or a weekly table, as a panel of weekly series."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from entrepot.engines.demand import DemandPanel, WeeklyDemand, build_demand, panel
from entrepot.engines.demand.model import Netting

SHARED = Path(os.environ.get("ENTREPOT_SHARED_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data"))
DEFAULT = SHARED / "demand" / "online_retail_2010_2011_shared_skus.parquet"
STOCK_CODE = r"^\d{5}[A-Z]*$"
NUMBERED_FROM = date(2001, 1, 1)  # a Monday, for tables whose weeks are only numbered


def load(path: Path) -> DemandPanel:
    """The panel of ``path``: order lines (StockCode, Quantity, InvoiceDate, UnitPrice, InvoiceNo, Country) or a weekly
    table (series, week, quantity, optional in_stock as a share 0..1)."""
    frame = pl.read_parquet(path)
    if {"series", "week", "quantity"} <= set(frame.columns):
        return panel(weekly_table(frame), drop_closed=True)
    if {"StockCode", "Quantity", "InvoiceDate", "UnitPrice"} <= set(frame.columns):
        return order_lines(frame)
    raise SystemExit(f"{path}: neither order lines nor a weekly table; its columns are {', '.join(frame.columns)}")


def order_lines(frame: pl.DataFrame) -> DemandPanel:
    """Weekly demand by stock code, all countries together; the incomplete weeks at both ends and closed weeks left out.

    InvoiceDate has no zone: it is the shop's own clock, so weeks are cut on it as it stands.
    """
    lines = frame.filter(pl.col("StockCode").str.contains(STOCK_CODE) & (pl.col("UnitPrice") > 0)).select(
        item="StockCode", quantity="Quantity", ordered_at=pl.col("InvoiceDate").dt.epoch("us"),
        customer="CustomerID" if "CustomerID" in frame.columns else "InvoiceNo",
    )  # fmt: skip
    since = int(lines["ordered_at"].to_numpy().min())
    return panel(build_demand(lines, since=since), drop_closed=True)


def weekly_table(frame: pl.DataFrame) -> WeeklyDemand:
    """A weekly table as weekly demand; repeated rows add up, a week without a row sold nothing, negatives are returns."""
    week = mondays(frame["week"])
    rows = frame.select("series", "quantity").with_columns(week=week)
    demand = rows.group_by(item=pl.col("series"), week=pl.col("week")).agg(
        demand=pl.col("quantity").clip(lower_bound=0).sum().round().cast(pl.Int64),
        returned=(-pl.col("quantity").clip(upper_bound=0)).sum().round().cast(pl.Int64),
    )
    demand = demand.with_columns(channel=pl.lit(""), region=pl.lit(""))
    stock = None
    if "in_stock" in frame.columns:
        told = frame.select(item="series", share=pl.col("in_stock").cast(pl.Float64)).with_columns(week=week)
        stock = told.drop_nulls("share")
    return WeeklyDemand(
        demand.select("item", "channel", "region", "week", "demand", "returned").sort("item", "week"),
        week.min(), week.max(),  # type: ignore[arg-type]
        _closed(demand), stock, Netting(len(frame), 0, 0, 0, 0, 0, 0),
    )  # fmt: skip


def _closed(demand: pl.DataFrame) -> pl.DataFrame:
    """Weeks in which nothing at all was sold, in a shop that sells at least twenty series a week."""
    sold = demand.filter(pl.col("demand") > 0).group_by("week").len()
    first, last = demand["week"].min(), demand["week"].max()
    weeks = pl.date_range(first, last, "1w", eager=True)  # type: ignore[arg-type]
    closed = weeks.filter(~weeks.is_in(sold["week"].to_list())) if sold["len"].mean() >= 20 else weeks.head(0)  # type: ignore[operator]
    return pl.DataFrame({"channel": [""] * len(closed), "week": closed}, schema={"channel": pl.String, "week": pl.Date})


def mondays(weeks: pl.Series) -> pl.Series:
    """Dates, texts (ISO dates) or consecutive numbers of weeks as Mondays."""
    if weeks.dtype.is_integer():
        first = int(np.asarray(weeks.min()))
        return pl.Series("week", [NUMBERED_FROM + timedelta(weeks=int(week) - first) for week in weeks], dtype=pl.Date)
    dates = weeks.str.slice(0, 10).str.to_date() if weeks.dtype == pl.String else weeks.cast(pl.Date)
    return dates.dt.truncate("1w").rename("week")
