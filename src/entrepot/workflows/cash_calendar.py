"""Money over the next thirteen weeks: what is owed, what orders will ask for, what freight and duty that moved will cost,
and what shops usually pay out and tax offices owe back. What nobody has billed yet is an estimate and is told apart.

Of a supplier to whom no payment was ever recorded, bills long overdue say only that nobody records his payments: they stand
in the list, marked, and not in the weeks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import Sum

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.selectors.shapes import Money
from entrepot.core.calendar import local_date
from entrepot.core.components import GOODS, family_of
from entrepot.workflows import payables
from entrepot.workflows.cash_back import due_back
from entrepot.workflows.clock import now
from entrepot.workflows.order_figures import fresh
from entrepot.workflows.order_pages import company_of

WEEKS = 13
FLOWS = ("suppliers", "freight", "duty_tax", "other", "payouts", "tax_back")
INCOMING = ("payouts", "tax_back")
_FLOW_OF = {"purchase": "suppliers", "first_leg": "freight", "duty_tax": "duty_tax"}
_PAST_MONTHS = 3
LONG_DAYS = 60


@dataclass
class Week:
    """A week from Monday ``start``: money out (positive) by flow as known and as estimated, money in; company's currency."""

    start: date
    known: dict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))
    expected: dict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))
    running: int = 0

    @property
    def out(self) -> int:
        """All that leaves."""
        return sum(self.known.values()) + sum(self.expected[name] for name in FLOWS if name not in INCOMING)

    @property
    def come(self) -> int:
        """What comes in: as shops usually pay, and tax that is expected back."""
        return sum(self.expected[name] for name in INCOMING)

    def of(self, flow: str) -> int:
        """Known and expected of one flow."""
        return self.known[flow] + self.expected[flow]


@dataclass(frozen=True)
class Owed:
    """A row of what is open: a bill, a credit, or a share of an order to come."""

    kind: str
    document: int
    supplier: str
    number: str
    trigger: str
    on: date
    due: date | None
    late_days: int
    estimate: bool
    amount: Money
    open: Money
    base: int | None
    unrecorded: bool = False


@dataclass(frozen=True)
class Aged:
    """A supplier's open bills and credits in one currency by age: not due, up to 30, 60, 90 days overdue, older."""

    supplier: str
    currency: str
    buckets: tuple[int, ...]
    total: Money
    base: int | None
    count: int


@dataclass(frozen=True)
class PayablesPage:
    """What is owed on ``day``, and the money of the coming weeks (only for today)."""

    day: date
    today: date
    aged: tuple[Aged, ...]
    open: tuple[Owed, ...]
    to_come: tuple[Owed, ...]
    weeks: tuple[Week, ...]
    owed: int
    overdue: int
    unrated: int
    payouts_known: bool
    unrecorded: int


def payables_page(viewer: Viewer, day: date | None = None) -> PayablesPage | None:
    """Payables of the viewer's company at the end of ``day`` (today). ``None`` while there is no company.

    A past day is worked out anew from what happened until then.
    """
    viewer.need("see_supplier_price")
    company = company_of(viewer)
    if company is None:
        return None
    today = local_date(now(), company.zone)
    which = min(day or today, today)
    fresh(company)
    stored = list(models.PayableFigure.objects.filter(company=company))
    if which == today:
        bills = [row for row in stored if row.kind != payables.TERM]
        silent = _silent(company, ((row.supplier, _late(row.due, which)) for row in bills))
        open_rows = [_owed(row, which, silent) for row in bills]
    else:
        past = [_past(row, which) for row in payables.bills(company, which) if row.open]
        silent = _silent(company, ((row.supplier, row.late_days) for row in past))
        open_rows = [replace(row, unrecorded=row.supplier in silent and row.late_days > 0) for row in past]
    to_come = [_owed(row, today) for row in stored if row.kind == payables.TERM]
    weeks, payouts = _weeks(company, today, stored, silent, due_back(viewer, company, today) if which == today else ())
    bases = [row.base for row in open_rows]
    return PayablesPage(
        which, today, tuple(_aged(open_rows, which)), tuple(open_rows), tuple(to_come), weeks, sum(b for b in bases if b),
        sum(row.base or 0 for row in open_rows if row.late_days > 0 and not row.unrecorded),
        sum(base is None for base in bases), payouts, sum(row.unrecorded for row in open_rows),
    )  # fmt: skip


def _late(due: date | None, day: date) -> int:
    return max((day - due).days, 0) if due else 0


def _silent(company: models.Company, rows: Iterable[tuple[str, int]]) -> set[str]:
    """Suppliers whose payments nobody records; ``rows``: supplier and days late of each open bill."""
    payers = set(
        models.PaymentLine.objects.filter(company=company).order_by().values_list("supplier", flat=True).distinct()
    )
    return {supplier for supplier, late in rows if late > LONG_DAYS and supplier not in payers}


def _owed(row: models.PayableFigure, day: date, silent: Container[str] = ()) -> Owed:
    late = _late(row.due, day)
    return Owed(
        row.kind, row.document_id, row.supplier, row.number, row.trigger, row.on, row.due, late, row.estimate,
        Money(row.amount, row.currency), Money(row.open, row.currency), row.base, late > 0 and row.supplier in silent,
    )  # fmt: skip


def _past(row: payables.Payable, day: date) -> Owed:
    return Owed(
        row.kind, row.document, row.supplier, row.number, row.trigger, row.on, row.due,
        _late(row.due, day), row.estimate, Money(row.amount, row.currency), Money(row.open, row.currency), row.base,
    )  # fmt: skip


def _aged(rows: Iterable[Owed], day: date) -> list[Aged]:
    sums: dict[tuple[str, str], list[int]] = {}
    bases: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    for row in rows:
        key = (row.supplier, row.open.currency)
        place = payables.bucket(row, day)
        sums.setdefault(key, [0] * (len(payables.BUCKETS) + 1))[place] += row.open.amount or 0
        bases[key].append(row.base)
    return [
        Aged(supplier, currency, tuple(parts), Money(sum(parts), currency),
             None if None in bases[supplier, currency] else sum(b or 0 for b in bases[supplier, currency]),
             len(bases[supplier, currency]))
        for (supplier, currency), parts in sums.items()
    ]  # fmt: skip


def _weeks(
    company: models.Company, today: date, stored: Iterable[models.PayableFigure], silent: set[str],
    back: Iterable[tuple[date, int]],
) -> tuple[tuple[Week, ...], bool]:  # fmt: skip
    """Thirteen weeks from this one; what is overdue is due now, what is later stays out. ``back``: money expected in."""
    first = today - timedelta(days=today.weekday())
    weeks = [Week(first + timedelta(weeks=n)) for n in range(WEEKS)]

    def put(flow: str, due: date | None, amount: int, *, estimate: bool) -> None:
        place = 0 if due is None else max((due - first).days // 7, 0)
        if place < WEEKS:
            (weeks[place].expected if estimate else weeks[place].known)[flow] += amount

    for row in stored:
        late = row.due is not None and row.due < today
        if row.base is not None and not (late and row.kind != payables.TERM and row.supplier in silent):
            estimate = row.kind == payables.TERM and row.estimate
            put(_FLOW_OF.get(row.family, "other"), row.due, row.base, estimate=estimate)
    accrued = models.UnbilledFigure.objects.filter(company=company, kind="accrued").exclude(component=GOODS)
    for component, due, amount in accrued.values_list("component", "due", "amount"):
        if amount:
            put(_FLOW_OF.get(family_of(component), "other"), due, amount, estimate=True)
    for due, amount in back:
        put("tax_back", due, amount, estimate=True)
    usual = weekly_payout(company, today)
    running = 0
    for place, week in enumerate(weeks):
        if usual is not None and place:  # this week's may have come already
            week.expected["payouts"] = usual
        running += week.come - week.out
        week.running = running
    return tuple(weeks), usual is not None


def weekly_payout(company: models.Company, today: date) -> int | None:
    """What shops paid out a week over the last whole months: net sales less refunds and what they kept. ``None``: no sales."""
    last = today.replace(day=1) - timedelta(days=1)
    months, day = [last.year * 100 + last.month], last
    for _ in range(_PAST_MONTHS - 1):
        day = day.replace(day=1) - timedelta(days=1)
        months.append(day.year * 100 + day.month)
    rows = models.MarginFigure.objects.filter(company=company, month__in=months, reason="sale")
    sums = rows.aggregate(net=Sum("net"), refunded=Sum("refunded"), selling=Sum("selling"))
    if not sums["net"]:
        return None
    days = (last - day.replace(day=1)).days + 1
    return (int(sums["net"]) - int(sums["refunded"] or 0) - int(sums["selling"] or 0)) * 7 // days
