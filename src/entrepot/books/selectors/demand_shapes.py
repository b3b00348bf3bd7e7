"""What the read functions about demand answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from entrepot.books.selectors.shapes import Choice, Page, needs
from entrepot.core.reasons import Reason


@dataclass(frozen=True, slots=True)
class DemandRow:
    """An item at a place in the newest forecast. Shares are in thousandths, ``None`` where nothing was measured.

    ``weekly`` units a week over the next 13 weeks, ``recent`` the average of the last eight known weeks; ``lead_*`` units
    over the lead time: expected, and the 5 %, 50 % and 95 % quantiles. ``at_stake``: what the units between low and
    high sell for, minor units.
    """

    sku: str
    name: str
    place_code: str
    place: str
    weekly: float
    recent: float | None
    lead_days: int
    lead_mean: int
    lead_low: int
    lead_middle: int
    lead_high: int
    pattern: str
    method: str
    flags: list[str]
    forecasts: int
    wape: int | None
    wape_simple: int | None
    bias: int | None
    covered: int | None
    value_added: int | None
    lost: int | None
    at_stake: int | None = needs("see_margin", None)


@dataclass(frozen=True, slots=True)
class RunAccuracy:
    """How good forecasts of one length were on the seller's own past, in total. Shares in thousandths of the demand."""

    weeks: int
    forecasts: int
    wape: int | None
    wape_simple: int | None
    bias: int | None
    covered: int | None
    pinball: int | None
    pinball_simple: int | None
    value_added: int | None


@dataclass(frozen=True, slots=True)
class SignalRow:
    """What a signal beside sales was worth on the seller's own weeks. ``effect``: 1 % more of it goes with so many per cent more
    demand (prices and counts; others in units of their scatter), between ``low`` and ``high``; ``value`` thousandths of what
    varies in weeks that it had not seen that it explains; ``reason`` why it was dropped, a code."""

    name: str
    kept: bool
    effect: float
    low: float
    high: float
    value: int
    reason: str


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """A model from elsewhere: the weight that it earned on the seller's past, and what it saved, in thousandths."""

    name: str
    weight: int
    gain: int


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A part of the expected demand: a channel and the country it is shipped to (empty: not known, or the rest).
    ``share`` in thousandths; ``weekly`` units a week; ``sold`` units of the last half-year, ``None`` in totals."""

    channel: str
    channel_code: str
    country: str
    share: int
    weekly: float
    sold: int | None = None


@dataclass(frozen=True, slots=True)
class DemandList:
    """The newest run: its rows, its accuracy in total, alarms (code and numbers), filters."""

    page: Page[DemandRow]
    made_at: datetime | None
    last_week: date | None
    series: int
    accuracy: RunAccuracy | None
    alarms: list[Reason]
    places: list[Choice]
    channels: list[Choice]
    patterns: dict[str, int]
    runs: int
    """How many runs are kept."""
    judged: str = ""
    """``stored``: accuracy is that of forecasts as they were stored; ``made_again``: of forecasts made again as known then."""
    signals: list[SignalRow] = field(default_factory=list[SignalRow])
    outside: list[OutsideRow] = field(default_factory=list[OutsideRow])
    regions: list[RegionRow] = field(default_factory=list[RegionRow])


@dataclass(frozen=True, slots=True)
class PastWeek:
    """One week as it was: ``sold`` is ``None`` where nothing is known. Out of stock: ``demand`` is what it would have been,
    in eight of ten cases between ``low`` and ``high``. ``bulk``: units of one-off orders in it."""

    week: date
    sold: int | None
    out_of_stock: bool
    demand: float | None
    low: float | None
    high: float | None
    bulk: int


@dataclass(frozen=True, slots=True)
class ComingWeek:
    """One week to come: expected units, quantiles (5, 25, 50, 75, 95 %), and the factors in the mean."""

    week: date
    mean: float
    quantiles: tuple[float, ...]
    season: float
    event: float
    promotion: float


@dataclass(frozen=True, slots=True)
class ComingTotal:
    """Units of the first ``weeks`` weeks: expected, and the same quantiles."""

    weeks: int
    mean: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class UpliftRow:
    """A promotion that a user told of. ``place`` empty: everywhere. ``counted``: the newest run knew of it."""

    id: int
    place: str
    first: date
    last: date
    percent: int
    note: str
    made_by: str
    made_at: datetime
    counted: bool


@dataclass(frozen=True, slots=True)
class CourseRow:
    """How a user says that an item goes on; ``predecessor`` empty: none. ``counted``: the newest run knew of it."""

    predecessor: str
    share: int
    launches_on: date | None
    interest: int
    ends_on: date | None
    note: str
    made_by: str
    made_at: datetime
    counted: bool


@dataclass(frozen=True, slots=True)
class PastForecast:
    """An earlier stored forecast of the eight weeks after ``week``, and what was sold in them (``None``: not yet over)."""

    made_at: datetime
    week: date
    mean: float
    low: int | None
    high: int | None
    sold: int | None


@dataclass(frozen=True, slots=True)
class DemandPage:
    """One item at one place: how it sold, what is expected, how good that has been, and why."""

    row: DemandRow
    made_at: datetime
    places: list[Choice]
    history: list[PastWeek]
    fan: list[ComingWeek]
    totals: list[ComingTotal]
    reasons: list[Reason]
    lead: list[tuple[float, float]]
    """Weeks of the lead time and their odds."""
    uplifts: list[UpliftRow] = field(default_factory=list[UpliftRow])
    past: list[PastForecast] = field(default_factory=list[PastForecast])
    course: CourseRow | None = None
    regions: list[RegionRow] = field(default_factory=list[RegionRow])
    """How the expected demand divides, the largest first."""
    signals: dict[str, int] = field(default_factory=dict[str, int])
    """Kept signal → what it makes of the demand over the lead time, in thousandths (1000: nothing)."""
    pinball: int | None = None
    """What the 95 % quantile of 8-week totals cost on this item's own past, thousandths of its demand."""
    pinball_simple: int | None = None
