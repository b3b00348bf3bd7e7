"""What the pages show: the result shapes of every read function that :mod:`queries` calls.

Amounts are integers in minor units of the page's base currency unless a currency stands beside them; ``None`` means
*not known* and is shown as missing, never as 0. Quantities are integers in base units. Instants are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from entrepot.core.reasons import Reason

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of ``currency``; ``estimate`` marks what was not measured, ``low``/``high`` its range."""

    amount: int | None
    currency: str
    estimate: bool = False
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list, and in which order: what the URL of a table says."""

    sort: str = ""
    descending: bool = False
    offset: int = 0
    limit: int | None = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows, the count and the sums of *all* rows that match (``sums``: column key to integer)."""

    rows: list[Row]
    total: int
    sums: dict[str, int | None] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, as the catalogue names it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class State:
    """The state of the data behind a page; every page says it."""

    company: str
    currency: str
    zone: str
    known_at: datetime
    figures_at: datetime | None
    """When stock and cost were last valued; ``None`` before the first valuation."""
    facts_at: datetime | None
    """When the newest fact was recorded; ``None`` while the books are empty."""
    quarantined: int
    """Rows that wait in quarantine."""
    units_without_cost: int | None
    jobs_running: int
    problem: str = ""

    @property
    def stale(self) -> bool:
        """Facts came in after the figures were made."""
        return bool(self.facts_at and self.figures_at and self.facts_at > self.figures_at)


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to decide: what, how much, by when, worth what, and why."""

    id: str
    kind: str
    """order | excess | cost | quarantine …; chooses the sentence and the filter."""
    sku: str
    name: str
    parameters: dict[str, Any]
    effect: Money | None
    """Money at stake; ``None`` where the viewer may not see money or it is not known."""
    spend: Money | None
    deadline: date | None
    reasons: list[Reason]
    assumed: list[Reason]
    state: str = "open"
    """open | approved | snoozed | done."""
    decided_by: str = ""
    decided_at: datetime | None = None
    snoozed_until: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of a page's first line; ``href`` opens its lines, ``needs`` the permission to see it."""

    key: str
    value: int | None
    kind: str = "units"
    """units | money | percent (tenths of a percent) | days."""
    href: str = ""
    estimate: bool = False
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """The first page."""

    decisions: list[Decision]
    total: int
    kinds: dict[str, int]
    """Kind to count of open decisions, before filters."""
    decided: list[Decision]
    """Approved or snoozed since yesterday, newest first; undo is offered here."""
    headlines: list[Headline]


AGE_BANDS = ("0-90", "91-180", "181-270", "271-365", "366+")
"""Days since the layer was born, in the bands that storage fees use."""


@dataclass(frozen=True, slots=True)
class StockRow:
    """One line of the inventory page: an SKU over the locations and channels that the filter leaves."""

    sku: str
    name: str
    place: str
    """Location or channel name when the table is grouped by it, else empty."""
    on_hand: int
    unsellable: int
    reserved: int
    in_transit: int
    weekly: float | None
    """Expected demand in units a week; an estimate."""
    cover_days: int | None
    stock_state: str
    """out | low | healthy | over | still (no sales)."""
    ages: tuple[int, ...]
    """Units on hand by :data:`AGE_BANDS`."""
    value: int | None
    missing_units: int


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Units and value on hand in one age band."""

    band: str
    units: int
    value: int | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """The inventory page."""

    page: Page[StockRow]
    ages: list[AgeBand]
    headlines: list[Headline]
    locations: list[Choice]
    channels: list[Choice]
    states: dict[str, int]
    """Stock state to count of SKUs, before the state filter."""


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall: what it adds or takes, in minor units over all units of the selection."""

    family: str
    """Cost family (see :mod:`families`); ``net_sales`` starts, ``profit`` (book view: ``gross``) ends."""
    amount: int | None
    missing_units: int = 0
    estimate: bool = False


@dataclass(frozen=True, slots=True)
class CostRow:
    """Unit economics of one SKU, channel or destination in a period."""

    key: str
    label: str
    units: int
    net_sales: int | None
    costs: dict[str, int]
    """Cost family to amount (a cost is positive)."""
    profit: int | None
    missing_units: int
    uncosted_units: int = 0


@dataclass(frozen=True, slots=True)
class TrueCost:
    """The true-cost page: the waterfall of the selection and its rows."""

    units: int
    steps: list[Step]
    page: Page[CostRow]
    families: list[str]
    """Families that occur, in the order of the waterfall."""
    channels: list[Choice]
    destinations: list[Choice]
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class BillShare:
    """One cost line that reaches a selection, and the share of it that does."""

    document_id: str
    document: str
    kind: str
    """Document type: cost_bill, purchase_order, fee …"""
    component: str
    at: datetime
    known_at: datetime
    original: Money
    total: int
    """The whole line in base currency."""
    share: int
    """What of it falls on the selection."""
    sold: int | None = None
    on_hand: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One cost layer of an SKU."""

    layer: str
    document_id: str
    document: str
    born_at: datetime
    place: str
    origin: str
    """receipt | opening | transfer | return | conversion | surplus | intercompany."""
    units: int
    remaining: int
    costs: dict[str, int]
    total: int | None
    missing: bool


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One sale line of an SKU or document."""

    id: str
    order: str
    document_id: str
    sold_at: datetime
    channel: str
    destination: str
    sku: str
    units: int
    net_price: int | None
    cost: int | None
    profit: int | None
    uncosted_units: int
    missing_units: int
    returned_units: int = 0


@dataclass(frozen=True, slots=True)
class WeekPoint:
    """Units sold in the week that starts on ``week``; ``out_of_stock`` weeks say nothing about demand."""

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
    """Label key and text: supplier, lead time, carton, weight …"""
    stock: list[StockRow]
    """By location."""
    units: int
    steps: list[Step]
    layers: Page[LayerRow]
    bills: Page[BillShare]
    sales: Page[SaleRow]
    families: list[str]
    history: list[WeekPoint]
    forecast: list[FanPoint]
    decisions: list[Decision]
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
    """How the share comes about, for instance ``R(5001·30/100) − R(5001·0/100)``."""


@dataclass(frozen=True, slots=True)
class SalePage:
    """One sale line explained to the cent."""

    sale: SaleRow
    steps: list[Step]
    ranges: list[RangeCost]
    returns: list[SaleRow]


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a document as it was received."""

    line: int
    what: str
    sku: str
    quantity: int | None
    amount: Money | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """Where the money or the units of a document went."""

    what: str
    sku: str
    place: str
    units: int | None
    amount: int | None
    sale_id: str = ""


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
