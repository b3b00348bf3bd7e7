"""Months of a company: open or closed, and the roll-forward, vouchers and checklist that were put together."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from entrepot.books.access import Viewer
from entrepot.books.closings import months_between, months_of, word_on
from entrepot.books.models import Item, MonthReport, Movement, Period, ReopenRequest
from entrepot.books.selectors.naming import named, places
from entrepot.books.selectors.paging import maybe_moment, moment, now
from entrepot.books.selectors.shapes import NotThere
from entrepot.core.calendar import local_date, midnight

MONTHS_SHOWN = 36
IN, OUT = "in_", "out_"


@dataclass(frozen=True, slots=True)
class ClosingMonth:
    """One month. ``state``: open, closed, reopened; ``units`` and ``value`` at its end, None where not put together;
    ``closed_with``: the months that were closed, or opened again, together with it, itself among them."""

    month: date
    state: str
    closed_at: datetime | None
    closed_by: str
    made_at: datetime | None
    units: int | None
    value: int | None
    residue: int | None
    over: bool
    closed_with: str = ""


@dataclass(frozen=True, slots=True)
class StepTotal:
    """One step of the roll-forward over all SKUs and places."""

    step: str
    units: int
    amount: int


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line of the checklist; done where the count is 0."""

    code: str
    count: int
    amount: int | None

    @property
    def done(self) -> bool:
        """Nothing is left to look at."""
        return self.count == 0


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """One entry: ``amount`` in minor units, debit positive."""

    account: str
    supplier: str
    amount: int

    @property
    def debit(self) -> int | None:
        """The amount where it is a debit."""
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> int | None:
        """The amount where it is a credit, positive."""
        return -self.amount if self.amount < 0 else None


@dataclass(frozen=True, slots=True)
class VoucherShown:
    """One voucher with its entries."""

    kind: str
    entries: tuple[VoucherLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RollRow:
    """One SKU at one place: units and money (minor units) opened, adjusted, in, out, closed."""

    sku: str
    name: str
    place: str
    opening_units: int
    opening: int
    adjustment_units: int
    adjustment: int
    in_units: int
    in_amount: int
    out_units: int
    out_amount: int
    closing_units: int
    closing: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to open a month again, with the ``months`` that were closed together."""

    key: int
    months: str
    reason: str
    by: str
    at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class Underway:
    """Goods of an order or shipment that were not received at the month's end; amounts in minor units."""

    order: str
    supplier: str
    incoterm: str
    shipment: str
    sku: str
    units: int
    amount: int | None
    stage: str
    owned: bool
    since: str
    paper: str
    papered: bool


@dataclass(frozen=True, slots=True)
class Realisable:
    """An item that will bring in less than it cost, or of which nobody knows; ``unit_value`` in minor units a unit."""

    sku: str
    units: int
    unsellable: int
    cost: int
    unit_value: int | None
    sold: int
    confidence: str

    @property
    def value(self) -> int | None:
        """Of all units; None where a person has to say."""
        if self.unit_value is None:
            return None
        value = max(0, self.unit_value) * (self.units - self.unsellable)
        return None if self.unsellable and value < self.cost else value

    @property
    def short(self) -> int | None:
        """By how much it stands above that."""
        return None if self.value is None else max(0, self.cost - self.value)


@dataclass(frozen=True, slots=True)
class GroupStock:
    """Stock in one company at the month's end, minor units of the looked at company's currency.

    ``carried`` in its books, ``paid`` to outsiders for it; ``missing`` units whose cost is not known. ``sku`` empty: all of them.
    """

    company: str
    sku: str
    units: int
    missing: int
    carried: int
    paid: int

    @property
    def profit(self) -> int:
        """What the companies' books have above the group's cost: not earned yet."""
        return self.carried - self.paid


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month with what was put together of it; ``totals`` empty where nothing was."""

    row: ClosingMonth
    totals: tuple[StepTotal, ...]
    checks: tuple[ChecklistLine, ...]
    vouchers: tuple[VoucherShown, ...]
    opening_reported: datetime | None
    asked: tuple[Asked, ...]
    cut_off: tuple[Underway, ...] = ()
    realisable: tuple[Realisable, ...] = ()
    group: tuple[GroupStock, ...] = ()
    """A row per company, where there are several and the viewer may look at all of them."""


def months(viewer: Viewer) -> list[ClosingMonth]:
    """The company's months from its first movement on, the newest first, at most three years. Three queries."""
    zone = viewer.company.zone
    first = viewer.of_company(Movement.objects.all()).order_by("effective_at").values_list("effective_at", flat=True)
    began = first.first()
    if began is None:
        return []
    today = local_date(now(), zone)
    periods, reports = list(viewer.of_company(Period.objects.all())), _reports(viewer)
    month, rows = today.replace(day=1), list[ClosingMonth]()
    while month >= local_date(began, zone).replace(day=1) and len(rows) < MONTHS_SHOWN:
        after = (month + timedelta(days=31)).replace(day=1)
        word = word_on(periods, midnight(month, zone), midnight(after, zone))
        rows.append(_row(month, word, reports.get(month), month < today.replace(day=1), zone))
        month = (month - timedelta(days=1)).replace(day=1)
    return rows


def month_page(viewer: Viewer, month: date) -> MonthPage:
    """One month; raises :class:`NotThere` for a month before the first movement or after today. At most five queries."""
    row = next((r for r in months(viewer) if r.month == month), None)
    if row is None:
        raise NotThere(f"{month:%Y-%m}")
    report = viewer.of_company(MonthReport.objects.filter(first=month)).defer("steps").order_by("-last").first()
    requests = viewer.of_company(ReopenRequest.objects.filter(first__lte=month, last__gte=month, state="asked"))
    asked = tuple(
        Asked(
            r.pk, months_between(r.first, r.last), r.reason, r.asked_by, moment(r.asked_at), r.asked_by == viewer.name
        )
        for r in requests
    )
    if report is None:
        return MonthPage(row, (), (), (), None, asked)
    return MonthPage(
        row,
        tuple(StepTotal(*entry) for entry in report.totals),
        tuple(ChecklistLine(*entry) for entry in report.checks),
        tuple(_voucher(v["kind"], v["entries"]) for v in report.vouchers),
        maybe_moment(report.opening_reported),
        asked,
        tuple(Underway(**row) for row in report.cut_off),
        tuple(Realisable(**row) for row in report.realisable),
        _companies(group_rows(viewer, report)),
    )


def month_group(viewer: Viewer, month: date) -> list[GroupStock]:
    """The group's stock per company and SKU at a month's end, as it was put together. One query."""
    report = viewer.of_company(MonthReport.objects.filter(first=month)).defer("steps").order_by("-last").first()
    return [] if report is None else group_rows(viewer, report)


def group_rows(viewer: Viewer, report: MonthReport) -> list[GroupStock]:
    """Rows of a report; none for who may not look at every company."""
    if viewer.companies is not None:
        return []
    return [GroupStock(company, sku, *amounts) for sku, company, *amounts in report.group]


def _companies(rows: list[GroupStock]) -> tuple[GroupStock, ...]:
    sums: dict[str, list[int]] = {}
    for row in rows:
        mine = sums.setdefault(row.company, [0, 0, 0, 0])
        for place, amount in enumerate((row.units, row.missing, row.carried, row.paid)):
            mine[place] += amount
    return tuple(GroupStock(company, "", *amounts) for company, amounts in sorted(sums.items()))


def roll_rows(viewer: Viewer, month: date) -> list[RollRow]:
    """The roll-forward of a month per SKU and place, as it was put together. Three queries."""
    import polars as pl

    report = viewer.of_company(MonthReport.objects.filter(first=month)).order_by("-last").first()
    if report is None:
        return []
    steps = pl.read_parquet(io.BytesIO(bytes(report.steps)))
    way = pl.col("step")
    entered, gone = way.str.starts_with(IN), way.str.starts_with(OUT)

    def total(what: str, which: pl.Expr, name: str) -> pl.Expr:
        return pl.col(what).filter(which).sum().alias(name)

    sums = steps.group_by("item", "location").agg(
        total("units", way == "opening", "opening_units"), total("amount", way == "opening", "opening"),
        total("units", way == "adjustment", "adjustment_units"), total("amount", way == "adjustment", "adjustment"),
        total("units", entered, "in_units"),
        total("amount", entered, "in_amount"), total("units", gone, "out_units"), total("amount", gone, "out_amount"),
        total("units", way == "closing", "closing_units"), total("amount", way == "closing", "closing"),
    )  # fmt: skip
    goods = {
        pk: (sku, named(name, zh)) for pk, sku, name, zh in Item.objects.values_list("pk", "sku", "name", "name_zh")
    }
    names = places()
    return [
        RollRow(*goods[row["item"]], names.get(row["location"]) or row["location"], *_figures(row))
        for row in sums.sort("item", "location").iter_rows(named=True)
    ]


def _figures(row: dict[str, int]) -> Iterable[int]:
    keys = (
        "opening_units",
        "opening",
        "adjustment_units",
        "adjustment",
        "in_units",
        "in_amount",
        "out_units",
        "out_amount",
        "closing_units",
    )
    return (*(row[key] for key in keys), row["closing"])


def _voucher(kind: str, entries: list[list[object]]) -> VoucherShown:
    lines = tuple(VoucherLine(*entry) for entry in entries)  # type: ignore[arg-type]
    return VoucherShown(kind, lines, sum(line.debit or 0 for line in lines))


def _reports(viewer: Viewer) -> dict[date, MonthReport]:
    return {r.first: r for r in viewer.of_company(MonthReport.objects.all()).defer("steps", "vouchers")}


def _row(month: date, period: Period | None, report: MonthReport | None, over: bool, zone: str) -> ClosingMonth:
    state = "open" if period is None else "closed" if period.closed else "reopened"
    closing = next((entry for entry in report.totals if entry[0] == "closing"), [None, None, None]) if report else None
    return ClosingMonth(
        month,
        state,
        moment(period.recorded_at) if period else None,
        period.actor if period else "",
        moment(report.made_at) if report else None,
        closing[1] if closing else None,
        closing[2] if closing else None,
        report.residue if report else None,
        over,
        months_of(period, zone) if period else "",
    )
