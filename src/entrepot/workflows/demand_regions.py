"""How an item's demand at a place divides among the channels it is sold through and the countries it is shipped to.

The forecast is made for the whole and split by these shares: what the item itself sold in the last half-year, drawn towards the
split of the place by twenty units, for three orders do not make a country.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from entrepot.books import models
from entrepot.core.frames.demand import DEMAND_SHARES
from entrepot.workflows.demand_signals import week

RECENT = 26
"""Weeks that are looked at."""

LEAST = 0.005
"""Shares below this are not listed one by one; they stay with the rest of their channel."""

REST = ""
"""Region of what is not listed."""


def shares(lines: pl.DataFrame, keys: pl.DataFrame, last: date, zone: str) -> pl.DataFrame:
    """item, channel (place), shop (code), region (country; empty: not known, or the rest), units, share: a row for each part of
    each of ``keys`` (item, channel).

    ``lines`` has item, quantity, ordered_at, channel, shop (number) and country; ``last`` is the last whole week.
    """
    from entrepot.engines.demand.shape import split_shares

    codes = dict(models.Shop.objects.values_list("pk", "code"))
    first = last - timedelta(weeks=RECENT - 1)
    sold = lines.filter(pl.col("quantity") > 0).with_columns(week=week("ordered_at", zone))
    sold = sold.filter(pl.col("week").is_between(first, last)).select(
        "item", "channel", pl.col("shop").replace_strict(codes, default="", return_dtype=pl.String),
        pl.col("country").fill_null("").alias("region"), pl.col("quantity").alias("demand"),
    )  # fmt: skip
    split = split_shares(sold, keys, ("item", "channel"), ("shop", "region"), ("channel",))
    small = pl.when(pl.col("share") >= LEAST).then("region").otherwise(pl.lit(REST))
    whole = ["item", "channel", "shop", "region"]
    parts = split.with_columns(region=small).group_by(*whole).agg(pl.col("units", "share").sum()).sort(*whole)
    return DEMAND_SHARES.require(parts)


def by_key(split: pl.DataFrame) -> dict[tuple[Any, ...], list[list[Any]]]:
    """(item, channel) → [shop, region, share, units of the last half-year], the largest first: as a detail keeps it."""
    found: dict[tuple[Any, ...], list[list[Any]]] = {}
    for item, channel, shop, region, units, share in split.sort("share", descending=True).iter_rows():
        found.setdefault((item, channel), []).append([shop, region, round(share, 5), round(units)])
    return found


def in_all(split: pl.DataFrame, weekly: pl.DataFrame) -> list[list[Any]]:
    """[shop, region, share of all expected units], the largest first; ``weekly`` has item, channel and weekly_mean."""
    both = split.join(weekly.select("item", "channel", "weekly_mean"), on=["item", "channel"])
    units = (pl.col("share") * pl.col("weekly_mean").fill_null(0)).sum()
    parts = (
        both.group_by("shop", "region")
        .agg(units=units)
        .sort("units", "shop", "region", descending=[True, False, False])
    )
    total = float(parts["units"].sum()) or 1.0
    return [[shop, region, round(units / total, 5)] for shop, region, units in parts.iter_rows()]
