"""What only the simulation knows, kept beside the files for tests and benchmarks: it is never imported.

``demand.parquet``: channel, sku, day, wanted, sold, lost, expected (mean of the demand), off (promotion, basis points).
``stock.parquet``: company, location, condition, sku, units as the books should show them after the last file (units of
orders not yet shipped still stand there). ``truth.json``: planted late and missing bills, shortages, losses and so on.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from entrepot.sample import signals
from entrepot.sample.demand import CHANNELS
from entrepot.sample.journal import IN_TRANSIT
from entrepot.sample.orders import OPEN, Orders
from entrepot.sample.places import FBA, GERMANY, HK
from entrepot.sample.world import World


def write(folder: Path, world: World, orders: Orders) -> Path:
    """Write the truth into ``folder`` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    demand(world).write_parquet(folder / "demand.parquet")
    stock(world, orders).write_parquet(folder / "stock.parquet")
    facts = {
        "start": world.start.isoformat(),
        "until": world.until.isoformat(),
        "orders": orders.lines.group_by("channel", "status")
        .agg(orders=pl.col("order").n_unique(), lines=pl.len(), units=pl.col("quantity").sum())
        .sort("channel", "status")
        .with_columns(shop=pl.col("channel").map_elements(lambda c: CHANNELS[c], pl.String))
        .to_dicts(),
        "bundles": [{"sku": code, "parts": [world.catalogue.sku[p] for p in parts], "sold": int(sold.sum())}
                    for (code, _, parts), sold in zip(world.bundles, world.bundles_sold, strict=True)],
        "promotions": [
            {"shop": CHANNELS[p.channel], "first": str(world.start + timedelta(p.first)), "off": p.off,
             "last": str(world.start + timedelta(p.last)), "uplift": p.uplift, "skus": len(p.skus)}
            for p in world.demand.promotions
        ],
        "returned_units": len(world.returned),
        "signals": signals.truths(),
        "planted": world.truths,
    }  # fmt: skip
    (folder / "truth.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), "utf-8")
    return folder


def demand(world: World) -> pl.DataFrame:
    """True demand by channel, SKU and day, where any was expected."""
    channel, sku, day = np.nonzero(world.demand.mean > 0)
    wanted, sold = world.demand.wanted[channel, sku, day], world.sold[channel, sku, day]
    return pl.DataFrame({
        "channel": pl.Series(channel).cast(pl.Int8).replace_strict(dict(enumerate(CHANNELS)), return_dtype=pl.String),
        "sku": pl.Series(np.array(world.catalogue.sku)[sku]),
        "day": pl.Series(np.datetime64(world.start) + day),
        "wanted": wanted, "sold": sold, "lost": wanted - sold,
        "expected": world.demand.mean[channel, sku, day], "off": world.demand.off[channel, sku, day],
    })  # fmt: skip


def stock(world: World, orders: Orders) -> pl.DataFrame:
    """Units by cell as the books should show them at the end; goods at sea stand under their shipment."""
    waiting = np.zeros((2, len(world.catalogue)), dtype=np.int64)
    for r in orders.lines.filter(pl.col("status") == OPEN).iter_rows(named=True):
        parts = (r["sku"],) if r["sku"] >= 0 else world.bundles[-1 - r["sku"]][2]
        for p in parts:
            waiting[0 if r["channel"] == 0 else 1, p] += r["quantity"]
    rows: list[dict[str, object]] = []
    for (company, location, condition), units in world.stock.cells.items():
        extra = waiting[(FBA, GERMANY).index(location)] if (location, condition) in (
            (FBA, "sellable"), (GERMANY, "sellable")) and company == HK else 0  # fmt: skip
        total = units + extra
        cell = {"company": company, "location": location, "condition": condition}
        rows.extend({**cell, "sku": world.catalogue.sku[i], "units": int(total[i])} for i in np.flatnonzero(total))
    schema = {"company": pl.String, "location": pl.String, "condition": pl.String, "sku": pl.String, "units": pl.Int64}
    return pl.DataFrame(rows, schema=schema).with_columns(in_transit=pl.col("condition") == IN_TRANSIT)
