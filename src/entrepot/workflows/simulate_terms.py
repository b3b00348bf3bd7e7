"""Terms of the twin's rows that the plan keeps elsewhere: price breaks, places that send each other goods, whose storage table
holds, how old stock is, and what money costs."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from entrepot.books import models
from entrepot.workflows.imputed import rates_of
from entrepot.workflows.plan_model import Inputs, Line
from entrepot.workflows.plan_moves import way_between
from entrepot.workflows.simulate_books import TIERS, Floats, Ints

MARKETS = {"US": "US", "GB": "UK"}
"""Country of the platform's warehouse → marketplace of its fee table."""
LAST_ORDERS = 5
NEVER = np.iinfo(np.int64).max


def market_of(place: models.Location) -> str:
    """The marketplace whose storage table holds at a place; empty where the seller's own bills say all."""
    return MARKETS.get(place.country, "") if place.kind == "fba" else ""


def old_of(layers: list[tuple[int, int]], available: int, ages: tuple[int, ...]) -> Ints:
    """Units on hand that are at least so many weeks old and not as old as the age before [ages]; no more than are available.

    >>> old_of([(60, 5), (30, 10), (2, 40)], 50, (52, 26)).tolist()
    [5, 10]
    """
    out, left = np.zeros(len(ages), np.int64), available
    for age, units in sorted(layers, reverse=True):
        held = min(units, left)
        left -= held
        step = next((n for n, weeks in enumerate(ages) if age >= weeks), None)
        if step is not None:
            out[step] += held
    return out


def breaks_of(inputs: Inputs, lines: list[Line]) -> tuple[Ints, Floats, NDArray[np.bool_]]:
    """Price breaks of each line's supplier [lines, TIERS]: from how many units, at what share of the price of the order that the
    seller usually places; and whether they hold for every unit of the order."""
    usual = _usual_orders([line.item for line in lines])
    starts, price = np.full((len(lines), TIERS), NEVER, dtype=np.int64), np.ones((len(lines), TIERS))
    every = np.ones(len(lines), dtype=np.bool_)
    starts[:, 0] = 1
    for row, line in enumerate(lines):
        source = line.source
        factor = inputs.money.factor(source.currency) if source else None
        if source is None or not factor or len(source.breaks) < 2:
            continue
        tiers = source.tiers(factor)
        order = max(usual.get((line.item, source.supplier), 0), source.moq or 1, 1)
        plain = tiers.goods(order) / order
        if plain <= 0:
            continue
        for n, (start, each) in enumerate(list(zip(tiers.starts, tiers.prices, strict=True))[:TIERS]):
            starts[row, n] = start
            price[row, n] = price[row, n:] = float(each) * float(tiers.rate) / plain
        every[row] = source.every_unit
    return starts, price, every


def _usual_orders(items: list[int]) -> dict[tuple[int, str], int]:
    """(item, supplier) → the middle size of his last orders."""
    rows = models.PurchaseLine.objects.filter(item_id__in=set(items), document__reversed__isnull=True)
    sizes: dict[tuple[int, str], list[int]] = defaultdict(list)
    for item, supplier, units in rows.order_by("-effective_at", "-pk").values_list("item_id", "supplier", "quantity"):
        if len(sizes[item, supplier]) < LAST_ORDERS:
            sizes[item, supplier].append(units)
    return {key: int(np.median(found)) for key, found in sizes.items()}


def regions(inputs: Inputs, lines: list[Line]) -> tuple[Ints, Floats]:
    """Number of the region of each line, −1 where its item stands nowhere else in it, and what moving a unit within it costs.

    Places are of one region where the plan would move goods between them in both directions."""
    by_item: dict[int, list[int]] = defaultdict(list)
    for row, line in enumerate(lines):
        by_item[line.item].append(row)
    region, cost = np.full(len(lines), -1, dtype=np.int64), np.zeros(len(lines))
    numbers: dict[tuple[int, ...], int] = {}
    for rows in by_item.values():
        left = list(rows)
        while left:
            first = left.pop(0)
            friends = [row for row in left if _cost(inputs, lines[first], lines[row]) is not None]
            if not friends:
                continue
            group = [first, *friends]
            number = numbers.setdefault(tuple(sorted(lines[row].place.pk for row in group)), len(numbers))
            for row in group:
                found = [
                    c for other in group if other != row and (c := _cost(inputs, lines[row], lines[other])) is not None
                ]
                region[row], cost[row] = number, max(found)
            left = [row for row in left if row not in friends]
    return region, cost


def _cost(inputs: Inputs, origin: Line, target: Line) -> float | None:
    """Freight of a unit between two places that send goods to each other."""
    there, back = way_between(inputs, origin, target), way_between(inputs, target, origin)
    if there is None or back is None:
        return None
    return there.freight(origin.measure.mm3, origin.measure.grams)


def capital_of(company: models.Company) -> tuple[tuple[str, int, int], ...]:
    """The company's yearly rates of capital as they are kept: since, numerator, denominator."""
    return tuple((r.since.isoformat(), r.yearly.numerator, r.yearly.denominator) for r in rates_of(company)[0])
