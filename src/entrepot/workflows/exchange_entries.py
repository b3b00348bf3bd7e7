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
from entrepot.core.calendar import Instant
from entrepot.core.errors import ProblemError
from entrepot.core.money import convert, round_half_away
from entrepot.workflows.month_figures import MonthFigures
from entrepot.workflows.prepayments import Paid, Settled, settled
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
    directory = Directory()
    for before, known, state, sign in (
        (figures.starts, figures.opening.known, ends[0], -1), (figures.ends, figures.closing.known, ends[1], 1),
    ):  # fmt: skip
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
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    documents: dict[str, int] = {}
    fields = ("document__external_id", "currency", "amount", "base_amount", "document_id")
    for number, currency, amount, base, document in lines.exclude(currency=company.currency).values_list(*fields):
        sums[number, currency][0] += amount
        sums[number, currency][1] += base
        documents[number] = document
    whose = _suppliers(documents)
    state = settled(company, before, known) if state is None else state
    deposits: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(), Fraction()])
    paid: dict[tuple[str, str], list[Paid]] = defaultdict(list)
    for one in state.paid:
        if one.order_type == "cost_bill":
            paid[one.order, one.currency].append(one)
    for part in state.used:
        deposits[part.bill][0] += part.amount
        deposits[part.bill][1] += part.base
    found: list[OpenBill] = []
    for (number, currency), (amount, base) in sums.items():
        owed = Fraction(amount) - deposits[number][0]
        booked = Fraction(base) - deposits[number][1]
        on_it = paid[number, currency]
        given = sum((Fraction(p.amount) for p in on_it), Fraction())
        cost = booked * given / owed if owed else Fraction()
        realised = round_half_away(cost) - sum(p.base for p in on_it)
        found.append(
            OpenBill(
                number, whose.get(number, ""), currency, round_half_away(owed - given),
                round_half_away(booked) - round_half_away(cost), realised if owed else 0,
            )
        )  # fmt: skip
    return found


def _suppliers(documents: dict[str, int]) -> dict[str, str]:
    """Number → supplier of a bill."""
    chosen = sorted(documents.values())
    bodies: dict[int, str] = {}
    for start in range(0, len(chosen), 800):
        rows = models.Document.objects.filter(pk__in=chosen[start : start + 800]).values_list("pk", "body")
        bodies |= {pk: str(json.loads(bytes(body)).get("supplier") or "") for pk, body in rows}
    return {number: bodies[pk] for number, pk in documents.items()}
