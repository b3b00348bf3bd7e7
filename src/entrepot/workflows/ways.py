"""Ways of a quote from rate cards, platforms and warehouses: where freight, storage and the landed cost meet.

:func:`ways_by_card` makes one way of each card, containers filled and the rest loose, each line on its own leg.
:func:`through_platform` and :func:`through_warehouse` add to a way what comes after it, so that the same goods can be laid
side by side: by sea to the platform, by rail to a third party, by air.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from entrepot.core.cost_lines import CostLine
from entrepot.engines.freight import Consignment, FillPlan, FreightQuote, RateCard, side_by_side, weighed
from entrepot.engines.landed import Route
from entrepot.engines.storage import (
    Asked,
    Lot,
    OwnFigures,
    PriceList,
    Unit,
    forecast_fees,
    fulfilment,
    handled,
    placement,
    stay_of_lots,
)
from entrepot.rules.platform_fees import FeeBook

MIDDLE = 15
"""Day of the month on which fees that begin in the middle of one begin (the peak fee, 15 October to 14 January)."""
Rates = Callable[[str, str], Fraction | None]
"""(from, to) → units of ``to`` for one of ``from``, or None."""


@dataclass(frozen=True, slots=True)
class Stocked:
    """One item of the consignment once it is there: how many units, sold how many a day, at which price (minor units)."""

    unit: Unit
    count: int
    daily: Fraction
    price: int | None = None
    wide_low_price: bool = False
    wait: int = 0
    """Days after arrival on which nothing of it is sold, because what came before still lies there."""

    @property
    def demand(self) -> list[Fraction]:
        """Units sold on each day from arrival until the last one is."""
        return [Fraction(0)] * self.wait + [self.daily] * self.days

    @property
    def days(self) -> int:
        """Days until the last unit is sold at this pace; raises ``ValueError`` without a pace."""
        if self.daily <= 0:
            raise ValueError(f"{self.unit.sku}: how many are sold a day?")
        return ceil(self.count / self.daily)


def ways_by_card(cards: Sequence[RateCard], consignment: Consignment, currency: str, rates: Rates) -> tuple[Route, ...]:
    """One way per card, cheapest freight first, those with something unknown last.

    What the card calls the way to the border enters a CIF customs value, what it calls onward the import tax base. Loose cargo
    beside containers, all-in lines and missing measures are as the freight engine tells them.
    """
    pairs = {(consignment.value_currency, card.currency) for card in cards if consignment.value_currency}
    pairs |= {(card.currency, currency) for card in cards}
    known = {pair: rate for pair in pairs if pair[0] != pair[1] and (rate := rates(*pair)) is not None}
    return tuple(
        Route(
            way.name,
            way.mode,
            way.told.of_leg("border"),
            way.told.of_leg("onward"),
            way.told.of_leg("after"),
            all_in=bool(way.inside),
            days=way.days[0] if way.days else None,
            notes=_carried(way.told),
        )
        for way in side_by_side(cards, consignment, currency, known)
    )


def _carried(told: FreightQuote | FillPlan) -> tuple[str, ...]:
    """How full the containers are and what goes loose; what the freight is charged on."""
    if isinstance(told, FillPlan):
        return tuple(told.carried)
    return () if told.chargeable is None else (f"Charged weight: {weighed(told.chargeable)}",)


def through_platform(
    way: Route,
    stock: Sequence[Stocked],
    marketplace: str,
    arrives: date,
    book: FeeBook,
    *,
    splits: str = "minimal",
    own: OwnFigures | None = None,
) -> Route:
    """The way with the platform's fees after it: inbound placement, fulfilment of every unit, storage and age surcharge.

    ``arrives`` is the day of receipt at the platform: placement is that day's, fulfilment that of the days on which the units are
    sold at the stated pace, storage that of each month until the last one is. ``splits`` is the platform's inbound option,
    ``none`` where it charges no placement. All lines are estimates and name their item.
    """
    lines: list[CostLine] = []
    for item in stock:
        asked = Asked(item.unit, marketplace, arrives, item.price, item.wide_low_price, item.count)
        priced = [] if splits == "none" else [placement(asked, book, splits, own)]
        priced += _fulfilled(asked, item, book, own)
        lines += [dataclasses.replace(line, item=item.unit.sku, estimate=True) for line in priced]
        lot = Lot(item.unit.sku, item.count, arrives)
        lines += forecast_fees(item.unit, [lot], item.demand, arrives, marketplace, book, own=own).lines
    return dataclasses.replace(way, name=f"{way.name}, platform {marketplace}", after=(*way.after, *lines))


def _fulfilled(asked: Asked, item: Stocked, book: FeeBook, own: OwnFigures | None) -> list[CostLine]:
    """Fulfilment of every unit at the fees of the day on which it is sold; days with the same fees are one line."""
    found: dict[tuple[str, str, str, tuple[str, ...]], CostLine] = {}
    for day, units in _sold(item, asked.on):
        for line in fulfilment(dataclasses.replace(asked, on=day, count=units), book, own):
            key = line.label, line.rate, line.basis.rule, line.needs
            kept = found.get(key)
            whole = line.amount if kept is None or line.amount is None else (kept.amount or 0) + line.amount
            found[key] = dataclasses.replace(line, amount=whole)
    return list(found.values())


def _sold(item: Stocked, arrives: date) -> list[tuple[date, int]]:
    """Units sold, by half month (fees begin on the first or in the middle of one): its first day of sale, whole units."""
    halves: dict[tuple[int, int, bool], tuple[date, int]] = {}
    gone = 0
    for n, daily in enumerate(item.demand):
        day, upto = arrives + timedelta(days=n), min(item.count, ceil((n + 1 - item.wait) * daily) if daily else 0)
        if upto > gone:
            half = day.year, day.month, day.day >= MIDDLE
            first, units = halves.get(half, (day, 0))
            halves[half] = first, units + upto - gone
            gone = upto
    return list(halves.values())


def through_warehouse(
    way: Route,
    stock: Sequence[Stocked],
    arrives: date,
    prices: PriceList,
    handling: Mapping[str, Fraction | int | None] | None = None,
) -> Route:
    """The way with a third party's warehouse after it: storage by age until the last unit is sold, and handling.

    ``handling`` counts what the price list charges by (cbm, carton, pallet …); orders are one per unit unless it says otherwise,
    units and cbm come from the stock.
    """
    lines: list[CostLine] = []
    for item in stock:
        lot = Lot(item.unit.sku, item.count, arrives)
        lines += stay_of_lots(item.unit, [lot], item.demand, arrives, prices)[item.unit.sku]
    units = sum(item.count for item in stock)
    room = [item.unit.cubic_metres for item in stock]
    cbm = (
        None
        if any(one is None for one in room)
        else sum(((one or 0) * item.count for one, item in zip(room, stock, strict=True)), Fraction(0))
    )
    counts = {"unit": units, "order": units, "cbm": cbm, **(handling or {})}
    lines += [dataclasses.replace(line, estimate=True) for line in handled(prices, counts)]
    return dataclasses.replace(way, name=f"{way.name}, {prices.name}", after=(*way.after, *lines))


def arrival(way: Route, shipped: date, slack: int = 0) -> date | None:
    """Day of receipt of a way that leaves on a day; None where the way has no days."""
    return None if way.days is None else shipped + timedelta(days=way.days + slack)
