"""What the URL of a page asks for, read once and safely: a filter that makes no sense is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, QueryDict

GROUPINGS = ("sku", "lot", "channel", "destination", "order")


@dataclass(frozen=True, slots=True)
class StockFilter:
    """Filter of the inventory page. ``by``: sku | location | channel."""

    by: str = "sku"
    text: str = ""
    location: str = ""
    channel: str = ""
    stock_state: str = ""
    age: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True)
class CostFilter:
    """Filter of the true-cost pages; ``start`` and ``end`` are the first and the last day of whole months."""

    by: str
    start: date
    end: date
    view: str = "full"
    """book | full: never mixed in one figure."""
    text: str = ""
    sku: str = ""
    channel: str = ""
    destination: str = ""


@dataclass(frozen=True, slots=True)
class DemandFilter:
    """Filter of the demand page; ``mark`` is a flag of the forecast."""

    text: str = ""
    place: str = ""
    channel: str = ""
    pattern: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class OpportunityFilter:
    """Filter of the opportunities page."""

    text: str = ""
    kind: str = ""
    shop: str = ""


def opportunity_filter(request: HttpRequest) -> OpportunityFilter:
    """The opportunities filter of this request."""
    query = request.GET
    kind = _choice(query, "kind", ("", "new", "findable", "restock", "better"), "")
    return OpportunityFilter(text=_text(query, "q"), kind=kind, shop=_text(query, "shop"))


def demand_filter(request: HttpRequest) -> DemandFilter:
    """The demand filter of this request."""
    query = request.GET
    return DemandFilter(
        text=_text(query, "q"),
        place=_text(query, "place"),
        channel=_text(query, "channel"),
        pattern=_choice(query, "pattern", ("", "smooth", "erratic", "intermittent", "lumpy"), ""),
        mark=_text(query, "mark"),
    )


@dataclass(frozen=True, slots=True)
class UpliftWish:
    """A promotion as typed into the form; ``None`` where it cannot be read."""

    first: date | None
    last: date | None
    percent: int | None
    everywhere: bool = False
    note: str = ""

    @property
    def told(self) -> tuple[date, date, int] | None:
        """First day, last day, per cent; ``None`` while one of them is missing."""
        if self.first is None or self.last is None or self.percent is None:
            return None
        return self.first, self.last, self.percent


def uplift_wish(query: QueryDict) -> UpliftWish | None:
    """The promotion that a form asks about; ``None`` where it asks about none."""
    if "percent" not in query:
        return None
    said = query.get("percent", "").strip().lstrip("+")
    percent = (
        int(said) if said.removeprefix("-").isascii() and said.removeprefix("-").isdigit() and len(said) < 6 else None
    )
    return UpliftWish(
        _day(query, "first"), _day(query, "last"), percent, query.get("everywhere") == "1", _text(query, "note")
    )


@dataclass(frozen=True, slots=True)
class CourseWish:
    """How a form says that an item goes on."""

    predecessor: str
    share: int
    launches_on: date | None
    interest: int
    ends_on: date | None
    note: str


def course_wish(query: QueryDict) -> CourseWish:
    """What the form says; figures that cannot be read are 0, which the books refuse."""
    return CourseWish(
        _text(query, "predecessor")[:120], _whole(query, "share", 100), _day(query, "launches_on"), _whole(query, "interest", 0),
        _day(query, "ends_on"), _text(query, "note"),
    )  # fmt: skip


def _whole(query: QueryDict, key: str, default: int) -> int:
    said = query.get(key, "").strip()
    if not said:
        return default
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else -1


def _day(query: QueryDict, key: str) -> date | None:
    try:
        return date.fromisoformat(query.get(key, ""))
    except ValueError:
        return None


def _text(query: QueryDict, key: str) -> str:
    return query.get(key, "").replace("\x00", "").strip()[:200]


def _choice(query: QueryDict, key: str, allowed: tuple[str, ...], default: str) -> str:
    value = query.get(key, default)
    return value if value in allowed else default


def month_of(query: QueryDict, key: str) -> date | None:
    """The first day of a month from the URL (``2026-03``; a whole date counts too)."""
    try:
        return date.fromisoformat(f"{query.get(key, '')[:7]}-01")
    except ValueError:
        return None


def last_of(month: date) -> date:
    """The last day of the month that ``month`` begins.

    >>> last_of(date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    return date(month.year + month.month // 12, month.month % 12 + 1, 1) - timedelta(days=1)


def stock_filter(request: HttpRequest) -> StockFilter:
    """The inventory filter of this request."""
    query = request.GET
    return StockFilter(
        by=_choice(query, "by", ("sku", "location", "channel"), "sku"),
        text=_text(query, "q"),
        location=_text(query, "location"),
        channel=_text(query, "channel"),
        stock_state=_choice(query, "state", ("", "out", "low", "healthy", "over", "still"), ""),
        age=_choice(query, "age", ("", "0-90", "91-180", "181-270", "271-365", "366+"), ""),
    )


def cost_filter(request: HttpRequest, today: date, *, by: str | None = None, sku: str = "") -> CostFilter:
    """The true-cost filter of this request, in whole months; the last twelve unless the URL says otherwise."""
    query = request.GET
    final = month_of(query, "to") or today.replace(day=1)
    year = (last_of(final) + timedelta(days=1)).replace(year=final.year - (final.month < 12))
    # Orders are many: two months of them unless the URL says otherwise.
    usual = (final - timedelta(days=1)).replace(day=1) if query.get("by") == "order" and by is None else year
    start = month_of(query, "from") or usual
    start, final = min(start, final), max(start, final)
    return CostFilter(
        by=by or _choice(query, "by", GROUPINGS, "sku"),
        start=start,
        end=last_of(final),
        view=_choice(query, "view", ("full", "book"), "full"),
        text=_text(query, "q"),
        sku=sku or _text(query, "sku"),
        channel=_text(query, "channel"),
        destination=_text(query, "destination"),
    )
