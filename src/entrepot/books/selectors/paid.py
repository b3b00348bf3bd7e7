"""When the money for a cost line left: by the payments that name its order or bill, else when it fell due.

A goods line that an order promised, or a goods bill, is paid as its order was: each payment at its own day, as the part of the
order that it is of; the rest on the due day. Any other bill is paid by the payments that name it, the rest on its due day: the
day it states, else its supplier's terms ("30 days", "net 45", "60天"), else its own day.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from entrepot.books.models import Basis, Company, CostLine, Document, Movement, PaymentLine, PurchaseLine, Supplier
from entrepot.core.calendar import Instant, midnight
from entrepot.core.money import range_share, round_half_away

_DAY = 86_400_000_000
_TERMS = re.compile(r"(\d{1,3})\s*(?:days?|d\b|tage|天|日)|net\s*(\d{1,3})", re.IGNORECASE)
_BOUND = 500


class PaidPart(NamedTuple):
    """A part of a cost line, minor units of the company's currency, and when its money left; ``assumed`` = by terms."""

    amount: int
    at: Instant
    assumed: bool


def terms_days(text: str) -> int:
    """Days of credit in a supplier's payment terms; 0 where none are named.

    >>> terms_days("30 % deposit, rest 45 days after dispatch"), terms_days("net 30"), terms_days("月结60天"), terms_days("")
    (45, 30, 60, 0)
    """
    found = _TERMS.search(text)
    return int(found.group(1) or found.group(2)) if found else 0


def paid_parts(lines: Collection[int]) -> dict[int, list[PaidPart]]:
    """Line → its parts by day of payment; they sum to the line's amount."""
    rows = list(_rows("pk", lines, CostLine.objects.select_related("company")))
    orders = _orders([row.pk for row in rows if row.component == 0])
    documents = {row.document_id for row in rows}
    named = {d.pk: d for d in _rows("pk", documents, Document.objects.all())}
    numbers = {number for found in orders.values() for number in found}
    companies = {row.company_id for row in rows}
    paid = _payments("purchase_order", numbers, companies)
    of_bills = _payments("cost_bill", {d.external_id for d in named.values() if d.type == "cost_bill"}, companies)
    totals = _order_totals(numbers, companies)
    days = dict(Supplier.objects.values_list("code", "payment_terms"))
    answer: dict[int, list[PaidPart]] = {}
    for row in rows:
        document = named[row.document_id]
        due = _due(row, document, days)
        mine = orders.get(row.pk, ())
        if mine:
            key = (row.company_id, next(iter(mine)), row.currency)
            answer[row.pk] = _parts(row.base_amount, totals.get(key, 0), paid.get(key, ()), due)
        else:
            key = (row.company_id, document.external_id, row.currency)
            whole = _bill_total(document) if key in of_bills else 0
            answer[row.pk] = _parts(row.base_amount, whole, of_bills.get(key, ()), due)
    return answer


def _parts(amount: int, whole: int, payments: Iterable[tuple[int, Instant]], due: Instant) -> list[PaidPart]:
    """``amount`` cut as the payments cut ``whole``; what nobody paid yet stands on the due day."""
    found: list[PaidPart] = []
    done = 0
    for part, at in payments:
        upto = min(done + part, whole)
        if upto > done:
            found.append(PaidPart(range_share(amount, whole, done, upto), at, False))
            done = upto
    rest = amount - sum(part.amount for part in found)
    if rest or not found:
        found.append(PaidPart(rest, due, True))
    return found


def _due(row: Any, document: Document, terms: dict[str, str]) -> Instant:
    if document.type != "cost_bill":
        return row.effective_at
    body = _body(document)
    if body.get("due"):
        return midnight(date.fromisoformat(body["due"]), row.company.zone)
    return row.effective_at + terms_days(terms.get(str(body.get("supplier", "")), "")) * _DAY


def _body(document: Document) -> dict[str, Any]:
    return json.loads(bytes(document.body))


def _bill_total(document: Document) -> int:
    return sum(line["amount"] for line in _body(document).get("lines", []))


def _orders(lines: Collection[int]) -> dict[int, set[str]]:
    """Goods line → numbers of the purchase orders that its units were bought by."""
    found: dict[int, set[str]] = defaultdict(set)
    for chosen in _cut(lines):
        rows = Basis.objects.filter(
            cost_line_id__in=chosen, version=1, basisshare__movement__purchase_line__isnull=False
        ).values_list("cost_line_id", "basisshare__movement__purchase_line__document__external_id")
        for line, number in rows:
            found[line].add(number)
    return found


_Key = tuple[int, str, str]
"""Company, order or bill, currency: two companies may use the same number."""


def _payments(kind: str, numbers: Collection[str], companies: Collection[int]) -> dict[_Key, list[tuple[int, Instant]]]:
    """(company, order or bill, currency) → payments by day; the latest version of each payment, none that was taken back."""
    rows: list[Any] = []
    for chosen in _cut(numbers):
        rows += PaymentLine.objects.filter(
            company__in=companies, order_type=kind, order__in=chosen, document__reversed__isnull=True, amount__gt=0
        ).select_related("document").defer("document__body")  # fmt: skip
    newest: dict[tuple[str, str, str], int] = {}
    for row in rows:
        d = row.document
        key = (d.source, d.account, d.external_id)
        newest[key] = max(newest.get(key, 0), d.version)
    found: dict[_Key, list[tuple[int, Instant]]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r.effective_at, r.pk)):
        d = row.document
        if d.version == newest[d.source, d.account, d.external_id]:
            found[row.company_id, row.order, row.currency].append((row.amount, row.effective_at))
    return found


def _order_totals(numbers: Collection[str], companies: Collection[int]) -> dict[_Key, int]:
    """(company, order, currency) → what its latest version comes to."""
    versions: dict[tuple[int, str], int] = {}
    sums: dict[tuple[int, str, int, str], int] = defaultdict(int)
    for chosen in _cut(numbers):
        rows = PurchaseLine.objects.filter(
            company__in=companies, document__external_id__in=chosen, document__reversed__isnull=True
        ).values_list(
            "company_id", "document__external_id", "document__version", "currency", "quantity", "price_amount", "price_per"
        )  # fmt: skip
        for company, number, version, currency, quantity, price, per in rows:
            versions[company, number] = max(versions.get((company, number), 0), version)
            sums[company, number, version, currency] += round_half_away(Fraction(quantity * price, per))
    return {
        (company, number, currency): amount
        for (company, number, version, currency), amount in sums.items()
        if version == versions[company, number]
    }


def _cut(keys: Collection[Any]) -> Iterable[list[Any]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), _BOUND):
        yield ordered[start : start + _BOUND]


def _rows(name: str, keys: Collection[Any], queryset: Any) -> Iterable[Any]:
    for chosen in _cut(keys):
        yield from queryset.filter(**{f"{name}__in": chosen})


class PaidShare(NamedTuple):
    """A payment on an order: foreign minor units and the rate that was paid, home for one foreign."""

    amount: int
    at: Instant
    rate: Fraction


class PaidOrder(NamedTuple):
    """An order in a foreign currency whose goods came, foreign minor units.

    ``received_share`` is what the units that came were ordered for, ``invoiced`` what they are costed at now.
    """

    number: str
    document: int
    supplier: str
    currency: str
    placed_at: Instant
    received_at: Instant
    received_share: int
    invoiced: int
    payments: tuple[PaidShare, ...]


def orders_paid(company: Company, since: Instant, until: Instant) -> list[PaidOrder]:
    """Orders placed between two instants in another currency than the company's, of which something came."""
    lines = {
        line.pk: line
        for line in PurchaseLine.objects.filter(
            company=company, effective_at__gte=since, effective_at__lte=until, document__reversed__isnull=True
        ).exclude(currency=company.currency).select_related("document").defer("document__body")
    }  # fmt: skip
    came: dict[str, list[Any]] = defaultdict(list)
    moves: dict[int, str] = {}
    for chosen in _cut(lines):
        rows = Movement.objects.filter(purchase_line__in=chosen, replacement__isnull=True, effective_at__lte=until)
        for row in rows:
            number = lines[row.purchase_line_id].document.external_id
            came[number].append(row)
            moves[row.pk] = number
    costed = _goods_lines(moves)
    paid = _payments("purchase_order", set(came), {company.pk})
    rates = _paid_rates(company, set(came))
    found: list[PaidOrder] = []
    for number, rows in came.items():
        first = lines[rows[0].purchase_line_id]
        share = sum(
            round_half_away(Fraction(row.quantity * line.price_amount, line.price_per))
            for row in rows for line in (lines[row.purchase_line_id],)
        )  # fmt: skip
        payments = tuple(
            PaidShare(amount, at, rates[number, first.currency, at])
            for amount, at in paid.get((company.pk, number, first.currency), ()) if at <= until
        )  # fmt: skip
        found.append(
            PaidOrder(
                number, first.document_id, first.supplier, first.currency, first.effective_at,
                min(row.effective_at for row in rows), share, costed.get((number, first.currency), share), payments,
            )
        )  # fmt: skip
    return found


def _goods_lines(moves: dict[int, str]) -> dict[tuple[str, str], int]:
    """(order, currency) → live goods lines aimed at what came of it, without credits."""
    seen: dict[int, tuple[tuple[str, str], int]] = {}
    for chosen in _cut(moves):
        rows = CostLine.objects.filter(
            component=0, replacement__isnull=True, amount__gt=0, basis__basisshare__movement__in=chosen
        ).values_list("pk", "basis__basisshare__movement", "currency", "amount")  # fmt: skip
        for line, movement, currency, amount in rows:
            if movement in moves:
                seen[line] = ((moves[movement], currency), amount)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for key, amount in seen.values():
        found[key] += amount
    return found


def _paid_rates(company: Company, numbers: Collection[str]) -> dict[tuple[str, str, Instant], Fraction]:
    """(order, currency, instant) → the rate of the payment."""
    found: dict[tuple[str, str, Instant], Fraction] = {}
    for chosen in _cut(numbers):
        rows = PaymentLine.objects.filter(company=company, order_type="purchase_order", order__in=chosen)
        for order, currency, at, top, bottom in rows.values_list(
            "order", "currency", "effective_at", "rate_numerator", "rate_denominator"
        ):
            found[order, currency, at] = Fraction(top, bottom)
    return found
