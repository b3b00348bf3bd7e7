"""Which surcharges are due on which cartons, and what is not known to tell."""

from __future__ import annotations

from datetime import date

from entrepot.engines.freight.model import EVERYWHERE, Cartons, Charge, Condition, Consignment


def in_season(when: Condition, on: date) -> bool:
    """Whether a day lies in the yearly season of a condition (no season: always).

    >>> peak = Condition(season=((10, 15), (1, 14)))
    >>> in_season(peak, date(2026, 12, 24)), in_season(peak, date(2026, 1, 14)), in_season(peak, date(2026, 1, 15))
    (True, True, False)
    """
    if when.season is None:
        return True
    first, last = when.season
    day = (on.month, on.day)
    return first <= day <= last if first <= last else day >= first or day <= last


def due_on_shipment(when: Condition, consignment: Consignment) -> bool | str:
    """Whether the parts of a condition that concern the whole consignment hold; a text where something must be known first.

    >>> due_on_shipment(Condition(residential=True), Consignment((), date(2026, 1, 1)))
    'whether the address is residential'
    """
    if not in_season(when, consignment.on):
        return False
    if when.zones and consignment.zone not in when.zones:
        return "the zone of the destination" if consignment.zone == EVERYWHERE else False
    if when.residential:
        if consignment.residential is None:
            return "whether the address is residential"
        if not consignment.residential:
            return False
    if when.postcodes:
        if not consignment.postcode:
            return "the postcode of the destination"
        return consignment.postcode.replace(" ", "").upper().startswith(when.postcodes)
    return True


def due_on_carton(when: Condition, cartons: Cartons) -> bool | str:
    """Whether the parts of a condition that concern one carton hold: what is in it, and one of its bounds exceeded."""
    if when.goods and not when.goods & cartons.goods:
        return False
    if not when.measured:
        return True
    lacking: list[str] = []
    over = False
    if when.weight_over is not None:
        if cartons.weight is None:
            lacking.append(f"packed weight of {cartons.name}")
        else:
            over = over or cartons.weight > when.weight_over
    sides = cartons.sides
    if sides is None:
        if any(b is not None for b in (when.longest_over, when.second_over, when.girth_over)):
            lacking.append(f"length, width and height of {cartons.name}")
    else:
        longest, second, shortest = sides
        girth = longest + 2 * (second + shortest)
        bounds = ((longest, when.longest_over), (second, when.second_over), (girth, when.girth_over))
        over = over or any(bound is not None and size > bound for size, bound in bounds)
    return over or ("; ".join(lacking) if lacking else False)


def per_carton(charge: Charge) -> bool:
    """Whether the charge counts single cartons: by condition, by unit, or because it is the dearest of a group."""
    return charge.per == "piece" or charge.when.of_carton or bool(charge.group)
