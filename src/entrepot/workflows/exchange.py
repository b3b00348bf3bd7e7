"""Exchange rates and the purchases of a company: exposure by due week, differences by cause, forward or spot, the cash cycle.

Reads the open orders (``exposure``), the goods lines and payments of orders in foreign currency, and the seller's own interest
rates (``books.selectors.money_terms``). Nothing is stored. Method: docs/methods/capital.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.intake.directory import Directory
from entrepot.books.selectors import money_terms
from entrepot.books.selectors.paid import PaidOrder, orders_paid
from entrepot.core.calendar import local_date, midnight
from entrepot.core.errors import ProblemError
from entrepot.core.money import convert
from entrepot.engines.capital import (
    CashCycle,
    ForeignPurchase,
    HedgeChoice,
    Paid,
    cash_to_cash,
    differences,
    hedge_choice,
)
from entrepot.workflows.exposure import ExposureAnswer, OpenOrder, exposure

WEEKS = 13
SCENARIOS = {"−3.9 %": Fraction(-39, 1000), "+5.3 %": Fraction(53, 1000)}
"""Changes of the dollar against the yuan over 63 trading days in one of twenty cases each way, 2016 to 2026."""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """An order's causes, home minor units: the price apart from the rate, settled apart from what is still owed.

    ``unrealised`` is ``None`` where the closing rate is not known.
    """

    order: str
    document: str
    supplier: str
    currency: str
    ordered: int
    price: int
    rate: int
    realised: int
    unrealised: int | None
    goods_cost: int
    owed: int


@dataclass(frozen=True, slots=True)
class Hedge:
    """Forward or spot for one currency; ``choice`` is ``None`` where a rate is missing (``needs`` names it)."""

    currency: str
    amount: int
    days: int
    spot: Fraction | None
    home_rate: Fraction | None
    currency_rate: Fraction | None
    offered: Fraction | None
    choice: HedgeChoice | None
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """All of it on a day; amounts in minor units, home currency unless said."""

    company: str
    home: str
    on: date
    exposure: ExposureAnswer
    differences: tuple[DifferenceRow, ...]
    hedges: tuple[Hedge, ...]
    cycle: CashCycle | None


def exchange(
    company: models.Company,
    on: date,
    change: Fraction = Fraction(1, 20),
    *,
    rates: dict[str, Fraction] | None = None,
    offered: dict[str, Fraction] | None = None,
    since: date | None = None,
) -> Exchange:
    """The page's answer. ``rates``: yearly interest by currency and ``offered``: forwards by currency, before what is stored.

    Differences are of orders placed since ``since`` (a year before ``on``).
    """
    directory = Directory()
    told = exposure(company, on, change, weeks=WEEKS, directory=directory)
    rows = _differences(company, on, since or on - timedelta(days=365), directory)
    interest, forwards = money_terms.rates_on(company, on)
    rates, offered = {**interest, **(rates or {})}, {**forwards, **(offered or {})}
    hedges = tuple(
        _hedge(company, on, currency, told.orders, rates, offered, directory)
        for currency in sorted({row.currency for row in told.orders})
    )
    return Exchange(company.code, company.currency, on, told, tuple(rows), hedges, _cycle(company, on, rows, directory))


def _differences(company: models.Company, on: date, since: date, directory: Directory) -> list[DifferenceRow]:
    """Orders in a foreign currency whose goods came: ordered, invoiced, paid and owed, each at its own rate."""

    def rate(currency: str, at: int) -> Fraction | None:
        try:
            return directory.rate(currency, company.currency, company, at).value
        except ProblemError:
            return None

    found: list[DifferenceRow] = []
    closing_at = midnight(on + timedelta(days=1), company.zone) - 1
    for order in orders_paid(company, midnight(since, company.zone), closing_at):
        placed, came, now = (rate(order.currency, at) for at in (order.placed_at, order.received_at, closing_at))
        if placed is None or came is None:
            continue
        before = [p for p in order.payments if p.at <= order.received_at]
        after = [p for p in order.payments if p.at > order.received_at]
        told = differences(
            ForeignPurchase(
                order.number, order.currency, company.currency, order.received_share, placed, order.invoiced, came,
                _paid(company, before, order), _paid(company, after, order), now,
            )
        )  # fmt: skip
        owed = order.invoiced - sum(p.amount for p in order.payments)
        found.append(
            DifferenceRow(
                order.number, str(order.document), order.supplier, order.currency, told.ordered, told.price, told.rate,
                told.realised, told.unrealised, told.goods_cost, owed,
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (-abs(row.realised) - abs(row.rate), row.order))


def _paid(company: models.Company, payments: list[Any], order: PaidOrder) -> tuple[Paid, ...]:
    return tuple(Paid(local_date(p.at, company.zone), p.amount, p.rate) for p in payments)


def _hedge(
    company: models.Company, on: date, currency: str, orders: tuple[OpenOrder, ...], rates: dict[str, Fraction],
    offered: dict[str, Fraction], directory: Directory,
) -> Hedge:  # fmt: skip
    """The whole open amount of a currency, to be paid on its money-weighted due day."""
    mine = [row for row in orders if row.currency == currency]
    amount = sum(row.unpaid for row in mine)
    days = round(sum(max((row.due - on).days, 0) * row.unpaid for row in mine) / amount) if amount else 0
    try:
        spot: Fraction | None = directory.rate(currency, company.currency, company, midnight(on, company.zone)).value
    except ProblemError:
        spot = None
    own, foreign, forward = rates.get(company.currency), rates.get(currency), offered.get(currency)
    needs = tuple(
        what
        for what, value in ((f"rate {currency}", spot), (company.currency, own), (currency, foreign))
        if value is None
    )
    choice = None
    if spot is not None and own is not None and foreign is not None and amount:
        choice = hedge_choice(
            amount, currency, company.currency, spot, days, own, foreign, offered=forward, scenarios=SCENARIOS
        )
    return Hedge(currency, amount, days, spot, own, foreign, forward, choice, needs)


def _cycle(
    company: models.Company, on: date, rows: list[DifferenceRow], directory: Directory
) -> CashCycle | None:  # fmt: skip
    """Days of stock, of payouts and of unpaid goods, by the last three months' pace."""
    start = on - timedelta(days=90)
    first, last = (day.year * 10_000 + day.month * 100 + day.day for day in (start, on))
    sold = models.SaleFigure.objects.filter(company=company, day__gte=first, day__lte=last)
    sums = sold.aggregate(cost=Sum("book_cost"), net=Sum("net"), back=Sum("refunded"))
    waits = money_terms.payout_days(company)
    by_shop: dict[int, int] = dict(sold.order_by().values_list("shop_id").annotate(n=Sum("net")))
    receivable = sum((net or 0) * waits.get(shop, 0) for shop, net in by_shop.items()) // 90
    held = models.StockFigure.objects.filter(company=company).aggregate(n=Sum("book_cost"))["n"] or 0
    owed: dict[str, int] = defaultdict(int)
    for row in rows:
        owed[row.currency] += max(row.owed, 0)
    payable = 0
    for currency, amount in owed.items():
        try:
            rate = directory.rate(currency, company.currency, company, midnight(on, company.zone)).value
        except ProblemError:
            return None
        payable += convert(amount, currency, company.currency, rate)
    return cash_to_cash(held, receivable, payable, sums["cost"] or 0, (sums["net"] or 0) - (sums["back"] or 0), 90)


def of_viewer(
    viewer: Viewer, on: date, change: Fraction, rates: dict[str, Fraction], offered: dict[str, Fraction]
) -> Exchange:  # fmt: skip
    """:func:`exchange` of the viewer's company. Raises ProblemError for who may not see cost."""
    viewer.need("see_cost")
    company = models.Company.objects.get(code=viewer.company.code)
    return exchange(company, on, change, rates=rates, offered=offered)
