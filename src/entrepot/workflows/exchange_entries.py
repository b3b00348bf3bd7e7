"""Exchange differences of bills in foreign currencies: realised by payments, and of what is open at the month's end.

A bill is owed at the rate of its day (IAS 21.21; CAS 19 §10, §11); what of it a deposit paid is settled at the deposit's rate and
leaves nothing. A payment settles its part of the rest at what that part was booked at: the difference to what left the bank is
realised. What is open at the closing is stated at the closing rate (IAS 21.23a, 21.28), and stated anew at the next one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.books.intake.settling import settles
from entrepot.core.calendar import Instant
from entrepot.core.errors import ProblemError
from entrepot.core.money import convert, round_half_away
from entrepot.workflows.month_figures import MonthFigures
from entrepot.workflows.prepayments import Settled, settled
from entrepot.workflows.voucher_entry import Entry


@dataclass(frozen=True)
class OpenBill:
    """A bill in a foreign currency then: ``open`` in its currency, ``booked`` that part in the company's currency.

    ``realised``: gain (positive) that payments on it have made. Minor units.
    """

    number: str
    supplier: str
    currency: str
    open: int
    booked: int
    realised: int


def exchange_entries(figures: MonthFigures, ends: tuple[Settled, Settled]) -> Iterable[Entry]:
    """What the month realised, and the change of what is not."""
    for before, known, state, sign in (
        (figures.starts, figures.opening.known, ends[0], -1), (figures.ends, figures.closing.known, ends[1], 1),
    ):  # fmt: skip
        directory = Directory(known)
        for bill in foreign_bills(figures.company, before, known, state):
            gain = unrealised(figures.company, bill, before, directory)
            for voucher, amount in (("exchange", bill.realised), ("revaluation", gain)):
                yield Entry(voucher, "payables", sign * amount, bill.supplier)
                yield Entry(voucher, "exchange", -sign * amount)


def unrealised(company: models.Company, bill: OpenBill, before: Instant, directory: Directory) -> int:
    """Gain (positive) on what is open, at the rate of the last day before ``before``; 0 without a rate."""
    try:
        rate = directory.rate(bill.currency, company.currency, company, before - 1).value
    except ProblemError:
        return 0
    return bill.booked - convert(bill.open, bill.currency, company.currency, rate)


def foreign_bills(
    company: models.Company, before: Instant, known: Instant, state: Settled | None = None
) -> list[OpenBill]:  # fmt: skip
    """Bills in foreign currencies as they stood before ``before``, as known then (``state``: what had been settled)."""
    gone = models.Replacement.objects.filter(recorded_at__lte=known, cost_line__isnull=False).values("cost_line")
    lines = models.CostLine.objects.filter(
        company=company, document__type__in=("cost_bill", "supplier_credit"), recorded_at__lte=known,
        effective_at__lt=before, internal=False, estimate=False,
    ).exclude(pk__in=gone)  # fmt: skip
    sums: dict[_Bill, list[int]] = defaultdict(lambda: [0, 0])
    documents: dict[_Bill, int] = {}
    names = ("type", "external_id", "source", "account")
    fields = (*(f"document__{name}" for name in names), "currency", "amount", "base_amount", "document_id")
    foreign = lines.exclude(currency=company.currency)
    for kind, number, source, account, currency, amount, base, document in foreign.values_list(*fields):
        key = (kind, number, source, account)
        sums[key, currency][0] += amount
        sums[key, currency][1] += base
        documents[key, currency] = document
    whose = _suppliers(documents)
    named: dict[tuple[str, str], list[_Bill]] = defaultdict(list)
    for bill in sums:
        named[bill[0][0], bill[0][1]].append(bill)

    def meant(kind: str, number: str, supplier: str) -> _Bill | None:
        """Of several bills with the number the payee's own, else the first, as on the page of payables."""
        same = named.get((kind, number), [])
        return next((bill for bill in same if whose[bill] == supplier), same[0] if same else None)

    directory = Directory(known)
    state = settled(company, before, known) if state is None else state
    deposits: dict[_Bill, list[Fraction]] = defaultdict(lambda: [Fraction(), Fraction()])
    paid: dict[_Bill, list[int]] = defaultdict(lambda: [0, 0])
    for one in state.paid:
        bill = meant(one.order_type, one.order, one.supplier)
        if bill is not None:
            same = one.currency == bill[1]
            paid[bill][0] += (
                one.amount if same else settles(company, one.base, one.at, sums[bill][0], bill[1], directory)
            )
            paid[bill][1] += one.base
    for part in state.used:
        bill = meant("cost_bill", part.bill, part.supplier)
        if bill is not None:
            deposits[bill][0] += part.amount
            deposits[bill][1] += part.base
    found: list[OpenBill] = []
    for bill, (amount, base) in sums.items():
        (_, number, _, _), currency = bill
        owed = Fraction(amount) - deposits[bill][0]
        booked = Fraction(base) - deposits[bill][1]
        given, left = paid[bill]
        cost = booked * given / owed if owed else Fraction()
        realised = round_half_away(cost) - left
        found.append(
            OpenBill(
                number, whose[bill], currency, round_half_away(owed - given),
                round_half_away(booked) - round_half_away(cost), realised if owed else 0,
            )
        )  # fmt: skip
    return found


_Bill = tuple[tuple[str, str, str, str], str]
"""Type, number, source and account of a bill or credit, and its currency."""


def _suppliers(documents: dict[_Bill, int]) -> dict[_Bill, str]:
    """Supplier of each bill."""
    chosen = sorted(documents.values())
    bodies: dict[int, str] = {}
    for start in range(0, len(chosen), 800):
        rows = models.Document.objects.filter(pk__in=chosen[start : start + 800]).values_list("pk", "body")
        bodies |= {pk: str(json.loads(bytes(body)).get("supplier") or "") for pk, body in rows}
    return {bill: bodies[pk] for bill, pk in documents.items()}
