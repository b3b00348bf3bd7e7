"""Demand that finds nothing to buy, ranked as product opportunities, each with the money that it may be worth a month.

**Evidence** is counted: searches without a listing, units left in carts, complaints in reviews, people who wait to be told.
**Units** are count × share that would buy. The share of searches is measured where the shop knows it (units sold of listed
items for each search that names them, :func:`search_rate`); otherwise it is an assumption (:data:`ASSUMED`) with a range of
half to double. **Money** is units × price and units × margin of the item it is about; without one, the median of the items that
resemble the subject; without those, the median of the shop. All of it is an estimate: it ranks, it does not forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Any

import numpy as np
import polars as pl

from entrepot.core.reasons import Reason
from entrepot.engines.demand.resembling import Resembling, resembling, subject_key

SOURCES = ("search", "cart", "complaint", "waiting")
LEAST_SUBJECTS, LEAST_SEARCHES = 5, 500
"""Listed items and searches of them from which a shop's own share of buyers is measured."""
STEADY_SEARCHES = 100
"""Searches at the shop's share that stand beside each item's own, so that three lucky searches are no rate."""
MOST_RATE = 0.5
SIMILAR = 0.3
"""Likeness from which an item's price and margin speak for a subject."""
NEAREST = 5
FULL = 0.999
"""Likeness of an item that has every word of the subject in its names."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Units bought for each one counted, and the range it may lie in; ``subjects`` listed items it was measured on, 0:
    assumed."""

    share: float
    low: float
    high: float
    subjects: int = 0


ASSUMED: Mapping[str, Rate] = {
    "search": Rate(0.02, 0.01, 0.04), "cart": Rate(0.25, 0.125, 0.5), "complaint": Rate(1.0, 0.5, 2.0),
    "waiting": Rate(0.2, 0.1, 0.4),
}  # fmt: skip
"""Shares where the shop does not know its own: assumptions, with a range of half to double."""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One subject. ``kind``: ``new`` (nothing like it is listed), ``findable`` (an item is called so, yet the search finds
    none), ``restock`` (an own item: carts, people waiting) or ``better`` (an own item: complaints).

    ``counts`` a month by source; ``units`` a month with ``units_low`` and ``units_high``; ``sales`` and ``profit`` a month in
    minor units, ``None`` where no price or margin is known, ``profit_low`` and ``profit_high`` its range; ``trend``: change
    of the later half of the time against the earlier, as a share. ``item`` is the item it is about or the nearest one;
    ``basis`` whose price and margin were taken: ``own``, ``similar``, ``shop`` or empty.
    """

    subject: str
    kind: str
    item: str | int | None
    shops: tuple[str, ...]
    counts: Mapping[str, float]
    units: float
    units_low: float
    units_high: float
    sales: int | None
    profit: int | None
    profit_low: int | None
    profit_high: int | None
    trend: float | None
    basis: str
    reasons: tuple[Reason, ...]

    def explain(self) -> tuple[Reason, ...]:
        """Why this estimate, in lines that a seller can read; the last ones are about money."""
        return self.reasons


def search_rate(listed: pl.DataFrame) -> Rate | None:
    """Units that a shop sells for each search that names one of its items; ``None`` where too few are known.

    ``listed`` has a row an item with ``searches`` and ``sold`` over the same weeks. Units sold to people who did not search are
    in it: it says what a listing of this shop sells for the searches it gets, not what a search converts to. The range is
    what the tenth and the ninetieth of a hundred items sell.

    >>> items = pl.DataFrame({"searches": [400, 200, 300, 500, 600], "sold": [20, 4, 9, 30, 12]})
    >>> rate = search_rate(items)
    >>> round(rate.share, 4), rate.low < rate.share < rate.high, rate.subjects
    (0.0375, True, 5)
    """
    told = listed.filter(pl.col("searches") > 0)
    searches, sold = float(told["searches"].sum()), float(told["sold"].sum())
    if len(told) < LEAST_SUBJECTS or searches < LEAST_SEARCHES or sold <= 0:
        return None
    share = min(sold / searches, MOST_RATE)
    each = (told["sold"].to_numpy() + STEADY_SEARCHES * share) / (told["searches"].to_numpy() + STEADY_SEARCHES)
    low, high = (float(end) for end in np.quantile(each, [0.1, 0.9]))
    return Rate(share, min(low, share), max(min(high, MOST_RATE), share), len(told))


def opportunities(
    unmet: pl.DataFrame, items: pl.DataFrame | None = None, rates: Mapping[tuple[str, str], Rate] | None = None
) -> tuple[Opportunity, ...]:
    """Subjects of ``unmet`` by expected profit a month (then by units), each with its reasons.

    ``unmet`` has the columns of :data:`~entrepot.core.frames.demand.UNMET`. ``items`` is the catalogue: ``item``, ``label``
    (SKU), ``names`` (list of names, in any language), ``price`` and ``margin`` (minor units a unit, null unknown). ``rates``
    by (source, shop) replace :data:`ASSUMED`. Subjects that differ only in case, plural or order of words are one.

    >>> unmet = pl.DataFrame({"subject": ["blue kettle", "Kettles blue"], "item": [None, None], "shop": ["EU", "EU"],
    ...     "source": ["search", "search"], "count": [900.0, 100.0], "trend": [None, 0.2]})
    >>> items = pl.DataFrame({"item": [7], "label": ["KT-1"], "names": [["Steel kettle"]], "price": [2900.0],
    ...     "margin": [800.0]})
    >>> one = opportunities(unmet, items)[0]
    >>> one.subject, one.kind, one.units, one.sales, one.profit, one.basis
    ('blue kettle', 'new', 20.0, 58000, 16000, 'similar')
    >>> print(*one.explain(), sep="\\n")
    1,000 searches a month found nothing of yours: 20 units a month, if 2.0% of them buy (an assumption).
    Nearest in the catalogue: KT-1.
    +20% in the later half of the time.
    A unit sells for 2900 and earns 800: the median of 1 similar items.
    """
    catalogue = items if items is not None else _NO_ITEMS
    known = rates or {}
    labels = {item: (label, price, margin) for item, label, _, price, margin in catalogue.select(_ITEM).iter_rows()}
    likeness = resembling(catalogue.select("item", "names").rows())
    rows = [dict(row, key=(subject_key(row["subject"]), row["item"])) for row in unmet.iter_rows(named=True)]
    rows.sort(key=lambda row: (row["key"][0], str(row["key"][1])))
    found = [
        _one(list(group), known, labels, likeness)
        for _, group in groupby(rows, key=lambda row: (row["key"][0], str(row["key"][1])))
    ]
    # What is expected to lose money is no opportunity however large: unknown money stands before a loss.
    return tuple(sorted(found, key=lambda one: (-(one.profit or 0), -one.units, one.subject)))


_ITEM = ("item", "label", "names", "price", "margin")
_NO_ITEMS = pl.DataFrame(
    schema={
        "item": pl.Int64,
        "label": pl.String,
        "names": pl.List(pl.String),
        "price": pl.Float64,
        "margin": pl.Float64,
    }
)
_Labels = Mapping[str | int, tuple[str, float | None, float | None]]


def _one(
    rows: Sequence[Mapping[str, Any]], rates: Mapping[tuple[str, str], Rate], labels: _Labels, likeness: Resembling
) -> Opportunity:
    """All evidence of one subject together."""
    counts: dict[str, float] = {}
    units: dict[str, list[float]] = {}
    used: dict[str, Rate] = {}
    for row in sorted(rows, key=lambda row: -float(row["count"])):
        source, count = str(row["source"]), float(row["count"])
        rate = rates.get((source, str(row["shop"])), ASSUMED[source])
        counts[source] = counts.get(source, 0.0) + count
        sums = units.setdefault(source, [0.0, 0.0, 0.0])
        for place, share in enumerate((rate.share, rate.low, rate.high)):
            sums[place] += count * share
        used.setdefault(source, rate)
    first = max(rows, key=lambda row: float(row["count"]))
    own: str | int | None = first["item"]
    subject = str(first["subject"])
    near = [] if own is not None else likeness.nearest(subject, NEAREST)
    most = max(units, key=lambda source: units[source][0])
    kind = _kind(own, most, near)
    total = [sum(part[place] for part in units.values()) for place in range(3)]
    price, margin, basis, similar = _money(own, near, labels)
    low, high = (None, None) if margin is None else sorted((round(total[1] * margin), round(total[2] * margin)))
    trend = _trend(rows)
    item = own if own is not None else near[0][0] if near else None
    reasons = [_counted(source, counts[source], units[source], used[source]) for source in SOURCES if source in counts]
    reasons += _about(kind, own, near, labels)
    if trend is not None and abs(trend) >= 0.1:
        reasons.append(Reason("opp_trend", f"{trend:+.0%} in the later half of the time.", {"change": round(trend, 3)}))
    reasons.append(_priced(price, margin, basis, similar))
    return Opportunity(
        subject, kind, item, tuple(sorted({str(row["shop"]) for row in rows if row["shop"]})), counts,
        round(total[0], 6), round(total[1], 6), round(total[2], 6),
        None if price is None else round(total[0] * price), None if margin is None else round(total[0] * margin),
        low, high, trend, basis, tuple(reasons),
    )  # fmt: skip


def _kind(own: object, most: str, near: Sequence[tuple[str | int, float]]) -> str:
    if own is not None:
        return "better" if most == "complaint" else "restock"
    return "findable" if near and near[0][1] > FULL else "new"


def _trend(rows: Sequence[Mapping[str, Any]]) -> float | None:
    """Change of the larger part of the evidence, weighted by count."""
    told = [(float(row["trend"]), float(row["count"])) for row in rows if row["trend"] is not None]
    weight = sum(count for _, count in told)
    return sum(change * count for change, count in told) / weight if weight > 0 else None


def _money(
    own: str | int | None, near: Sequence[tuple[str | int, float]], labels: _Labels
) -> tuple[float | None, float | None, str, int]:
    """Price and margin a unit, whose they are, and of how many items."""
    if own is not None and own in labels and labels[own][1] is not None:
        return labels[own][1], labels[own][2], "own", 1
    # Where an item is called just so, its money counts, not that of its neighbours.
    least = FULL if near and near[0][1] > FULL else SIMILAR
    alike = [labels[item] for item, score in near if score >= least and labels[item][1] is not None]
    chosen, basis = (alike, "similar") if alike else ([told for told in labels.values() if told[1] is not None], "shop")
    if not chosen:
        return None, None, "", 0
    margins = [margin for _, _, margin in chosen if margin is not None]
    price = median([price for _, price, _ in chosen if price is not None])
    return price, median(margins) if margins else None, basis, len(chosen)


def _counted(source: str, count: float, units: Sequence[float], rate: Rate) -> Reason:
    what = {
        "search": f"{count:,.0f} searches a month found nothing of yours",
        "cart": f"{count:,.0f} units a month were left in carts",
        "complaint": f"{count:,.0f} reviews a month complain of it",
        "waiting": f"{count:,.0f} people a month asked to be told",
    }[source]
    said = {
        "count": round(count),
        "units": round(units[0], 1),
        "share": round(rate.share, 4),
        "subjects": rate.subjects,
    }
    if rate.subjects:
        text = f"{what}: {units[0]:.3g} units a month, as {rate.subjects} listed items sell {rate.share:.1%} of theirs."
        return Reason(f"opp_{source}_measured", text, said)
    verb = "buyer lost for each" if source == "complaint" else "of them buy"
    share = f"{rate.share:g}" if source == "complaint" else f"{rate.share:.1%}"
    return Reason(
        f"opp_{source}", f"{what}: {units[0]:.3g} units a month, if {share} {verb} (an assumption).", said
    )  # fmt: skip


def _about(kind: str, own: object, near: Sequence[tuple[str | int, float]], labels: _Labels) -> list[Reason]:
    if own is not None or not near or near[0][1] < SIMILAR:
        return []
    label = labels[near[0][0]][0]
    if kind == "findable":
        text = f"{label} is called so: the search does not find it, or it was not for sale there."
        return [Reason("opp_findable", text, {"sku": label})]
    return [Reason("opp_near", f"Nearest in the catalogue: {label}.", {"sku": label})]


def _priced(price: float | None, margin: float | None, basis: str, items: int) -> Reason:
    if price is None:
        return Reason("opp_money_unknown", "No price is known that could stand for it: money is not estimated.", {})
    whose = {
        "own": "its own last months",
        "similar": f"the median of {items} similar items",
        "shop": f"the median of all {items} items, for none is like it",
    }[basis]
    earned = "an unknown margin" if margin is None else f"{margin:.0f}"
    said = {"price": round(price), "margin": None if margin is None else round(margin), "items": items}
    return Reason(f"opp_money_{basis}", f"A unit sells for {price:.0f} and earns {earned}: {whose}.", said)
