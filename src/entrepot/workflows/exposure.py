"""Exchange exposure of the books: what of the open purchase orders is still to be paid in another currency, and when.

Unpaid = what the latest version of an order comes to, less the payments that name it. It counts as long as it is unpaid, goods
received or not. An order without a day by which the goods should be ready counts as due nine weeks after it was placed, and
says so. Orders in the company's own currency are no exposure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from entrepot.books import models
from entrepot.books.deposits import paid_on_orders
from entrepot.books.intake.directory import Directory
from entrepot.core.calendar import local_date, midnight
from entrepot.core.errors import ProblemError
from entrepot.core.money import convert, round_half_away
from entrepot.engines.capital import Instalment, exposures

Identity = tuple[str, str, str]
"""Source, account and number of a document: the same for all of its versions."""
_LEAD = timedelta(weeks=9)


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """What of one order is to be paid: minor units of its currency. ``assumed`` = the due day is ours."""

    order: str
    supplier: str
    currency: str
    ordered: int
    paid: int
    due: date
    assumed: bool

    @property
    def unpaid(self) -> int:
        """Still to be paid; never below 0."""
        return max(self.ordered - self.paid, 0)


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """One currency and stretch of time. ``home`` is the amount at the books' rate, ``effect`` what it costs more if the
    foreign currency rises by the change asked for; both None without a rate (``needs``)."""

    currency: str
    first: date
    last: date | None
    amount: int
    home: int | None
    effect: int | None
    orders: tuple[str, ...]
    needs: str = ""


@dataclass(frozen=True, slots=True)
class ExposureAnswer:
    """Exposure of a company on a day: rows by currency and stretch, and the open orders behind them."""

    company: str
    home: str
    on: date
    change: Fraction
    rows: tuple[ExposureRow, ...]
    orders: tuple[OpenOrder, ...]


def open_orders(company: models.Company, on: date) -> list[OpenOrder]:
    """Orders in a foreign currency that are not paid in full, as the books know them on a day, by due day."""
    until = midnight(on + timedelta(days=1), company.zone)
    lines = _latest(
        models.PurchaseLine.objects.filter(company=company, effective_at__lt=until).exclude(currency=company.currency)
    )
    rows: dict[Identity, list[Any]] = defaultdict(list)
    for line in lines:
        rows[_identity(line.document)].append(line)
    amounts = {
        key[2]: sum(round_half_away(Fraction(x.quantity * x.price_amount, x.price_per)) for x in ordered)
        for key, ordered in rows.items()
    }
    payments = models.PaymentLine.objects.filter(effective_at__lt=until)
    currencies = {key[2]: ordered[0].currency for key, ordered in rows.items()}
    paid = paid_on_orders(company, payments, currencies, amounts.__getitem__)
    found: list[OpenOrder] = []
    for (_source, _account, number), ordered in rows.items():
        first = ordered[0]
        days = [x.due for x in ordered if x.due is not None]
        due = max(days) if days else local_date(first.effective_at, company.zone) + _LEAD
        row = OpenOrder(
            number, first.supplier, first.currency, amounts[number], paid.get(number, 0), due, not days
        )  # fmt: skip
        if row.unpaid:
            found.append(row)
    return sorted(found, key=lambda row: (row.due, row.order))


def _identity(document: models.Document) -> Identity:
    return document.source, document.account, document.external_id


def _latest(lines: Any) -> list[Any]:
    """Lines of the latest version of each document, of documents that were not taken back."""
    known = list(lines.filter(document__reversed__isnull=True).select_related("document").defer("document__body"))
    newest: dict[Identity, int] = {}
    for line in known:
        key = _identity(line.document)
        newest[key] = max(newest.get(key, 0), line.document.version)
    return [line for line in known if line.document.version == newest[_identity(line.document)]]


def exposure(
    company: models.Company, on: date, change: Fraction = Fraction(1, 20), *, weeks: int = 0, directory: Directory | None = None
) -> ExposureAnswer:  # fmt: skip
    """Exposure by currency and time to the due day, at the books' rate of the day, with the effect of a change of rates.

    ``change`` is relative: 1/20 = the foreign currency rises by 5 %. Overdue amounts stand in the first stretch. ``weeks``:
    by due week for so many weeks, what is later in one row; 0 = by months and quarters.
    """
    orders = open_orders(company, on)
    parts = [Instalment(row.order, row.currency, row.due, row.unpaid) for row in orders]
    directory, at = directory or Directory(), midnight(on, company.zone)
    rows: list[ExposureRow] = []
    stretches = [7 * week for week in range(1, weeks + 1)] if weeks else (30, 60, 90, 180)
    for stretch in exposures(parts, on, stretches):
        home: int | None = None
        effect: int | None = None
        needs = ""
        try:
            rate = directory.rate(stretch.currency, company.currency, company, at).value
        except ProblemError as error:
            needs = error.problems[0].message
        else:
            home = convert(stretch.amount, stretch.currency, company.currency, rate)
            effect = stretch.effect(company.currency, rate, change)
        rows.append(
            ExposureRow(
                stretch.currency, stretch.first, stretch.last, stretch.amount, home, effect, stretch.orders, needs
            )
        )
    return ExposureAnswer(company.code, company.currency, on, change, tuple(rows), tuple(orders))
