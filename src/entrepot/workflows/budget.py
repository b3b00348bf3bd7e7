"""Budget beside what happened: month × market × family, and why they differ: quantity, price, rate, exchange.

For a family planned at P (company's currency, at the planned exchange rate) for q₀ units, with A actual for q₁ units kept by
customers, the four effects sum to A − P exactly:

    quantity = R(P·q₁/q₀) − P
    exchange = A − R(A·r₀/r₁)                r₀ planned, r₁ average of the month's days
    rate     = (A − exchange) − R(d₀·G)       duty and tax only: d₀ = P ÷ goods planned, G = goods without exchange
    price    = the rest

that is: more or fewer units, another money, another rate of duty on the same goods, and dearer or cheaper units. Flexible
budgets: Horngren, Datar and Rajan, Cost Accounting (16th ed.), chapters 7 and 8. Actuals are the sales figures of the books
(full cost view, interest on own money left out), so they change when a late bill does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Sum

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.core.calendar import midnight
from entrepot.core.errors import ProblemError
from entrepot.core.money import convert, round_half_away
from entrepot.workflows.close import company_named, span

FAMILIES = ("sales", "purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable")
_SUMS = ("net", "refunded", *FAMILIES[1:], "quantity", "returned")


@dataclass(frozen=True)
class BudgetRow:
    """One family of one market, minor units of the company's currency. ``actual`` less ``planned`` is the sum of the effects.

    ``market``: country, empty = all that have no budget of their own. ``planned`` None: nothing was planned for it.
    """

    market: str
    family: str
    units_planned: int
    units: int
    planned: int | None
    actual: int
    quantity: int
    price: int
    rate: int
    exchange: int

    @property
    def difference(self) -> int:
        """Actual less planned."""
        return self.actual - (self.planned or 0)


@dataclass(frozen=True)
class _Actual:
    units: int
    amounts: dict[str, int]


def budget(company: str, month: str) -> list[BudgetRow]:
    """A month's budget beside what happened, markets in order, families as in every waterfall.

    Markets that were sold to and not planned stand with what they came to. Raises ``ProblemError`` for an unknown company or
    what is no month.
    """
    row, (first, last) = company_named(company), span(month)
    planned = _planned(row, f"{first:%Y-%m}")
    markets = {market for market, _ in planned}
    actual = _actuals(row, first, markets)
    rates = _Rates(row, first, last)
    rows: list[BudgetRow] = []
    for market in sorted(markets | set(actual), key=lambda m: (m == "", m)):
        happened = actual.get(market, _Actual(0, {}))
        goods = planned.get((market, "purchase"))
        for family in FAMILIES:
            line = planned.get((market, family))
            came_to = happened.amounts.get(family, 0)
            if line is not None:
                rows.append(_against(row, market, family, line, came_to, happened, goods, rates))
            elif came_to:
                rows.append(
                    BudgetRow(market, family, 0, happened.units, None, came_to, 0, came_to, 0, 0)
                )  # nothing was planned: the whole of it is the difference, told as price
    return rows


def _against(
    company: models.Company,
    market: str,
    family: str,
    line: models.BudgetLine,
    actual: int,
    happened: _Actual,
    goods: models.BudgetLine | None,
    rates: _Rates,
) -> BudgetRow:
    planned = _own(company, line)
    quantity = round_half_away(Fraction(planned * happened.units, line.units)) - planned if line.units else 0
    exchange = actual - rates.at_planned(actual, line)
    rate = 0
    if family == "duty_tax" and goods is not None and (base := _own(company, goods)):
        bought = rates.at_planned(happened.amounts.get("purchase", 0), goods)
        rate = actual - exchange - round_half_away(Fraction(planned * bought, base))
    price = actual - planned - quantity - exchange - rate
    return BudgetRow(
        market, family, line.units, happened.units, planned, actual, quantity, price, rate, exchange
    )  # fmt: skip


def _own(company: models.Company, line: models.BudgetLine) -> int:
    """A planned amount in the company's currency at the planned rate."""
    return convert(line.amount, line.currency, company.currency, Fraction(line.numerator, line.denominator))


def _planned(company: models.Company, month: str) -> dict[tuple[str, str], models.BudgetLine]:
    """(market, family) → line of the month's last budget that was not taken back."""
    lines = models.BudgetLine.objects.filter(company=company, month=month, document__reversed__isnull=True)
    documents = {(d.source, d.account, d.external_id): d.pk for d in
                 models.Document.objects.filter(budgetline__in=lines).defer("body").order_by("version")}  # fmt: skip
    newest = lines.filter(document__in=documents.values()).order_by("recorded_at", "document_id", "line")
    return {(line.market, line.family): line for line in newest}


def _actuals(company: models.Company, first: date, markets: set[str]) -> dict[str, _Actual]:
    """Market → units kept and amounts by family; countries without a budget of their own under "" where that is planned."""
    rows = (
        models.MarginFigure.objects.filter(company=company, month=first.year * 100 + first.month)
        .values_list("country")
        .annotate(*(Sum(name) for name in _SUMS))
    )
    sums: dict[str, list[int]] = {}
    for country, *values in rows:
        market = country if country in markets or "" not in markets else ""
        kept = sums.setdefault(market, [0] * len(_SUMS))
        for place, value in enumerate(values):
            kept[place] += value or 0
    return {market: _actual(values) for market, values in sums.items()}


def _actual(values: Iterable[int]) -> _Actual:
    told = dict(zip(_SUMS, values, strict=True))
    amounts = {family: told[family] for family in FAMILIES[1:]}
    return _Actual(told["quantity"] - told["returned"], {"sales": told["net"] - told["refunded"], **amounts})


class _Rates:
    """Average books rate of the month's days, currency → company's currency."""

    def __init__(self, company: models.Company, first: date, last: date) -> None:
        self._company, self._first, self._last = company, first, last
        self._directory = Directory()
        self._known: dict[str, Fraction | None] = {}

    def at_planned(self, amount: int, line: models.BudgetLine) -> int:
        """``amount`` as it would be at the rate that ``line`` was planned at; itself where no rate is known."""
        if line.currency == self._company.currency:
            return amount
        average = self._average(line.currency)
        if not average:
            return amount
        return round_half_away(amount * Fraction(line.numerator, line.denominator) / average)

    def _average(self, currency: str) -> Fraction | None:
        if currency not in self._known:
            days = (self._last - self._first).days + 1
            try:
                told = [
                    self._directory.rate(
                        currency, self._company.currency, self._company,
                        midnight(self._first + timedelta(day), self._company.zone),
                    ).value
                    for day in range(days)
                ]  # fmt: skip
            except ProblemError:
                told = []
            self._known[currency] = sum(told, Fraction()) / len(told) if told else None
        return self._known[currency]
