"""What follows the border in a quote: the platform's fees, a third party's price list, or the fee that was typed."""

from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from entrepot.core.cost_lines import CostLine
from entrepot.core.money import round_half_away
from entrepot.workflows.quote import TYPED
from entrepot.workflows.sought import NOTHING, PLATFORM, Further, Sought

if TYPE_CHECKING:
    from entrepot.engines.landed import Route
    from entrepot.engines.storage import OwnFigures
    from entrepot.workflows.levies import Levies
    from entrepot.workflows.ways import Stocked

MARKETPLACES = {"US": "US", "GB": "UK"}
"""Destination → marketplace of the fee tables."""


def followed(
    route: Route, sought: Sought, quantity: int, on: date, via: str, *, wait: int = 0, own: OwnFigures | None = None,
    levies: Levies | None = None,
) -> Route:  # fmt: skip
    """The way with every further cost that was typed, with what comes after it, and with the levies on what is in a unit.

    The goods arrive on the day of entry. ``wait`` is how many days after arrival nothing of this part is sold. ``own`` are the
    seller's figures from his reports.
    """
    route = _further(route, sought, quantity)
    if levies is not None and (due := levies.of(sought.sku, sought.destination, on, quantity)):
        route = dataclasses.replace(route, after=(*route.after, *due))
    if via == NOTHING:
        return route
    if via == PLATFORM:
        return _platform(route, sought, quantity, on, wait, own)
    return _third_party(route, sought, quantity, on, wait)


def _further(route: Route, sought: Sought, quantity: int) -> Route:
    border, onward, after = list(route.to_border or ()), list(route.onward), list(route.after)
    for cost in sought.further:
        line = _cost(cost, sought, quantity)
        (border if cost.leg == "border" else onward if cost.leg == "onward" else after).append(line)
    known = None if route.to_border is None else tuple(border)
    return dataclasses.replace(route, to_border=known, onward=tuple(onward), after=tuple(after))


def _cost(cost: Further, sought: Sought, quantity: int) -> CostLine:
    if cost.amount is None:
        needs = (f"the amount of {cost.label}",)
        return CostLine(cost.component, cost.label, None, cost.currency, TYPED, needs=needs)
    count = 1
    if cost.basis == "unit":
        count = quantity
    elif cost.basis == "carton":
        if not sought.packed.per_carton:
            return CostLine(cost.component, cost.label, None, cost.currency, TYPED, needs=("units in a carton",))
        count = -(-quantity // sought.packed.per_carton)
    return CostLine(cost.component, cost.label, round_half_away(Fraction(cost.amount * count)), cost.currency, TYPED)


def _stock(sought: Sought, quantity: int, wait: int) -> Stocked:
    from entrepot.engines.storage import Unit
    from entrepot.workflows.ways import Stocked

    a, b, c = sought.packed.sides or (None, None, None)
    unit = Unit(sought.sku, sought.packed.grams, a, b, c)
    return Stocked(unit, quantity, sought.after.daily, sought.after.sale, wait=wait)


def _waits(route: Route, label: str, currency: str, need: str) -> Route:
    line = CostLine("fulfilment", label, None, currency, needs=(need,), estimate=True)
    return dataclasses.replace(route, after=(*route.after, line))


def _platform(
    route: Route, sought: Sought, quantity: int, on: date, wait: int, own: OwnFigures | None
) -> Route:  # fmt: skip
    marketplace = MARKETPLACES.get(sought.destination)
    if marketplace is None:
        return _waits(route, "Platform fees", sought.shown, "a fee table of the platform in this country")
    if sought.after.daily <= 0:
        return _waits(route, "Platform fees", sought.shown, "how many are sold a day")
    from entrepot.rules.platform_fees import platform_fees
    from entrepot.workflows.ways import through_platform

    stock = [_stock(sought, quantity, wait)]
    told = through_platform(
        route, stock, marketplace, on, platform_fees(), splits=sought.after.splits, own=own
    )  # fmt: skip
    return dataclasses.replace(told, name=route.name)


def _third_party(route: Route, sought: Sought, quantity: int, on: date, wait: int) -> Route:
    prices, label = sought.after.prices, "Third-party warehouse"
    if prices is None:
        fee = sought.after.fee
        if fee is None:
            return _waits(route, label, sought.currency, "the warehouse's fee of a unit")
        line = CostLine(
            "fulfilment", label, round_half_away(Fraction(fee * quantity)), sought.currency, TYPED, estimate=True
        )
        return dataclasses.replace(route, after=(*route.after, line))
    if sought.after.daily <= 0:
        return _waits(route, label, sought.currency, "how many are sold a day")
    from entrepot.workflows.ways import through_warehouse

    cartons = -(-quantity // sought.packed.per_carton) if sought.packed.per_carton else None
    told = through_warehouse(route, [_stock(sought, quantity, wait)], on, prices, {"carton": cartons})
    return dataclasses.replace(told, name=route.name)
