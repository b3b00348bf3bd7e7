"""What a plan is made of: an item at a place that sells it, goods that wait, and all of one company on a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.books import models
from entrepot.workflows.plan_lanes import Lanes, Way
from entrepot.workflows.plan_sources import Measure, Money
from entrepot.workflows.plan_suppliers import Source

if TYPE_CHECKING:
    from entrepot.engines.replenish.service import Kept
    from entrepot.engines.replenish.strategy import Assigned

HORIZON = 32
"""Weeks that arrivals are listed for; those of the engine's paths."""
STALE_DAYS = 56
"""An arrival so long overdue is no longer counted."""
COST_SHARE, FEE_SHARE = 0.40, 0.15
FREIGHT_SHARE = {"sea": 0.10, "rail": 0.18, "air": 0.45, "express": 0.60, "truck": 0.08}
"""Freight as a share of the landed cost, where neither measures nor bills tell it."""
STORAGE_SHARE, WRITTEN_OFF, DISPOSAL_SHARE = 0.10, 0.70, 0.05
ORDER_LINE_USD = 500
"""What placing and following an order line costs, US cents, where the seller has not said."""
FREE_AGES = (26, 39)


@dataclass
class Line:
    """An item at a destination. Money in minor units of the company's currency a unit.

    ``coming`` and ``waiting_at`` by week from now; ``series`` is the forecast's row; ``missing`` non-empty: not planned.
    """

    item: int
    sku: str
    place: models.Location
    series: int
    weekly: float
    available: int
    reserved: int
    price: float | None
    fees: float | None
    returns: float
    goods: float | None
    duty: float | None
    storage: float | None
    disposal: float | None
    carton: int
    moq: int
    measure: Measure
    source: Source | None
    others: list[Source]
    origin: models.Location | None
    ways: tuple[Way, ...]
    made_in: tuple[float, ...]
    ageing: tuple[float, float]
    shelf_weeks: int
    old: list[tuple[int, int]]
    """[(weeks since it came, units)] on hand."""
    coming: list[int]
    stale: int
    grade: Assigned | None = None
    assumed: list[str] = field(default_factory=list[str])
    flags: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])
    multiple: int = 0
    """Units that the supplier's orders go up by, where these are pallets; 0: cartons."""

    @property
    def step(self) -> int:
        """Units that an order to the supplier goes up by."""
        return self.multiple or self.carton

    @property
    def landed(self) -> float:
        """Goods and duty; only where both are known."""
        return (self.goods or 0.0) + (self.duty or 0.0)

    @property
    def margin(self) -> float:
        """What a unit not sold loses, freight of the slowest way in the cost."""
        freight = self.ways[-1].freight(self.measure.mm3, self.measure.grams) or 0.0 if self.ways else 0.0
        return max((self.price or 0.0) - (self.fees or 0.0) - self.returns - self.landed - freight, 0.0)


@dataclass
class Waiting:
    """Goods of an item that no destination holds: ``units`` free now at ``place`` by company, ``ordered`` by week."""

    place: models.Location
    units: int
    by_company: list[tuple[int, int]]
    ordered: list[int]


@dataclass
class Inputs:
    """All of one company on a day."""

    company: models.Company
    on: date
    lines: list[Line]
    waiting: dict[int, Waiting]
    money: Money
    lanes: Lanes
    order_line: float
    capital: float
    assumed: list[str]
    countries: dict[str, str]
    """Supplier → country."""
    kept: Kept | None = None
    """What promises of service were worth in the last quarter (plan_kept); measured when a floor is asked for."""
    deposits: dict[str, float] | None = None
    owed: list[float] | None = None
    """Read when they are wanted (plan_cash)."""
    written_off: float = WRITTEN_OFF
    """Share of what old stock cost that is lost when it is cleared."""

    def buyer_of(self, line: Line) -> str:
        """Code of the company that orders an item: the one that did last, else the one that sells it."""
        return (self.codes.get(line.source.buyer or 0) if line.source else None) or self.company.code

    @cached_property
    def codes(self) -> dict[int, str]:
        """Companies by number."""
        return dict(models.Company.objects.values_list("pk", "code"))

    @cached_property
    def weekly_of(self) -> dict[int, float]:
        """Item → expected units a week over all of its destinations."""
        out: dict[int, float] = defaultdict(float)
        for line in self.lines:
            out[line.item] += line.weekly
        return out
