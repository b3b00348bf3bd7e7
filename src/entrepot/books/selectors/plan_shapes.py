"""What the read functions about plans answer. Amounts in minor units of the plan's currency; ``None`` is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from entrepot.books.selectors.shapes import Choice, Page, needs
from entrepot.core.reasons import Reason


@dataclass(frozen=True, slots=True)
class ModeUnits:
    """Part of a line that goes by one mode; ``days`` usual time from today until it can be sold."""

    mode: str
    units: int
    arrives: date | None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One decision. ``kind``: buy | ship | move | keep. Shares (``risk``, ``service``) in thousandths.

    ``risk`` is the share of demand in the weeks ahead that is not met with the line, ``risk_nothing`` without it.
    ``later_storage`` is what the units are expected to cost in storage once they are there, ``later_aged`` the part of it that
    comes from being old. ``changed`` holds what a person set.
    """

    id: str
    kind: str
    sku: str
    name: str
    destination: str
    destination_name: str
    origin: str
    supplier: str
    supplier_name: str
    units: int
    carton: int
    cartons: int
    mode: str
    modes: list[ModeUnits]
    on: date
    arrives: date | None
    weekly: float | None
    available: int
    coming: int
    waiting: int
    out_on: date | None
    grade: str
    stage: str
    review_weeks: int | None
    service: int | None
    risk: int | None
    risk_nothing: int | None
    flags: list[str]
    state: str
    document: str
    changed: dict[str, Any]
    price: tuple[int, int, str] | None = needs("see_supplier_price", None)
    """Minor units, for so many units, currency."""
    break_from: int | None = needs("see_supplier_price", None)
    cash: int | None = needs("see_cost", None)
    cost: int | None = needs("see_cost", None)
    saving: int | None = needs("see_cost", None)
    given_up: int | None = needs("see_cost", None)
    later_storage: int | None = needs("see_cost", None)
    later_aged: int | None = needs("see_cost", None)
    families: dict[str, int] = needs("see_cost", factory=dict)
    assumed: list[str] = needs("see_cost", factory=list)


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """One coming week of an item at a destination: expected stock at its end with the plan and without today's line,
    arrivals (known, and of today's line), demand expected and its middle 80 %, and the band of the stock."""

    week: date
    stock: float
    stock_low: float
    stock_high: float
    stock_nothing: float
    coming: float
    from_line: float
    demand: float
    demand_low: float
    demand_high: float


@dataclass(frozen=True, slots=True)
class Option:
    """Another way to do a line: nothing now, all by one mode, less, the next price break; compared on the same futures."""

    code: str
    modes: list[ModeUnits]
    units: int
    cost: int | None = needs("see_cost", None)
    cash: int | None = needs("see_cost", None)
    risk: int | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """A supplier's price from so many units on; ``source``: list | orders | last_order."""

    supplier: str
    from_units: int
    price: tuple[int, int, str] | None = needs("see_supplier_price", None)
    source: str = ""


@dataclass(frozen=True, slots=True)
class PlanLinePage:
    """One line with its projection, its alternatives, and why."""

    row: PlanRow
    weeks: list[PlanWeek]
    options: list[Option]
    breaks: list[Break]
    reasons: list[Reason] = needs("see_cost", factory=list)
    assumed: list[Reason] = needs("see_cost", factory=list)
    nothing: dict[str, Any] = needs("see_cost", factory=dict)
    """If nothing were done until ``until``: ``lost_units`` and ``lost_margin``."""
    others: list[PlanRow] = field(default_factory=list[PlanRow])
    """The other lines of the same item."""


@dataclass(frozen=True, slots=True)
class CashWeek:
    """Payments of a week: what is owed already, what the plan's orders add; ``budget`` where one was set."""

    week: date
    owed: int | None = needs("see_cost", None)
    planned: int | None = needs("see_cost", None)
    total: int | None = needs("see_cost", None)
    """Of all weeks up to this one."""
    budget: int | None = needs("see_cost", None)
    """What may have been paid in all by then, where a limit says."""
    later: int | None = needs("see_cost", None)
    """What re-orders of later weeks are expected to cost, where a limit looks at them."""


@dataclass(frozen=True, slots=True)
class ContainerFill:
    """What goes one way together: ``origin`` → ``destination`` by a mode in this week's loading or of one supplier's order.

    ``cbm`` and ``kg`` in thousandths; ``containers`` whole ones where that is cheaper than loose cargo; ``fill`` of the last
    container in thousandths by what is fuller, volume or weight.
    """

    kind: str
    supplier: str
    origin: str
    destination: str
    mode: str
    units: int
    cbm: int
    kg: int
    containers: int
    fill: int | None
    how: str
    """fcl | lcl | air | rail"""
    freight: int | None = needs("see_cost", None)
    freight_other: int | None = needs("see_cost", None)
    """The same goods the other way (loose instead of containers, or the reverse)."""
    boxes: list[list[Any]] = field(default_factory=list[list[Any]])
    """[kind, count] of each size of container."""
    loose: int = 0
    """Thousandths of m³ that go loose beside the containers."""
    assumed: bool = False
    """The containers' price is the rule book's, with the door as the seller's loose freight has it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, how much of it is used, and what one more unit of it would save. ``kind``: cash | container | service |
    closure | supplier | warehouse; cash in minor units, space in thousandths of m³, service in thousandths."""

    kind: str
    name: str
    asked: str
    used: int | None
    available: int | None
    binds: bool
    price: float | None = needs("see_cost", None)
    """Minor units for one more: of money (cash), of m³ (container), of a percentage point (service), of a week (closure)."""
    cost: int | None = needs("see_cost", None)
    """What relaxing this limit alone would save."""
    lines: int = 0
    """Lines that gave way."""
    relief: Reason | None = needs("see_cost", None)
    """The cheapest way to relax it, where orders give way."""
    week: int | None = None
    """The tightest of the weeks that it counts in, 0 this one."""
    later: int = 0
    """Expected re-orders of later weeks that gave way."""


@dataclass(frozen=True, slots=True)
class GapRow:
    """What could not be planned, and what is missing."""

    sku: str
    name: str
    destination: str
    missing: list[str]


@dataclass(frozen=True, slots=True)
class PlanHead:
    """A run in total."""

    id: str
    made_at: datetime
    on: date
    currency: str
    version: str
    forecast_at: datetime | None
    asked: dict[str, Any]
    lines: int
    unplanned: int
    kinds: dict[str, int]
    """Lines by kind."""
    cash: int | None = needs("see_cost", None)
    saving: int | None = needs("see_cost", None)
    limits_cost: int | None = needs("see_cost", None)
    families: dict[str, int] = needs("see_cost", factory=dict)
    gap: int | None = None
    """How far the plan under its limits can be from the best one, in hundred-thousandths of its cost; None without limits."""
    weeks: list[CashWeek] = field(default_factory=list[CashWeek])
    fills: list[ContainerFill] = field(default_factory=list[ContainerFill])
    limits: list[Limit] = field(default_factory=list[Limit])
    assumed: list[Reason] = needs("see_cost", factory=list)
    stale: bool = False
    """Facts, forecasts or overrides came after it."""


@dataclass(frozen=True, slots=True)
class PlanList:
    """The newest plan (or the one asked for) and a page of its lines."""

    head: PlanHead | None
    page: Page[PlanRow]
    kinds: dict[str, int]
    suppliers: list[Choice]
    destinations: list[Choice]
    runs: list[Choice]
    """Runs that are kept, newest first: value is the id, label the day."""


@dataclass(frozen=True, slots=True)
class TriedLine:
    """A line with another quantity, mode, day or supplier, reckoned at once. ``fits``: whole cartons, at least the minimum."""

    row: PlanRow
    weeks: list[PlanWeek]
    dearer: int | None = needs("see_cost", None)
    """Expected cost above the proposal's."""
    problems: list[Reason] = field(default_factory=list[Reason])


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """What a person set, when, and until when."""

    id: str
    sku: str
    destination: str
    field: str
    value: Any
    note: str
    made_at: datetime
    made_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A month at one place. Shares in thousandths."""

    month: date
    place: str
    place_name: str
    market: str
    turnover_days: int | None
    out_days: int | None
    sku_days: int | None
    advice: int
    taken: int
    ignored: int
    aged_value: int | None = needs("see_cost", None)
    stock_value: int | None = needs("see_cost", None)
    profit: int | None = needs("see_margin", None)
    return_on_stock: int | None = needs("see_margin", None)
    taken_effect: int | None = needs("see_cost", None)
    ignored_cost: int | None = needs("see_cost", None)


@dataclass(frozen=True, slots=True)
class MarketScore:
    """A month in one country, all of its places. Shares in thousandths."""

    month: date
    market: str
    stock_value: int | None = needs("see_cost", None)
    profit: int | None = needs("see_margin", None)
    return_on_stock: int | None = needs("see_margin", None)


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What an older plan's line promised and what came."""

    sku: str
    destination: str
    kind: str
    units: int
    state: str
    expected_sold: float | None
    sold: int
    expected_stock: float | None
    stock: int | None
