"""All costs beside all bills: what was billed and accrued, family by family, and where every cent of it stands now.

Left side: the live cost lines of the books, summed by the database. Right side: the stored figures that every page shows
(sold, left otherwise, on hand), and what could not be given to any unit, by reason. The difference is the residue and has to
be 0. Imputed capital is nobody's bill: it stands apart. Stored, so that a page can show it at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import F, Max, Q, Sum

from entrepot.books import bulk, facts, figures, models
from entrepot.books.capitalisation import TWIN
from entrepot.books.facts import FOREVER, Facts
from entrepot.books.import_tax import IMPORT_TAX
from entrepot.books.models.figures import FAMILY_COLUMNS
from entrepot.core.calendar import local_date
from entrepot.core.components import family_of
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows import snapshot
from entrepot.workflows.clock import now
from entrepot.workflows.economics import unplaced_orders
from entrepot.workflows.imputed import Imputed, rates_of
from entrepot.workflows.revalue import revalue
from entrepot.workflows.valuing import Valued, companies, evaluate, split

Key = tuple[int, str]
"""Company and family."""


@dataclass(frozen=True, slots=True)
class FamilySum:
    """One family of a company, minor units of its currency.

    ``bills`` + ``accruals`` + ``credits`` (negative) + ``internal`` (transfer prices) came in; ``sold`` + ``left`` (written
    off, given back, sold to a sister company) + ``on_hand`` + ``no_stock`` + ``no_sale`` + ``no_units`` + ``recoverable`` (import
    tax that comes back: a claim on the tax office, cost of nothing) is where they stand.
    """

    family: str
    bills: int = 0
    accruals: int = 0
    credits: int = 0
    internal: int = 0
    sold: int = 0
    left: int = 0
    on_hand: int = 0
    no_stock: int = 0
    no_sale: int = 0
    no_units: int = 0
    recoverable: int = 0

    @property
    def given(self) -> int:
        """All that came in."""
        return self.bills + self.accruals + self.credits + self.internal

    @property
    def placed(self) -> int:
        """All that stands somewhere."""
        return self.sold + self.left + self.on_hand + self.no_stock + self.no_sale + self.no_units + self.recoverable

    @property
    def residue(self) -> int:
        """What is missing or too much; 0 when the books are right."""
        return self.given - self.placed


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A company's costs: rows by family, units behind them, and imputed capital apart."""

    company: str
    currency: str
    rows: tuple[FamilySum, ...]
    imputed: FamilySum
    rate: str
    assumed: bool
    units_sold: int
    units_on_hand: int
    lines: int

    @property
    def residue(self) -> int:
        """The sum of the rows' residues without their signs: errors do not cancel."""
        return sum(abs(row.residue) for row in self.rows)


def reconcile(*, progress: Progress = SILENT, on: date | None = None) -> list[Reconciled]:
    """Value what is stale, add up both sides of every company, and keep the answer. ``on``: the day for units on hand."""
    if figures.stale():
        revalue(progress=progress)
    progress.begin("adding up", 3)
    found = facts.assemble(snapshot.refresh(), facts.closings(FOREVER), FOREVER, FOREVER)
    valued = evaluate(found, companies())
    progress.advance()
    interest = _interest(valued, on or local_date(now(), "UTC"))
    progress.advance()
    sums: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    _given(sums)
    _expensed(sums, found)
    _placed(sums)
    _not_placed(sums, found, valued)
    answer = [_company(row, sums, interest) for row in models.Company.objects.order_by("code")]
    _keep(answer)
    progress.advance()
    return answer


def _company(
    company: models.Company, sums: dict[Key, dict[str, int]], interest: dict[int, FamilySum]
) -> Reconciled:  # fmt: skip
    rows = tuple(FamilySum(family, **sums.get((company.pk, family), {})) for family in FAMILY_COLUMNS)
    sold = models.MarginFigure.objects.filter(company=company, reason="sale").aggregate(
        n=Sum(F("quantity") - F("returned"))
    )
    held = models.StockFigure.objects.filter(company=company).aggregate(n=Sum("units"))
    rates, assumed = rates_of(company)
    lines = models.CostLine.objects.filter(company=company, replacement__isnull=True).count()
    return Reconciled(
        company.code, company.currency, rows, interest.get(company.pk, FamilySum("imputed")),
        f"{float(rates[-1].yearly) * 100:g}", assumed, sold["n"] or 0, held["n"] or 0, lines,
    )  # fmt: skip


def _given(sums: dict[Key, dict[str, int]]) -> None:
    """Live cost lines, as the database adds them up."""
    live = models.CostLine.objects.filter(replacement__isnull=True).order_by()
    groups = live.values_list("company_id", "component", "internal", "estimate").annotate(
        plus=Sum("base_amount", filter=Q(base_amount__gte=0)), minus=Sum("base_amount", filter=Q(base_amount__lt=0))
    )
    for company, component, internal, estimate, plus, minus in groups:
        row = sums[company, family_of(component)]
        if internal or estimate:
            row["internal" if internal else "accruals"] += (plus or 0) + (minus or 0)
        else:
            row["bills"] += plus or 0
            row["credits"] += minus or 0


def _expensed(sums: dict[Key, dict[str, int]], found: Facts) -> None:
    """What policies expense when incurred goes from the family that its bill names to the one that it counts in."""
    weights = found.cost_weights
    if not weights["component"].is_in(list(TWIN.values())).any():
        return
    shares = weights.with_columns(amount=split(weights)).filter(pl.col("component").is_in(list(TWIN.values())))
    totals = shares.group_by("line", "company_id", "component", maintain_order=True).agg(pl.col("amount").sum())
    lines = models.CostLine.objects.only("component", "internal", "estimate", "base_amount").in_bulk(
        totals["line"].to_list()
    )
    for line, company, component, amount in totals.iter_rows():
        row = lines[line]
        kind = (
            "internal"
            if row.internal
            else "accruals"
            if row.estimate
            else "bills"
            if row.base_amount >= 0
            else "credits"
        )
        sums[company, family_of(row.component)][kind] -= amount
        sums[company, family_of(component)][kind] += amount


def _placed(sums: dict[Key, dict[str, int]]) -> None:
    """What the stored figures say, which every page shows."""
    columns = {name: Sum(name) for name in FAMILY_COLUMNS}
    margins = models.MarginFigure.objects.order_by().values("company_id", "reason")
    for found in margins.annotate(**{f"s_{name}": total for name, total in columns.items()}):
        for name in FAMILY_COLUMNS:
            sums[found["company_id"], name]["sold" if found["reason"] == "sale" else "left"] += found[f"s_{name}"]
    stock = models.StockFigure.objects.order_by().values("company_id")
    for found in stock.annotate(**{f"s_{name}": total for name, total in columns.items()}):
        for name in FAMILY_COLUMNS:
            sums[found["company_id"], name]["on_hand"] += found[f"s_{name}"]


def _not_placed(sums: dict[Key, dict[str, int]], found: Facts, valued: Valued) -> None:
    """What reached no unit: nothing stood there in that time, the order moved nothing, the units are not there."""
    shared = dict(models.PeriodShare.objects.order_by().values_list("cost_line").annotate(n=Sum("amount")))
    for line, component, amount, company in found.period_lines.select(
        "line", "component", "amount", "company_id"
    ).iter_rows():
        sums[company, family_of(component)]["no_stock"] += amount - shared.get(line, 0)
    for company, amount in found.recoverable.select("company_id", "amount").iter_rows():
        sums[company, family_of(IMPORT_TAX)]["recoverable"] += amount
    for company, component, amount in unplaced_orders(valued).iter_rows():
        sums[company, family_of(component)]["no_sale"] += amount
    for company, component, amount in _without_units(found, valued).iter_rows():
        sums[company, family_of(component)]["no_units"] += amount


def _without_units(found: Facts, valued: Valued) -> pl.DataFrame:
    """company_id, component, amount of lines aimed at units that are not there (not yet received, taken back)."""
    keys = ["line", "company_id", "component"]
    if found.cost_weights.is_empty():
        return pl.DataFrame(schema={"company_id": pl.Int64, "component": pl.Int64, "amount": pl.Int64})
    shares = found.cost_weights.with_columns(amount=split(found.cost_weights))
    absent = shares.filter(
        pl.col("movement").is_null() | ~pl.col("movement").is_in(found.movements["movement"].implode())
    )
    owners = found.cost_weights.select(*keys, "movement", pl.col("side").cast(pl.Int8)).unique()
    valuation = next(iter(valued.by_method.values()))
    fallen = valuation.unplaced.select("line", "movement", pl.col("side").cast(pl.Int8), "amount")
    unplaced = fallen.join(owners, on=["line", "movement", "side"])
    return (
        pl.concat([absent.select(*keys, "amount"), unplaced.select(*keys, "amount")])
        .group_by("company_id", "component")
        .agg(pl.col("amount").sum())
    )


def _interest(valued: Valued, on: date) -> dict[int, FamilySum]:
    """Imputed capital by company: in what was sold, in what left otherwise, in what is on hand."""
    told = Imputed(valued, on)
    stored = models.MarginFigure.objects.order_by().values_list("company_id", "reason").annotate(n=Sum("imputed"))
    parts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for company, reason, amount in stored:
        parts[company]["sold" if reason == "sale" else "left"] += amount
    for company, amount in told.of_stock().group_by("company").agg(pl.col("imputed").sum()).iter_rows():
        parts[company]["on_hand"] += amount
    return {company: FamilySum("imputed", **found) for company, found in parts.items()}


def _keep(answer: list[Reconciled]) -> None:
    newest = models.CostLine.objects.aggregate(at=Max("recorded_at"))["at"] or 0
    with transaction.atomic():
        bulk.writer_lock()
        for row in answer:
            body: dict[str, Any] = asdict(row)
            models.Reconciliation.objects.update_or_create(
                company=models.Company.objects.get(code=row.company),
                defaults={"made_at": now(), "facts_at": newest, "residue": row.residue, "body": body},
            )
