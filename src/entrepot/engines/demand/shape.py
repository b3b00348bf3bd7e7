"""Histories in another shape: bundles as their components, regions as shares of the item, a successor with its past."""

from __future__ import annotations

import numpy as np
import polars as pl

from entrepot.engines.demand.model import DemandPanel, WeeklyDemand

SHARE_UNITS = 20.0
"""Units of the shop's own regional split that stand beside each item's: three orders do not make a region."""


def components(lines: pl.DataFrame, bundles: pl.DataFrame) -> pl.DataFrame:
    """Order lines with every bundle replaced by its components: what has to be in stock is the component.

    ``bundles`` has ``bundle``, ``component`` and ``units`` of it in one bundle. A bundle of bundles is resolved once for each
    level; raises ``ValueError`` where one contains itself.

    >>> lines = pl.DataFrame({"item": ["set", "mug"], "quantity": [2, 5], "ordered_at": [0, 0]})
    >>> parts = pl.DataFrame({"bundle": ["set", "set"], "component": ["mug", "tray"], "units": [4, 1]})
    >>> components(lines, parts).select("item", "quantity").rows()
    [('mug', 8), ('tray', 2), ('mug', 5)]
    """
    columns = lines.columns
    for _ in range(20):
        if not lines["item"].is_in(bundles["bundle"].unique().to_list()).any():
            return lines
        opened = lines.join(bundles, left_on="item", right_on="bundle", how="left", maintain_order="left_right")
        lines = opened.with_columns(
            item=pl.coalesce("component", "item"), quantity=pl.col("quantity") * pl.col("units").fill_null(1)
        ).select(columns)
    raise ValueError("a bundle contains itself")


def regional_shares(weekly: WeeklyDemand, *, recent: int = 26) -> pl.DataFrame:
    """``item``, ``region``, ``share`` of each item's demand by region in the last ``recent`` weeks; shares add up to 1."""
    start = weekly.weeks[max(0, len(weekly.weeks) - recent)]
    sold = weekly.frame.filter(pl.col("week") >= start).select("item", "region", "demand")
    every = weekly.frame.select("item").unique()
    return split_shares(sold, every, ("item",), ("region",)).select("item", "region", "share").sort("item", "region")


def split_shares(
    sold: pl.DataFrame,
    every: pl.DataFrame,
    whole: tuple[str, ...],
    parts: tuple[str, ...],
    within: tuple[str, ...] = (),
) -> pl.DataFrame:
    """How what is forecast as a whole divides: ``whole``, ``parts``, ``units`` sold, ``share``; shares of a whole add up to 1.

    (units of whole and part + :data:`SHARE_UNITS` · the prior share) / (units of the whole + SHARE_UNITS): an item is forecast
    as a whole and then split, for most items sell too little in most regions to be forecast there. The prior is the split of
    all of ``sold``, or of those with the same ``within`` (some of ``whole``: the shop, the place). ``sold`` has these columns and
    ``demand``; ``every`` the wholes that are asked for.

    >>> sold = pl.DataFrame({"item": ["a", "a", "b"], "region": ["DE", "FR", "DE"], "demand": [30, 10, 0]})
    >>> split_shares(sold, pl.DataFrame({"item": ["a", "b"]}), ("item",), ("region",))["share"].round(2).to_list()
    [0.75, 0.25, 0.75, 0.25]
    """
    live = sold.filter(pl.col("demand") > 0)
    units = pl.col("demand").sum()
    prior = live.group_by(*within, *parts).agg(prior=units)
    among = pl.col("prior").sum().over(within) if within else pl.col("prior").sum()
    prior = prior.with_columns(prior=pl.col("prior") / among)
    own = live.group_by(*whole, *parts).agg(units=units)
    wholes = every.select(*whole).unique()
    both = wholes.join(prior, on=list(within), how="inner") if within else wholes.join(prior, how="cross")
    both = both.join(own, on=[*whole, *parts], how="left").with_columns(pl.col("units").fill_null(0))
    total = pl.col("units").sum().over(whole)
    share = (pl.col("units") + SHARE_UNITS * pl.col("prior")) / (total + SHARE_UNITS)
    return both.select(*whole, *parts, "units", share=share).sort(*whole, *parts)


def inherit(panel: DemandPanel, old: str | int, new: str | int, share: float = 1.0) -> DemandPanel:
    """``panel`` (keyed by item) in which ``new`` has the past of ``old``, times ``share``, before its own first sale.

    A successor is no new item. ``old`` stays as it is; let it end with :meth:`Forecast.until`. Raises ``KeyError`` for items
    that are not in the panel.
    """
    items = panel.keys["item"].to_list()
    if old not in items or new not in items:
        raise KeyError(old if old not in items else new)
    source, target = items.index(old), items.index(new)
    start = int(panel.born[target])
    demand, born, censored = panel.demand.copy(), panel.born.copy(), panel.censored.copy()
    demand[target, :start] = panel.demand[source, :start] * share
    censored[target, :start] = panel.censored[source, :start]
    born[target] = min(panel.born[source], start)
    bulk = None if panel.bulk is None else panel.bulk.copy()
    if bulk is not None and panel.bulk is not None:
        bulk[target, :start] = panel.bulk[source, :start] * share
    return DemandPanel(panel.keys, panel.weeks, demand, born, np.asarray(censored), bulk, panel.notes)
