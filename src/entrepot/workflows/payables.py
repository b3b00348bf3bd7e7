"""What is owed to suppliers: bills and credits with what of each is open on a day, and shares of orders that are not billed yet.

A payment on a bill settles it; a deposit on an order settles the bills of that order, the oldest first, as the vouchers take it
(:mod:`entrepot.workflows.prepayments`); a payment in another currency than its bill settles what it was worth in the company's.
Nothing is netted that nobody netted: a credit stands beside the bills until a payment takes it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet, Sum

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.books.intake.settling import settles
from entrepot.books.versions import current
from entrepot.core.calendar import Instant, local_date, midnight
from entrepot.core.components import FAMILY_OF, GOODS
from entrepot.core.errors import ProblemError
from entrepot.core.money import convert, round_half_away
from entrepot.core.prepaid import Part, standing

BILL, CREDIT, TERM, ACCOUNT = "bill", "credit", "term", "account"
BUCKETS = (0, 30, 60, 90)
"""Ageing: not due, then up to so many days overdue; what is older comes last."""
_Identity = tuple[str, str, str, str]
_Shares = dict[tuple[_Identity, int], dict[int, list[tuple[int, int, str]]]]
"""Bill and its line → version of the weights → amount of the line, weight, order (empty: goods of none)."""


@dataclass
class Payable:
    """A bill, a credit (negative), money paid that no bill has taken (on account, negative) or a share of an order.

    Amounts in minor units of ``currency``; ``base`` what is open in the company's, ``None`` without a rate. ``settled``: by
    deposits. ``estimate``: the day is expected, not stated. ``orders``, ``unordered``: what of its goods is of which order, and
    of none; ``deposits``: what each order's deposits settled.
    """

    kind: str
    document: int
    supplier: str
    number: str
    currency: str
    amount: int
    on: date
    due: date | None
    family: str = ""
    trigger: str = ""
    paid: int = 0
    settled: int = 0
    open: int = 0
    base: int | None = None
    estimate: bool = False
    orders: dict[str, Fraction] = field(default_factory=dict[str, Fraction])
    unordered: Fraction = Fraction(0)
    deposits: dict[str, Fraction] = field(default_factory=dict[str, Fraction])


def bills(company: models.Company, day: date, order: str = "") -> list[Payable]:
    """Bills and credits of the company up to the end of ``day``, with what of each was open then, and what was paid on account;
    the oldest first.

    With ``order`` (its number) only the bills and credits that it takes to tell what of its bills is open.
    """
    ends = midnight(day + timedelta(days=1), company.zone)
    parts = _shares(company, ends, order)
    numbers = sorted({key[1] for key, _ in parts}) if order else None
    found = _bills(company, ends, numbers)
    _share(parts, found)
    _pay(company, ends, found, numbers)
    _deposits(company, ends, found.values())
    loose = [] if order else _on_account(company, ends, found)
    rows = sorted([*found.values(), *loose], key=lambda row: (row.on, row.number))
    rated = Rates(company, ends - 1)
    for row in rows:
        row.open = row.amount - row.paid - row.settled
        row.base = rated.base(row.open, row.currency)
    return rows


class Rates:
    """Conversion into the company's currency at the books' rate of one instant; ``None`` without a rate."""

    def __init__(self, company: models.Company, at: Instant, directory: Directory | None = None) -> None:
        self.company, self.at = company, at
        self._directory = directory or Directory()
        self._known: dict[str, Fraction | None] = {}

    def base(self, amount: int, currency: str) -> int | None:
        if currency == self.company.currency:
            return amount
        if currency not in self._known:
            try:
                self._known[currency] = self._directory.rate(
                    currency, self.company.currency, self.company, self.at
                ).value
            except ProblemError:
                self._known[currency] = None
        rate = self._known[currency]
        return None if rate is None else convert(amount, currency, self.company.currency, rate)


def _bills(company: models.Company, ends: Instant, numbers: list[str] | None) -> dict[_Identity, Payable]:
    """Bills and credits as their latest versions state them, tax that is no cost included; of these numbers, or all."""
    documents = models.Document.objects.filter(
        company=company, type__in=("cost_bill", "supplier_credit"), reversed=None, effective_at__lt=ends
    ).exclude(source="accrual")
    if numbers is not None:
        documents = documents.filter(external_id__in=numbers)
    fields = ("type", "external_id", "source", "account", "pk", "effective_at", "body")
    found: dict[_Identity, Payable] = {}
    for kind, number, source, account, pk, at, body in documents.order_by("version").values_list(*fields):
        told = json.loads(bytes(body))
        lines = [line for line in told["lines"] if not line.get("estimate")]
        amount = sum(int(line["amount"]) for line in lines)
        found.pop((kind, number, source, account), None)
        if amount == 0:
            continue
        on = local_date(at, company.zone)
        due = date.fromisoformat(told["due"]) if told.get("due") else None
        main = max(lines, key=lambda line: abs(int(line["amount"])))
        found[kind, number, source, account] = Payable(
            BILL if kind == "cost_bill" else CREDIT, pk, str(told.get("supplier", "")) or account, number,
            str(told["currency"]), amount if kind == "cost_bill" else -amount, on, due or on,
            FAMILY_OF[main["component"]], estimate=due is None,
        )  # fmt: skip
    return found


def _shares(company: models.Company, ends: Instant, order: str) -> _Shares:
    """What of the lines of each bill and credit is for goods of which order, by version of the line's weights.

    With ``order`` those of its own bills, and of all that share an order with one of them, for a deposit settles the oldest
    first: asked until nothing more is found, most often twice.
    """
    rows = models.BasisShare.objects.filter(
        basis__cost_line__company=company, basis__cost_line__component=GOODS, basis__cost_line__estimate=False,
        basis__cost_line__internal=False, basis__cost_line__replacement__isnull=True,
        basis__cost_line__document__type__in=("cost_bill", "supplier_credit"), basis__cost_line__effective_at__lt=ends,
        movement__isnull=False,
    )  # fmt: skip
    if not order:
        return _by_line(rows)
    orders, number = {order}, "basis__cost_line__document__external_id"
    while True:
        lines = models.PurchaseLine.objects.filter(company=company, document__external_id__in=sorted(orders))
        keys = list(lines.values_list("pk", flat=True))
        came = list(models.Movement.objects.filter(purchase_line__in=keys).values_list("pk", flat=True))
        back = list(models.Movement.objects.filter(lot__in=came).values_list("pk", flat=True))
        touching = rows.filter(movement__in=came + back)
        bills = list(touching.order_by().values_list(number, flat=True).distinct())
        found = _by_line(rows.filter(**{number + "__in": bills}))
        reached = {one for versions in found.values() for parts in versions.values() for *_, one in parts if one}
        if reached <= orders:
            return found
        orders |= reached


def _by_line(rows: QuerySet[Any]) -> _Shares:
    document = "basis__cost_line__document__"
    names = (
        *(document + name for name in ("type", "external_id", "source", "account")), "basis__cost_line_id", "basis__version",
        "basis__cost_line__amount", "weight", "movement__purchase_line__document__external_id",
        "movement__lot__purchase_line__document__external_id",
    )  # fmt: skip
    by_line: _Shares = defaultdict(lambda: defaultdict(list))
    for *key, line, version, amount, weight, order, returned in rows.values_list(*names):
        by_line[(key[0], key[1], key[2], key[3]), line][version].append((amount, weight, order or returned or ""))
    return by_line


def _share(by_line: _Shares, found: dict[_Identity, Payable]) -> None:
    """Tell each bill and credit what of it is for goods of which order; of a credit negative."""
    for (key, _), versions in by_line.items():
        bill = found.get(key)
        parts = versions[max(versions)]
        weights = sum(weight for _, weight, _ in parts)
        if bill is None or not weights:
            continue
        for amount, weight, order in parts:
            part = Fraction(amount * weight, weights)
            if order:
                bill.orders[order] = bill.orders.get(order, Fraction(0)) + part
            else:
                bill.unordered += part


def _pay(
    company: models.Company, ends: Instant, found: dict[_Identity, Payable], numbers: list[str] | None
) -> None:  # fmt: skip
    """Payments that name a bill or credit; of several with the number, the payee's own, else the first."""
    named: dict[tuple[str, str], list[Payable]] = defaultdict(list)
    for key, bill in found.items():
        named[key[0], key[1]].append(bill)
    directory = Directory()
    lines = models.PaymentLine.objects.filter(
        company=company, order_type__in=("cost_bill", "supplier_credit"), effective_at__lt=ends
    )
    if numbers is not None:
        lines = lines.filter(order__in=numbers)
    fields = ("order_type", "order", "supplier", "currency", "amount", "base_amount", "effective_at")
    for kind, number, supplier, currency, amount, base, at in (
        current(lines).order_by("effective_at", "pk").values_list(*fields)
    ):
        same = named.get((kind, number), [])
        bill = next((one for one in same if one.supplier == supplier), same[0] if same else None)
        if bill is None:
            continue
        alike = bill.currency == currency
        bill.paid += amount if alike else settles(company, base, at, bill.amount, bill.currency, directory)


def _on_account(company: models.Company, ends: Instant, found: dict[_Identity, Payable]) -> list[Payable]:
    """What of payments names no bill or order, or a bill that does not stand (any more)."""
    standing = {(key[0], key[1]) for key in found}
    lines = models.PaymentLine.objects.filter(company=company, effective_at__lt=ends).exclude(
        order_type="purchase_order"
    )
    fields = (
        "document_id",
        "document__external_id",
        "supplier",
        "currency",
        "effective_at",
        "order_type",
        "order",
        "amount",
    )
    sums: dict[int, Payable] = {}
    for document, number, supplier, currency, at, kind, order, amount in (
        current(lines).order_by("effective_at", "pk").values_list(*fields)
    ):
        if (kind, order) in standing:
            continue
        row = sums.setdefault(
            document,
            Payable(ACCOUNT, document, supplier, number, currency, 0, local_date(at, company.zone), None, "purchase"),
        )
        row.amount -= amount
    return [row for row in sums.values() if row.amount]


@dataclass
class _Deposit:
    """A payment on an order: its amount, what of it is left for bills, what left the bank, and when."""

    order: str
    currency: str
    amount: int
    left: Fraction
    base: int = 0
    at: Instant = 0


def _deposits(company: models.Company, ends: Instant, found: Iterable[Payable]) -> None:
    """Deposits on orders settle the bills of their goods, the oldest bill first; each those in its own currency first."""
    lines = models.PaymentLine.objects.filter(company=company, order_type="purchase_order", effective_at__lt=ends)
    rows = sorted(found, key=lambda row: (row.on, row.number))
    of_order: dict[str, list[Payable]] = defaultdict(list)
    for bill in rows:
        for order in bill.orders:
            of_order[order].append(bill)
    deposits = _paid_ahead(company, current(lines).order_by(), of_order)
    by_key: dict[tuple[str, str], list[_Deposit]] = defaultdict(list)
    for deposit in deposits:
        by_key[deposit.order, deposit.currency].append(deposit)
    used: dict[int, Fraction] = defaultdict(Fraction)

    def take(bill: Payable, order: str, most: Fraction) -> Fraction:
        room = max(bill.amount - bill.paid, 0) - used[id(bill)]
        part = bill.orders[order] - bill.deposits.get(order, 0)
        taken = max(min(most, part, room), Fraction(0))
        if taken:
            used[id(bill)] += taken
            bill.deposits[order] = bill.deposits.get(order, Fraction(0)) + taken
        return taken

    for bill in rows:
        for order in bill.orders:
            for deposit in by_key[order, bill.currency]:
                deposit.left -= take(bill, order, deposit.left)
    directory = Directory()
    for deposit in deposits:
        bills_of = of_order[deposit.order] if deposit.left > 0 else []
        for bill in [bill for bill in bills_of if bill.currency != deposit.currency and bill.amount > 0]:
            alike = [one.orders[deposit.order] for one in bills_of if one.currency == bill.currency and one.amount > 0]
            whole = round_half_away(sum(alike, Fraction(0)))
            worth = settles(company, deposit.base, deposit.at, whole, bill.currency, directory)
            if worth > 0:
                share = take(bill, deposit.order, worth * deposit.left / deposit.amount) / worth
                deposit.left -= deposit.amount * share
    for bill in rows:
        bill.settled = round_half_away(used[id(bill)])


_WHOLE = 10**12
"""Measures payments of several currencies against each other, without a rounding that matters."""


def _paid_ahead(
    company: models.Company, told: QuerySet[Any], of_order: Mapping[str, list[Payable]]
) -> list[_Deposit]:  # fmt: skip
    """What was paid on orders and did not come back, the oldest first: one by one where an order was paid or billed in several
    currencies, else in one."""
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    for order, currency, amount in told.values_list("order", "currency").annotate(n=Sum("amount")):
        sums[order][currency] = amount
    several = sorted(
        order
        for order, paid in sums.items()
        if order in of_order and len({*paid, *(bill.currency for bill in of_order[order])}) > 1
    )
    apart = set(several)
    found = [
        _Deposit(order, currency, amount, Fraction(amount))
        for order, paid in sums.items()
        for currency, amount in paid.items()
        if order in of_order and order not in apart and amount > 0
    ]
    parts: dict[str, list[_Deposit]] = defaultdict(list)
    fields = ("order", "currency", "amount", "base_amount", "effective_at")
    for start in range(0, len(several), 500):
        chosen = told.filter(order__in=several[start : start + 500]).order_by("effective_at", "pk")
        for order, currency, amount, base, at in chosen.values_list(*fields):
            parts[order].append(_Deposit(order, currency, amount, Fraction(max(amount, 0)), base, at))
    directory = Directory()
    for rows in parts.values():
        shares = standing([Part(one.currency, one.amount, _measured(company, one, rows[0], directory)) for one in rows])
        for one, share in zip(rows, shares, strict=True):
            one.left *= share
    own = [one for rows in parts.values() for one in rows if one.amount > 0]
    return sorted([*found, *own], key=lambda one: one.at)


def _measured(company: models.Company, one: _Deposit, first: _Deposit, directory: Directory) -> int:
    """A payment in the currency of the first of its order."""
    if one.currency == first.currency:
        return one.amount
    return settles(company, one.base, one.at, _WHOLE, first.currency, directory)


def of_order(row: Payable, number: str) -> int:
    """What is open of a bill or credit (negative) for goods of an order: its share less its own deposits; what was paid on the
    bill went over all of its goods alike."""
    sign = 1 if row.amount > 0 else -1
    whole = sum((abs(part) for part in row.orders.values()), abs(row.unordered))
    if not whole:
        return 0
    shares = {order: abs(row.amount * part) / whole for order, part in (*row.orders.items(), ("", row.unordered))}
    rests = {order: max(share - sign * row.deposits.get(order, 0), Fraction(0)) for order, share in shares.items()}
    rest = sum(rests.values())
    return round_half_away(row.open * rests.get(number, Fraction(0)) / rest) if rest else 0


def open_of_order(rows: Iterable[Payable], number: str, currency: str) -> int:
    """What is open of the bills and credits of an order in its own currency; those in another one are looked at by themselves."""
    return sum(of_order(row, number) for row in rows if number in row.orders and row.currency == currency)


def bucket(row: Payable | Any, day: date) -> int:
    """Which column of the ageing a row stands in: 0 not due, 1 to 3 up to 30, 60, 90 days overdue, 4 older."""
    late = (day - row.due).days if row.due is not None else 0
    return next((place for place, most in enumerate(BUCKETS) if late <= most), len(BUCKETS))
