"""Freight lanes with transit days and price levels that were read somewhere: examples, until the seller's own quote is there.

Each number of ``rules/data/freight/lanes.csv`` has its status: ``sourced``, ``derived`` (by a formula that the row names) or
``illustrative`` (a default without source). Newest ocean level: November 2025.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files

from entrepot.core.cost_lines import Confidence

_PLACES = {
    "LAX": "US", "JFK": "US", "LHR": "GB", "FRA": "DE", "KUL": "MY", "CGK": "ID", "GRU": "BR", "PVG": "CN", "PEK": "CN",
    "CAN": "CN", "SZX": "CN", "Duisburg": "DE", "Chengdu": "CN", "Shenzhen": "CN",
}  # fmt: skip
"""Countries of the places that are no port codes (UN/LOCODE begins with the country)."""
_CONFIDENCE = {"sourced": Confidence.MEDIUM, "secondary": Confidence.MEDIUM}


@dataclass(frozen=True, slots=True)
class Lane:
    """One way between two places by one mode. ``usual_days`` are the middle, ``slow_days`` those kept in 9 of 10 cases.

    ``cost`` in minor units of ``currency`` per ``unit`` (``container``, ``cbm``, ``kg``), None = not found; ``cost_on`` is the
    first day of what the source dates it to. ``divisor`` in cm³/kg where the unit is kg.
    """

    id: str
    origin: str
    destination: str
    mode: str
    usual_days: Fraction
    slow_days: Fraction
    days_confidence: Confidence
    cost: int | None
    currency: str
    unit: str
    divisor: int | None
    cost_on: date | None
    cost_confidence: Confidence
    source: str

    @property
    def countries(self) -> tuple[str, tuple[str, ...]]:
        """Country of the start and countries of the end; the Union stands as ``EU``."""
        return _countries(self.origin)[0], _countries(self.destination)


@cache
def freight_lanes() -> tuple[Lane, ...]:
    """The lanes that come with the program.

    >>> lane = next(x for x in freight_lanes() if x.id == "CNSHA-USLAX-sea_fcl")
    >>> lane.cost, lane.unit, str(lane.cost_on), float(lane.slow_days)
    (182300, 'container', '2025-11-14', 26.1)
    """
    text = files("entrepot.rules").joinpath("data", "freight", "lanes.csv").read_text(encoding="utf-8")
    return tuple(_lane(row) for row in csv.DictReader(text.splitlines()))


def _countries(place: str) -> tuple[str, ...]:
    return tuple(_PLACES.get(part, part[:2]) for part in place.split("/"))


def _lane(row: Mapping[str, str]) -> Lane:
    price, _, measure = row["cost_unit"].partition("/")
    unit = "container" if measure.startswith("FEU") else "kg" if measure.startswith("kg") else measure
    divisor = int(measure.partition("(")[2].partition(" ")[0]) if unit == "kg" else None
    status = {row["transit_p50_status"], row["transit_p90_status"]}
    surest = all(_CONFIDENCE.get(s) for s in status)
    return Lane(
        row["lane_id"],
        row["origin"],
        row["dest"],
        row["mode"],
        Fraction(row["transit_p50_d"]),
        Fraction(row["transit_p90_d"]),
        Confidence.MEDIUM if surest else Confidence.UNCONFIRMED,
        int(Decimal(row["cost"]) * 100) if row["cost"] else None,
        price or "USD",
        unit,
        divisor,
        _day(row["cost_date"]),
        _CONFIDENCE.get(row["cost_status"], Confidence.UNCONFIRMED),
        row["cost_source"],
    )


def _day(text: str) -> date | None:
    """First day of a date, a month or nothing."""
    if not text:
        return None
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01")
