"""Vouchers of import tax that comes back: a claim on the tax office for what stands on bills, less what was set off or paid out.

The part of a bill that comes back is no stock: it is debited to import tax receivable against whom the bill is owed to. Under
postponed accounting nobody bills it and nothing is outstanding: only the part that does not come back is booked, against import
tax due on the return. A decision that changes (a registration known later) is booked in the month in which it became known, as
everything else is; what comes back clears the oldest claims (``tax_claims``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from fractions import Fraction

import polars as pl

from entrepot.books import models
from entrepot.books.import_tax import IMPORT_TAX, Decided, decisions
from entrepot.core.calendar import Instant, local_date
from entrepot.core.input_tax import POSTPONED
from entrepot.core.money import round_half_away
from entrepot.workflows.month_figures import MonthFigures
from entrepot.workflows.tax_claims import Claim, Returned, clear
from entrepot.workflows.value_at import ValueAt
from entrepot.workflows.voucher_entry import Entry


def postponed(lines: Collection[int]) -> set[int]:
    """Lines of import tax that is due on the return, so that nobody is owed it."""
    taxed = models.CostLine.objects.filter(component=IMPORT_TAX, pk__in=lines).values_list("pk", flat=True)
    return {one.line for one in decisions(list(taxed)) if one.entry.scheme == POSTPONED}


def tax_entries(figures: MonthFigures) -> Iterable[Entry]:
    """Claims of the closing less those of the opening, and what came back between."""
    for state, until, sign in ((figures.opening, figures.starts, -1), (figures.closing, figures.ends, 1)):
        claims = _claims(figures, state)
        rows = models.CostLine.objects.select_related("document").in_bulk([c.line for c in claims])
        for claim in claims:
            row = rows[claim.line]
            supplier = str(json.loads(bytes(row.document.body)).get("supplier") or "")
            yield Entry("import_tax", "input_tax", sign * claim.base)
            counter = "accrued_payables" if row.estimate else _COUNTER.get(row.document.type, "payables")
            yield Entry("import_tax", counter, -sign * claim.base, supplier=supplier)
        for cleared in clear(claims, returned(figures.company, until, state.known))[1]:
            yield Entry(
                "import_tax",
                "import_tax_due" if cleared.returned.way == "offset" else "bank",
                sign * cleared.returned.base,
            )
            yield Entry("import_tax", "input_tax", -sign * cleared.base)
            yield Entry("import_tax", "exchange", sign * (cleared.base - cleared.returned.base))


_COUNTER = {"opening_balance": "opening", "duty_refund": "duty_refund"}


def returned(company: models.Company, before: Instant, known: Instant) -> list[Returned]:
    """What came back before an instant, as known then: of each document its latest version."""
    rows = models.TaxReturned.objects.filter(company=company, recorded_at__lte=known).exclude(
        document__in=models.Reversed.objects.filter(by__recorded_at__lte=known).values("document")
    )
    latest: dict[tuple[str, str, str], models.TaxReturned] = {}
    for row in rows.select_related("document").defer("document__body").order_by("document__version"):
        latest[row.document.source, row.document.account, row.document.external_id] = row
    return [
        Returned(r.country, r.currency, local_date(r.effective_at, company.zone), r.amount, r.base_amount, r.way)
        for r in latest.values() if r.effective_at < before
    ]  # fmt: skip


def _claims(figures: MonthFigures, state: ValueAt) -> list[Claim]:
    """What comes back of lines whose goods stand in that state, line by line; without postponed tax."""
    from entrepot.workflows.valuing import split

    facts = state.valued.facts
    weights = facts.cost_weights.drop("amount").join(
        facts.recoverable.select("line", "amount"), on="line", maintain_order="left"
    )
    if weights.is_empty():
        return []
    parts = figures.owned(weights.rename({"company_id": "company"}).with_columns(amount=split(weights)))
    present = parts.filter(pl.col("movement").is_in(facts.movements["movement"].implode()))
    sums = dict(present.group_by("line").agg(pl.col("amount").sum()).iter_rows())
    return [_claim(one, sums[one.line]) for one in decisions(list(sums), state.known) if one.entry.scheme != POSTPONED]


def _claim(one: Decided, base: int) -> Claim:
    amount = one.back_amount if base == one.back else round_half_away(Fraction(one.back_amount * base, one.back or 1))
    return Claim(one.line, one.entry.country, one.currency, one.entry.days[-1], amount, base)
