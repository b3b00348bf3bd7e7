"""Units sold become orders: lines, times, prices, discounts, taxes, destinations; some more that were cancelled.

One frame for all channels, a row a line, sorted by channel, day and order. Prices are in minor units of the shop's
currency; ``price`` is the shelf price of one unit, ``discount`` the promotion's part of the whole line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from entrepot.sample.catalogue import Ints
from entrepot.sample.demand import AMAZON, MARKET_UK, OWN_SHOP
from entrepot.sample.world import World

SHIPPED, OPEN, CANCELLED = "shipped", "open", "cancelled"
_JOINED = (0.06, 0.2, 0.15)
"""Chance that a line joins the order before it, by channel."""
_SECOND_UNIT = 0.14

# State, city, sales tax in basis points (0: none collected), share of orders.
US_PLACES = (
    ("CA", "Sacramento", "95814", 875, 16), ("TX", "Austin", "78701", 0, 12), ("FL", "Tampa", "33602", 0, 10),
    ("NY", "Albany", "12207", 800, 9), ("WA", "Spokane", "99201", 900, 5), ("IL", "Peoria", "61602", 0, 6),
    ("PA", "Erie", "16501", 0, 6), ("OH", "Dayton", "45402", 0, 5), ("GA", "Savannah", "31401", 0, 6),
    ("NC", "Durham", "27701", 0, 5), ("AZ", "Tucson", "85701", 870, 4), ("CO", "Cañon City", "81212", 0, 4),
    ("OR", "Salem", "97301", 0, 4), ("MN", "Duluth", "55802", 0, 4), ("MA", "Lowell", "01852", 625, 4),
)  # fmt: skip
# Country, city, postcode, VAT inside the price in basis points, share of orders.
EU_PLACES = (
    ("DE", "Leipzig", "04109", 1900, 70), ("AT", "Linz", "4020", 2000, 12), ("NL", "Utrecht", "3511", 2100, 8),
    ("FR", "Rennes", "35000", 2000, 6), ("CH", "Bern", "3011", 0, 4),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Orders:
    """``lines``: channel, day, order (number within the channel), line (from 1), sku (index, or −1 − bundle), quantity,
    price, discount, status, at (UTC), place (row of the channel's table). ``line_of_return[i]`` is the row of the
    world's i-th returned unit."""

    lines: pl.DataFrame
    line_of_return: Ints


def draw(world: World, seed: int) -> Orders:
    """Split what was sold into orders; bundles and cancelled orders are added."""
    rng = np.random.default_rng([seed, 901])
    channel, sku, day = np.nonzero(world.sold)
    units = world.sold[channel, sku, day]
    start = np.concatenate([[0], np.cumsum(units)])
    total = int(start[-1])
    cell = np.repeat(np.arange(len(units)), units)
    begins = rng.random(total) >= _SECOND_UNIT
    begins &= ~world.demand.bulk[channel, sku, day][cell]
    begins[start[:-1]] = True
    line_of_unit = np.cumsum(begins) - 1
    of_cell = cell[begins]
    frame = pl.DataFrame({
        "channel": channel[of_cell], "day": day[of_cell], "sku": sku[of_cell],
        "quantity": np.bincount(line_of_unit).astype(np.int64), "cell_line": np.arange(int(begins.sum())),
        "status": SHIPPED,
    })  # fmt: skip
    frame = pl.concat([frame, _bundle_lines(world), _cancelled(rng, frame)], how="vertical_relaxed")
    frame = _ordered(rng, frame, world)
    row_of_line = np.full(len(frame), -1)
    made = frame["cell_line"].to_numpy()
    row_of_line[made[made >= 0]] = np.flatnonzero(made >= 0)
    place = {key: i for i, key in enumerate(zip(channel.tolist(), sku.tolist(), day.tolist(), strict=True))}
    unit = np.array([start[place[r.channel, r.sku, r.sold_on]] + r.unit for r in world.returned], dtype=np.int64)
    return Orders(frame.drop("cell_line"), row_of_line[line_of_unit[unit]])


def _bundle_lines(world: World) -> pl.DataFrame:
    bundle, day = np.nonzero(world.bundles_sold)
    return pl.DataFrame({
        "channel": np.full(len(day), OWN_SHOP), "day": day, "sku": -1 - bundle,
        "quantity": world.bundles_sold[bundle, day], "cell_line": np.full(len(day), -1), "status": [SHIPPED] * len(day),
    })  # fmt: skip


def _cancelled(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """Orders that were taken back before they shipped: like one line in sixty, on the marketplace and the own shop."""
    chosen = np.flatnonzero((rng.random(len(frame)) < 1 / 60) & (frame["channel"].to_numpy() != MARKET_UK))
    return frame[chosen].with_columns(
        quantity=pl.lit(1, pl.Int64), cell_line=pl.lit(-1, pl.Int64), status=pl.lit(CANCELLED)
    )


def _ordered(rng: np.random.Generator, frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Shuffle within the day, group into orders, give times, places, prices and what is still open at the end."""
    frame = frame.with_columns(shuffle=rng.random(len(frame))).sort("channel", "day", "shuffle").drop("shuffle")
    channel, day = frame["channel"].to_numpy(), frame["day"].to_numpy()
    status = frame["status"].to_numpy()
    same = np.zeros(len(frame), dtype=bool)
    same[1:] = (channel[1:] == channel[:-1]) & (day[1:] == day[:-1])
    same[1:] &= (status[1:] == SHIPPED) & (status[:-1] == SHIPPED)
    same &= rng.random(len(frame)) < np.array(_JOINED)[channel]
    first = np.flatnonzero(~same)
    order = np.cumsum(~same) - 1
    line = np.arange(len(frame)) - first[order] + 1
    number = order - order[np.searchsorted(channel, channel)]
    seconds = rng.integers(7 * 3600, 24 * 3600 - 600, len(first))[order]
    chance = rng.random(len(first))[order]
    us, eu = (np.repeat(np.arange(len(p)), [row[4] for row in p]) for p in (US_PLACES, EU_PLACES))
    place = np.where(
        channel == AMAZON,
        us[rng.integers(0, len(us), len(first))[order]],
        eu[rng.integers(0, len(eu), len(first))[order]],
    )
    open_now = (day == world.days - 1) & (chance < 0.3) & (status == SHIPPED) & (channel != MARKET_UK)
    midnight = datetime(world.start.year, world.start.month, world.start.day, tzinfo=UTC)
    sku, quantity = frame["sku"].to_numpy(), frame["quantity"].to_numpy()
    price, off = _prices(world, channel, sku, day)
    discount = (price * off + 5_000) // 10_000 * quantity
    return frame.with_columns(
        order=pl.Series(number), line=pl.Series(line), price=pl.Series(price), discount=pl.Series(discount),
        place=pl.Series(place), status=pl.Series(np.where(open_now, OPEN, status)),
        at=pl.lit(midnight) + pl.duration(days=pl.col("day"), seconds=pl.lit(pl.Series(seconds))),
    )  # fmt: skip


def _prices(world: World, channel: Ints, sku: Ints, day: Ints) -> tuple[Ints, Ints]:
    """Shelf price of a unit and the promotion in basis points; a bundle costs a tenth less than its parts."""
    c = world.catalogue
    table = np.stack([c.price_usd, c.price_eur, c.price_gbp])
    single = np.maximum(sku, 0)
    price = table[channel, single]
    off = world.demand.off[channel, single, day]
    for place, (_, _, parts) in enumerate(world.bundles):
        price[sku == -1 - place] = int(c.price_eur[list(parts)].sum()) * 9 // 10
        off[sku == -1 - place] = 0
    return price, off
