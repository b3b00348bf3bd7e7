"""The sample seller's catalogue: SKUs with packaging, prices, suppliers and how often each is asked for.

Arrays are in SKU order; money is in minor units of the currency named. The last SKUs are multipacks, made from three
units of a base SKU by conversion.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from entrepot.core.documents import Item, Listing, Packaging
from entrepot.sample.families import COLOURS, FAMILIES, SUPPLIER_OF, SUPPLIERS, Family

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

MULTIPACKS = 6
PACK_OF = 3
STAYS = 1_000_000
JUST_LAUNCHED = (45, 31, 17, -14)
"""Days before the end at which the latest launches go on sale; the last one only after it: an item without a sale."""
LONG = 365
"""Days above which a world has such launches; a shorter one is a sample of the books, not of forecasts."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything known of each SKU before the first day."""

    sku: list[str]
    name: list[str]
    name_zh: list[str]
    family: list[Family]
    supplier: list[str]
    cost_cny: Ints
    """Factory price per unit, CNY cents."""
    weight_g: Ints
    size_mm: Ints
    """Packed size, three columns, longest first."""
    carton_units: Ints
    moq: Ints
    lead_days: Ints
    price_usd: Ints
    price_eur: Ints
    """Shelf price with 19 % VAT inside."""
    price_gbp: Ints
    """Without VAT."""
    on_amazon: Flags
    in_europe: Flags
    daily: Reals
    """Mean demand in units a day over all channels at the launch level."""
    launch: Ints
    """Day on which sales may begin; 0 for what was there before."""
    ends: Ints
    """Day after the last day on sale, :data:`STAYS` for what is not discontinued."""
    base: Ints
    """Index of the SKU that a multipack is made of, -1 for the others."""
    hk_buys: Flags
    """Bought by the Hong Kong company itself rather than through Shenzhen."""

    def __len__(self) -> int:
        return len(self.sku)

    @property
    def volume_mm3(self) -> Ints:
        """Packed volume of one unit."""
        return self.size_mm.prod(axis=1)


def build(rng: np.random.Generator, skus: int, days: int) -> Catalogue:
    """``skus`` SKUs for a world of ``days`` days; the last six are multipacks of earlier ones."""
    variants = _variants(skus - MULTIPACKS)
    scale = np.array([v[2] for v in variants])
    family = [v[0] for v in variants]
    count = len(variants)
    jitter = rng.uniform(0.92, 1.12, count)
    cost = np.rint(np.array([f.cost for f in family]) * scale * jitter / 5).astype(np.int64) * 5
    weight = np.rint(np.array([f.weight for f in family]) * scale**0.9).astype(np.int64)
    size = np.rint(np.array([f.size for f in family]) * scale[:, None] ** 0.33).astype(np.int64)
    size = -np.sort(-size, axis=1)
    carton = np.maximum(4, np.rint(np.array([f.carton for f in family]) / scale / 2).astype(np.int64) * 2)
    daily = np.exp(rng.normal(-1.5, 1.1, count)).clip(0.05, 8.0)
    supplier = [SUPPLIER_OF[f.code] for f in family]
    profile = {s.code: s for s in SUPPLIERS}
    moq = np.ceil(np.maximum(60, 40_000 / cost * 10) / carton).astype(np.int64) * carton
    lead = np.array([profile[s].lead_days for s in supplier]) + rng.integers(-3, 6, count)
    launch = np.where(rng.random(count) < 0.12, rng.integers(60, max(61, days - 120), count), 0)
    young = np.argsort(-launch, kind="stable")[: len(JUST_LAUNCHED)]
    if days > LONG:
        launch[young] = np.where(launch[young] > 0, days - np.array(JUST_LAUNCHED)[: len(young)], 0)
    ends = np.where(rng.random(count) < 0.06, rng.integers(days // 2, days, count), STAYS)
    ends = np.where(ends < launch + 150, STAYS, ends)
    side = rng.random(count)
    base = np.full(count, -1)
    columns = {
        "cost": cost, "weight": weight, "size": size, "carton": carton, "daily": daily, "moq": moq, "lead": lead,
        "launch": launch, "ends": ends, "amazon": side >= 0.15, "europe": (side < 0.15) | (side >= 0.38), "base": base,
    }  # fmt: skip
    names = [_named(f, size_name, colour) for f, size_name, _, colour, _ in variants]
    sku = [v[4] for v in variants]
    hk = np.array([profile[s].buyer == "HK" for s in supplier])
    packs = _pack_bases(hk, np.array([f.weight for f in family]), daily, launch, ends)
    for key, column in columns.items():
        columns[key] = np.concatenate([column, column[packs]])
    made = slice(count, count + len(packs))
    columns["base"][made] = packs
    columns["cost"][made] *= PACK_OF
    columns["weight"][made] = columns["weight"][packs] * PACK_OF - 10
    columns["size"][made, 2] *= PACK_OF
    columns["size"] = -np.sort(-columns["size"], axis=1)
    columns["carton"][made] = np.maximum(4, columns["carton"][packs] // PACK_OF)
    columns["daily"][made] *= 0.35
    columns["amazon"][made] = True
    columns["europe"][made] = False
    columns["launch"][made] = 45
    for p in packs:
        sku.append(f"{sku[p]}-{PACK_OF}PK")
        names.append((f"{names[p][0]}, {PACK_OF}-pack", f"{names[p][1]} {PACK_OF}件装"))
        family.append(family[p])
        supplier.append(supplier[p])
    whole_cost = columns["cost"].astype(float)
    return Catalogue(
        sku=sku, name=[n[0] for n in names], name_zh=[n[1] for n in names], family=family, supplier=supplier,
        cost_cny=columns["cost"].astype(np.int64), weight_g=columns["weight"], size_mm=columns["size"],
        carton_units=columns["carton"], moq=columns["moq"], lead_days=columns["lead"],
        price_usd=_shelf(whole_cost / 7.15 * 2.2 + 520 + columns["weight"] * 0.6),
        price_eur=_shelf((whole_cost / 7.8 * 2.1 + 420 + columns["weight"] * 0.5) * 1.19),
        price_gbp=_shelf(whole_cost / 9.1 * 2.1 + 370 + columns["weight"] * 0.45),
        on_amazon=columns["amazon"], in_europe=columns["europe"], daily=columns["daily"],
        launch=columns["launch"].astype(np.int64), ends=columns["ends"].astype(np.int64),
        base=columns["base"].astype(np.int64), hk_buys=np.concatenate([hk, hk[packs]]),
    )  # fmt: skip


def _variants(count: int) -> list[tuple[Family, str, float, str, str]]:
    """(family, size, scale, colour, SKU) spread evenly over the families; a second series when all are used."""
    rows: list[tuple[Family, str, float, str, str]] = []
    series = 0
    while len(rows) < count:
        mark = f"-V{series + 1}" if series else ""
        for place in range(9):
            for f in FAMILIES:
                size_code, size_name, scale = f.sizes[place % 3]
                colour = f.colours[(place + place // 3) % 3]
                rows.append((f, size_name, scale, colour, f"{f.code}-{size_code}-{colour}{mark}"))
        series += 1
    return rows[:count]


def _named(f: Family, size: str, colour: str) -> tuple[str, str]:
    en, zh = COLOURS[colour]
    return f"{f.name} {size}, {en}", f"{f.name_zh} {size} {zh}"


def _pack_bases(hk: Flags, weight: Ints, daily: Reals, launch: Ints, ends: Ints) -> Ints:
    """The best-selling light SKUs that Hong Kong buys itself: what a seller would offer in threes."""
    suits = hk & (launch == 0) & (ends == STAYS) & (weight < 500)
    order = np.lexsort((np.arange(len(hk)), -np.where(suits, daily, -1.0)))
    return order[:MULTIPACKS]


def _shelf(cents: Reals) -> Ints:
    """A price as shops write it: whole units less one cent, at least 6.99."""
    return np.maximum(6, np.rint(cents / 100).astype(np.int64)) * 100 + 99 - 100


def asin(index: int) -> str:
    """A made-up catalogue number in the platform's form."""
    return f"B0S{index * 7919 + 1_000_003:07d}"[:10]


def fnsku(index: int) -> str:
    """A made-up warehouse label in the platform's form."""
    return f"X00S{index * 6607 + 100_003:06d}"[:10]


def items(catalogue: Catalogue, start: date) -> list[Item]:
    """The catalogue as item documents, with unit and carton packaging."""
    moment = datetime(start.year, start.month, start.day, tzinfo=UTC)
    result: list[Item] = []
    for i, sku in enumerate(catalogue.sku):
        length, width, height = (int(x) for x in catalogue.size_mm[i])
        pack = int(catalogue.carton_units[i])
        side = (pack * length * width * height * 1.12) ** (1 / 3)
        made = catalogue.base[i] >= 0
        result.append(
            Item(
                id=sku, effective_at=moment, name=catalogue.name[i], name_zh=catalogue.name_zh[i],
                category=catalogue.family[i].category, brand="Lanternfish", hs_code=catalogue.family[i].hs, origin="CN",
                supplier="" if made else catalogue.supplier[i], moq=None if made else int(catalogue.moq[i]),
                lead_time_days=None if made else int(catalogue.lead_days[i]),
                list_price=int(catalogue.price_usd[i]), currency="USD",
                packaging=[
                    Packaging(level="unit", units=1, weight_g=int(catalogue.weight_g[i]), length_mm=length,
                              width_mm=width, height_mm=height),
                    Packaging(level="carton", units=pack, weight_g=int(catalogue.weight_g[i]) * pack + 650,
                              length_mm=round(side * 1.3), width_mm=round(side), height_mm=round(side / 1.3)),
                ],
            )
        )  # fmt: skip
    return result


def listings(catalogue: Catalogue, shop: str, start: date) -> list[Listing]:
    """What the marketplace calls each SKU that it sells; the seller's own SKU is the listing's id."""
    moment = datetime(start.year, start.month, start.day, tzinfo=UTC)
    return [
        Listing(id=sku, effective_at=moment, shop=shop, sku=sku, title=catalogue.name[i], asin=asin(i), fnsku=fnsku(i))
        for i, sku in enumerate(catalogue.sku)
        if catalogue.on_amazon[i]
    ]
