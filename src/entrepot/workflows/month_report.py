"""A month put together for its closing: roll-forward, vouchers and the checklist, kept so that the page answers at once."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass

import polars as pl
from django.db import transaction
from django.db.models import Count, Sum

from entrepot.books import bulk, models
from entrepot.books.access import system_viewer
from entrepot.books.selectors.differences import stock_differences
from entrepot.books.selectors.health import missing_rates
from entrepot.core.calendar import Instant
from entrepot.core.errors import ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now
from entrepot.workflows.cut_off import of_figures as under_way
from entrepot.workflows.group_value import of_value
from entrepot.workflows.month_figures import BOOK_COMPONENTS, MonthFigures, month_figures
from entrepot.workflows.net_realisable import allowances, assessed, kept
from entrepot.workflows.revalue import revalue
from entrepot.workflows.roll_forward import of_figures as rolled
from entrepot.workflows.vouchers import of_figures as booked


@dataclass(frozen=True)
class Check:
    """One line of the closing checklist: how many, and what they come to where that is known (minor units)."""

    code: str
    count: int
    amount: int | None = None


def month_report(
    company: str, months: str, *, at: Instant | None = None, progress: Progress = SILENT
) -> models.MonthReport:
    """Put ``months`` of ``company`` together and keep them in place of what was put together before.

    Everything is valued first. Raises :class:`~entrepot.core.errors.ProblemError` for an unknown company or month.
    """
    revalue(progress=progress)
    progress.begin("closing")
    figures = month_figures(company, months)
    roll, made, cut = rolled(figures), booked(figures), under_way(figures)
    content = {
        "made_at": at or now(),
        "opening_reported": figures.opening_reported,
        "closing_reported": figures.closing_reported,
        "totals": [[step, *sums] for step, sums in roll.totals().items()],
        "vouchers": [
            {"kind": v.kind, "entries": [[e.account, e.supplier, e.amount] for e in v.entries]} for v in made.vouchers
        ],
        "checks": [[c.code, c.count, c.amount] for c in checks(figures, roll.uncosted, cut.unproven)],
        "cut_off": [asdict(row) | {"since": str(row.since or "")} for row in cut.rows],
        "realisable": kept(assessed(figures)),
        "group": _group(figures),
        "residue": roll.residue() + made.residue,
        "uncosted": roll.uncosted,
        "steps": _parquet(roll.steps.select("item", "location", "step", "units", "amount")),
    }
    with transaction.atomic():
        bulk.writer_lock()
        row, _ = models.MonthReport.objects.update_or_create(
            company=figures.company, first=figures.first, last=figures.last, defaults=content
        )
    return row


def checks(figures: MonthFigures, uncosted: int, unproven: int) -> list[Check]:
    """What an accountant looks at before a closing; a line with a count of 0 is done.

    uncosted: units sold ahead of stock · missing: units on hand without a goods cost · accruals: receipts costed from the
    order or an estimate, no bill yet · quarantine, rates, stale: rows waiting, currency pairs without a rate, items not valued
    · differences: SKUs of which a place reports another stock than the books · unproven: goods under way without the paper that
    dates their passing to us · unassessed: SKUs below cost that are not written down yet, and what they are short of.
    """
    company = figures.company
    stock = figures.owned(figures.closing.stock).unique(["item", "cell"])
    accruals = models.CostLine.objects.filter(
        company=company, estimate=True, component__in=BOOK_COMPONENTS, effective_at__lt=figures.ends,
        replacement__isnull=True,
    ).aggregate(n=Count("pk"), amount=Sum("base_amount"))  # fmt: skip
    waiting = models.Quarantine.objects.filter(state=models.Quarantine.OPEN).aggregate(n=Sum("lines"))
    return [
        Check("uncosted", uncosted),
        Check("missing", int(stock["missing"].sum())),
        Check("accruals", accruals["n"], accruals["amount"] or 0),
        Check("quarantine", waiting["n"] or 0),
        Check("rates", len(missing_rates())),
        Check("stale", models.ItemState.objects.exclude(stale_since=None).count()),
        Check("differences", stock_differences(system_viewer(company.code)).total),
        Check("unproven", unproven),
        _unassessed(figures),
    ]


def _unassessed(figures: MonthFigures) -> Check:
    standing = allowances(figures).by_sku
    short = [
        row.short - (standing[row.sku].closing if row.sku in standing else 0) for row in assessed(figures) if row.short
    ]
    below = [amount for amount in short if amount > 0]
    return Check("unassessed", len(below), sum(below))


def _group(figures: MonthFigures) -> list[list[str | int]]:
    """The stock of all companies at what outsiders were paid, in this company's currency; empty with one company alone.

    Empty too where a company's currency has no rate: the checklist names missing rates.
    """
    if models.Company.objects.count() < 2:
        return []
    try:
        rows = of_value(figures.closing, figures.company.currency).rows
    except ProblemError:
        return []
    return [[r.sku, r.company, r.units, r.missing, r.carried_in, r.paid_in] for r in rows]


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()
