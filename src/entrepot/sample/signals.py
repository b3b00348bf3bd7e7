"""What people did before and beside buying, as the seller's tools report it: signals with known truth.

**Unmet demand**: searches that found nothing, units left in carts, complaints in reviews, people who wait for what is out of
stock; and searches that name an SKU, which tell what a search is worth. **Explaining signals**, week by week: units put in
carts follow the true demand of the coming week (:data:`CART_ADDS_A_UNIT` each, with noise), mentions follow nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from entrepot.core.documents import Signal
from entrepot.sample.catalogue import STAYS, Ints
from entrepot.sample.demand import AMAZON, OWN_SHOP
from entrepot.sample.places import AMAZON_SHOP
from entrepot.sample.places import OWN_SHOP as OWN_SHOP_CODE
from entrepot.sample.world import World

WEEKS = 13
"""Weeks of unmet demand."""
CART_ADDS_A_UNIT = 4.0
NOISE = 0.15
"""Standard deviation of the logarithm of what carts say."""
WATCHED = 30
"""SKUs whose carts and mentions are told."""
SEARCHES_A_UNIT = 28.0
"""Searches that name an SKU for each unit of it that sells, about."""

WANTED = (
    ("blue travel kettle", AMAZON_SHOP, 310, 0.04), ("led desk lamp with clock", AMAZON_SHOP, 240, 0.0),
    ("lunch box for kids with compartments", AMAZON_SHOP, 520, 0.06), ("bamboo bread box", AMAZON_SHOP, 180, -0.03),
    ("umbrella with torch", AMAZON_SHOP, 90, 0.0), ("usb c hub with card reader", AMAZON_SHOP, 400, 0.02),
    ("phone tripod for cars", AMAZON_SHOP, 160, 0.01), ("steel lunch box", AMAZON_SHOP, 75, 0.0),
    ("cat tree", AMAZON_SHOP, 350, 0.0), ("glass jar with bamboo lid", AMAZON_SHOP, 130, 0.0),
    ("silikon backmatte rund", OWN_SHOP_CODE, 60, 0.03), ("trockenbeutel 40 l", OWN_SHOP_CODE, 45, 0.0),
    ("laptopständer aus holz", OWN_SHOP_CODE, 110, 0.05), ("picknickdecke xxl", OWN_SHOP_CODE, 70, -0.02),
    ("usb-c kabel 5 m", OWN_SHOP_CODE, 95, 0.0),
)  # fmt: skip
"""(what people typed, shop, searches a week at first, growth a week). Nobody in the sample sells it under that name."""

COMPLAINTS = (
    "too small for the price",
    "lid does not close",
    "colour fades",
    "arrived without manual",
    "smells at first",
)


def unmet(world: World, seed: int) -> list[Signal]:
    """Weekly reports of the last quarter, oldest first."""
    rng = np.random.default_rng([seed, 977])
    found: list[Signal] = []
    weeks = [world.days - 7 * (WEEKS - k) for k in range(WEEKS)]
    sold = np.stack([world.sold[:, :, max(day, 0) : day + 7].sum(axis=2) for day in weeks], axis=2)
    wanted = np.stack([world.demand.wanted[:, :, max(day, 0) : day + 7].sum(axis=2) for day in weeks], axis=2)
    best = np.argsort(-sold[AMAZON].sum(axis=1), kind="stable")[:25]
    often = rng.lognormal(0.0, 0.35, len(best))
    complained = rng.choice(best, size=len(COMPLAINTS), replace=False)
    for week, day in enumerate(weeks):
        at = _at(world, min(day + 6, world.days - 1))
        for subject, shop, first, growth in WANTED:
            found.append(_signal(at, shop, "searches", int(rng.poisson(first * (1 + growth) ** week)), subject=subject))
        for i, many in zip(best, often, strict=True):
            count = int(rng.poisson(SEARCHES_A_UNIT * many * max(float(sold[AMAZON, i, week]), 0.5)))
            found.append(
                _signal(at, AMAZON_SHOP, "searches", count, world.catalogue.sku[i], world.catalogue.name[i][:120])
            )
        for i in best[:12]:
            left = int(rng.poisson(0.6 * max(float(sold[OWN_SHOP, i, week]), 0.3)))
            found.append(_signal(at, OWN_SHOP_CODE, "abandoned_carts", left, world.catalogue.sku[i]))
        for i, what in zip(complained, COMPLAINTS, strict=True):
            found.append(_signal(at, AMAZON_SHOP, "complaints", int(rng.poisson(0.8)), world.catalogue.sku[i], what))
        lost = wanted[:, :, week] - sold[:, :, week]
        for channel, shop in ((AMAZON, AMAZON_SHOP), (OWN_SHOP, OWN_SHOP_CODE)):
            for i in np.argsort(-lost[channel], kind="stable")[:4]:
                people = int(rng.binomial(int(max(lost[channel, i], 0)), 0.4))
                found.append(_signal(at, shop, "waiting", people, world.catalogue.sku[i]))
    return [one for one in found if one.numerator > 0]


def explaining(world: World, seed: int) -> list[Signal]:
    """Units put in carts, and mentions, of the best sellers on the marketplace, week by week over the whole time."""
    rng = np.random.default_rng([seed, 978])
    found: list[Signal] = []
    chosen = watched(world)
    for day in range(0, world.days - 13, 7):
        at = _at(world, day + 6)
        coming = world.demand.mean[AMAZON][chosen, day + 7 : day + 14].sum(axis=1)
        carts = rng.poisson(CART_ADDS_A_UNIT * coming * rng.lognormal(0.0, NOISE, len(chosen)))
        mentions = rng.poisson(rng.gamma(2.0, 4.0, len(chosen)))
        for i, adds, said in zip(chosen, carts, mentions, strict=True):
            found.append(_signal(at, AMAZON_SHOP, "cart_adds", int(adds), world.catalogue.sku[i]))
            found.append(_signal(at, AMAZON_SHOP, "mentions", int(said), world.catalogue.sku[i]))
    return found


def watched(world: World) -> Ints:
    """The SKUs that :func:`explaining` speaks of: the best sellers among those on sale from the first day to the last."""
    c = world.catalogue
    stays = c.on_amazon & (c.launch == 0) & (c.ends == STAYS)
    units = np.where(stays, world.sold[AMAZON].sum(axis=1), -1)
    return np.sort(np.argsort(-units, kind="stable")[:WATCHED])


def truths() -> dict[str, object]:
    """What only the generator knows of its signals."""
    return {
        "cart_adds": {"weeks_ahead": 1, "a_unit": CART_ADDS_A_UNIT, "noise": NOISE},
        "mentions": {"worth": 0},
        "searches_a_unit": SEARCHES_A_UNIT,
        "wanted": [{"subject": s, "shop": shop, "a_week": first, "growth": g} for s, shop, first, g in WANTED],
    }


def batches(world: World, seed: int) -> Iterator[tuple[str, list[Signal]]]:
    """File name and its signals."""
    yield "signals_unmet_demand.csv", unmet(world, seed)
    yield "signals_weekly.csv", explaining(world, seed)


def _at(world: World, day: int) -> datetime:
    on = world.start + timedelta(day)
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def _signal(at: datetime, shop: str, name: str, value: int, sku: str = "", subject: str = "") -> Signal:
    number = f"{name}-{shop}-{at:%Y%m%d}-{sku or subject}"[:120]
    return Signal(id=number, effective_at=at, sku=sku, shop=shop, name=name, subject=subject, numerator=value)
