"""What the read functions answer.

Amounts are integers in minor units of the company's currency unless a currency stands beside them; ``None`` is *not
known* (or not for this viewer), never 0. Quantities are integers in base units. Instants are aware UTC datetimes.
:func:`needs` marks a field with the permission without which it is left out.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from entrepot.books.selectors.tax_why import TaxWhy
from entrepot.core.reasons import Reason

Row = TypeVar("Row")


class NotThere(LookupError):
    """What was asked for is not in the books, or not in what this viewer may see."""


def needs(permission: str, default: Any = MISSING, factory: Any = MISSING) -> Any:
    """A field that only who holds ``permission`` may see."""
    metadata = {"needs": permission}
    if factory is not MISSING:
        return field(default_factory=factory, metadata=metadata)
    if default is not MISSING:
        return field(default=default, metadata=metadata)
    return field(metadata=metadata)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of ``currency``; ``estimate``: not measured, ``low``/``high`` its range."""

    amount: int | None
    currency: str
    estimate: bool = False
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list, and in which order. ``limit`` ``None``: all."""

    sort: str = ""
    descending: bool = False
    offset: int = 0
    limit: int | None = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows, the count and the sums of *all* rows that match (``sums``: field to integer)."""

    rows: list[Row]
    total: int
    sums: dict[str, int | None] = field(default_factory=dict[str, Any])


def no_rows() -> Page[Any]:
    """A page of nothing."""
    return Page([], 0)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, as the catalogue names it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class State:
    """The state of the data behind a page."""

    company: str
    currency: str
    zone: str
    known_at: datetime
    figures_at: datetime | None
    """Up to when facts are in the figures; ``None`` before the first valuation."""
    facts_at: datetime | None
    """When the newest fact was recorded; ``None`` while the books are empty."""
    quarantined: int
    """Rows that wait in quarantine."""
    units_without_cost: int | None = needs("see_cost")
    jobs_running: int = 0
    problem: str = ""

    @property
    def stale(self) -> bool:
        """Facts came in after the figures were made."""
        return bool(self.facts_at and self.figures_at and self.facts_at > self.figures_at)


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to decide: what, by when, worth what, and why. ``state``: open | approved | snoozed | done."""

    id: str
    kind: str
    sku: str
    name: str
    parameters: dict[str, Any]
    effect: Money | None = needs("see_cost")
    spend: Money | None = needs("see_cost")
    deadline: date | None = None
    reasons: list[Reason] = needs("see_cost", factory=list)
    assumed: list[Reason] = needs("see_cost", factory=list)
    state: str = "open"
    decided_by: str = ""
    decided_at: datetime | None = None
    snoozed_until: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of a page's first line. ``kind``: units | money | percent (tenths of a percent) | days."""

    key: str
    value: int | None
    kind: str = "units"
    href: str = ""
    estimate: bool = False
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """Open decisions, the kinds they are of (before filters), and what was decided since yesterday."""

    decisions: list[Decision]
    total: int
    kinds: dict[str, int]
    decided: list[Decision]
    headlines: list[Headline]


AGE_BANDS = ("0-90", "91-180", "181-270", "271-365", "366+")
"""Days since the layer was born, in the bands that storage fees use."""
AGE_LIMITS = (90, 180, 270, 365)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units under way and when they are expected; ``kind`` shipment | order (not here yet) | load (to be shipped)."""

    shipment: str
    units: int
    eta: datetime | None
    kind: str = "shipment"


@dataclass(frozen=True, slots=True)
class StockRow:
    """An SKU over the places that the filter leaves. ``stock_state``: out | low | healthy | over | still."""

    sku: str
    name: str
    place: str
    """Location or channel name when the table is grouped by it, else empty."""
    on_hand: int
    unsellable: int
    reserved: int
    available: int
    in_transit: int
    weekly: float | None
    """Expected demand in units a week; an estimate."""
    cover_days: int | None
    stock_state: str
    ages: tuple[int, ...]
    """Units on hand by :data:`AGE_BANDS`."""
    value: int | None = needs("see_cost")
    missing_units: int | None = needs("see_cost")
    arrivals: list[Arrival] = field(default_factory=list[Arrival])


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Units and value on hand in one age band."""

    band: str
    units: int
    value: int | None = needs("see_cost")


@dataclass(frozen=True, slots=True)
class Inventory:
    """Stock with cover and age; ``states`` counts rows by stock state before the state filter."""

    page: Page[StockRow]
    ages: list[AgeBand]
    headlines: list[Headline]
    locations: list[Choice]
    channels: list[Choice]
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall, in minor units over all units of the selection; costs are negative."""

    family: str
    """``net_sales`` starts, ``refunds`` and the cost families follow, ``profit`` (book view: ``gross``) ends."""
    amount: int | None
    missing_units: int = 0
    estimate: bool = False


@dataclass(frozen=True, slots=True)
class CostRow:
    """Unit economics of one SKU, channel or destination in a period: net sales − costs = profit."""

    key: str
    label: str
    units: int
    net_sales: int | None
    costs: dict[str, int]
    """Cost family (and ``refunds``) to amount; a cost is positive."""
    profit: int | None
    missing_units: int
    uncosted_units: int = 0
    returned_units: int = 0


@dataclass(frozen=True, slots=True)
class TrueCost:
    """The waterfall of a selection and its rows; ``families`` are those that occur, in waterfall order."""

    units: int
    steps: list[Step]
    page: Page[CostRow]
    families: list[str]
    channels: list[Choice]
    destinations: list[Choice]
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Unit economics of one SKU in one month (first day), channel and destination."""

    month: date
    channel: str
    destination: str
    units: int
    net_sales: int | None = needs("see_margin")
    costs: dict[str, int] = needs("see_cost", factory=dict)
    profit: int | None = needs("see_margin", None)
    missing_units: int = needs("see_cost", 0)


@dataclass(frozen=True, slots=True)
class BillShare:
    """One cost line that reaches a selection; ``share`` is what of it falls there, ``None`` where not reckoned."""

    document_id: str
    document: str
    kind: str
    component: str
    at: datetime
    known_at: datetime
    original: Money | None = needs("see_cost")
    total: int | None = needs("see_cost")
    """The whole line in the company's currency."""
    share: int | None = needs("see_cost")
    sold: int | None = needs("see_cost", None)
    on_hand: int | None = needs("see_cost", None)
    note: str = ""
    line: int = 0
    """The cost line's own number in the books."""
    tax: TaxWhy | None = needs("see_cost", None)
    """Of import tax: what of it comes back, and why."""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One open cost layer of an SKU."""

    layer: str
    document_id: str
    document: str
    born_at: datetime
    place: str
    origin: str
    units: int
    remaining: int
    costs: dict[str, int] = needs("see_cost")
    total: int | None = needs("see_cost")
    missing: bool = needs("see_cost", False)


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One sale: the units of an order line that left."""

    id: str
    order: str
    document_id: str
    sold_at: datetime
    channel: str
    destination: str
    sku: str
    units: int
    net_price: int | None = needs("see_margin")
    cost: int | None = needs("see_cost")
    profit: int | None = needs("see_margin")
    uncosted_units: int = needs("see_cost", 0)
    missing_units: int = needs("see_cost", 0)
    returned_units: int = 0


@dataclass(frozen=True, slots=True)
class WeekPoint:
    """Units sold in the week that starts on ``week``."""

    week: date
    units: int | None
    out_of_stock: bool = False


@dataclass(frozen=True, slots=True)
class FanPoint:
    """Expected units of one coming week, with its middle 80 %."""

    week: date
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SkuPage:
    """Everything about one SKU."""

    sku: str
    name: str
    facts: list[tuple[str, str]]
    stock: list[StockRow]
    units: int
    sales: Page[SaleRow]
    layers: Page[LayerRow] = field(default_factory=no_rows)
    bills: Page[BillShare] = needs("see_cost", factory=no_rows)
    steps: list[Step] = needs("see_margin", factory=list)
    families: list[str] = field(default_factory=list[str])
    history: list[WeekPoint] = field(default_factory=list[WeekPoint])
    forecast: list[FanPoint] = field(default_factory=list[FanPoint])
    decisions: list[Decision] = field(default_factory=list[Decision])
    image: str = ""


@dataclass(frozen=True, slots=True)
class RangeCost:
    """Units [start, stop) of one layer that went out with a sale, and what they cost, line by line."""

    layer: str
    start: int
    stop: int
    document_id: str
    document: str
    component: str
    bill_id: str
    bill: str
    amount: int
    arithmetic: str = ""
    tax: TaxWhy | None = None


@dataclass(frozen=True, slots=True)
class SalePage:
    """One sale explained."""

    sale: SaleRow
    returns: list[SaleRow]
    steps: list[Step] = needs("see_margin", factory=list)
    ranges: list[RangeCost] = needs("see_cost", factory=list)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a document as it was received."""

    line: int
    what: str
    sku: str
    quantity: int | None
    amount: Money | None = needs("see_cost")
    note: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a document did: units that it moved, money that it brought and at what it aimed."""

    what: str
    sku: str
    place: str
    units: int | None
    amount: int | None = needs("see_cost")
    sale_id: str = ""
    component: str = ""
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One source document: what it says and what it did."""

    id: str
    title: str
    kind: str
    source: str
    external_id: str
    version: int
    digest: str
    effective_at: datetime
    recorded_at: datetime
    lines: list[DocumentLine]
    effects: Page[Effect]
    replaced_by: str = ""
    replaces: str = ""
    import_id: str = ""
    state: str = "posted"
    properties: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    versions: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Every version known, oldest first: number and document id."""
    file_lines: tuple[int, int] | None = None
