"""Which costs of buying are expensed when incurred: dated policies of each company, decided at reading.

Cost lines keep the component that their bill names. The figures take another one, a selling cost of the same units, where the
goods that a line falls on came while a policy held. So an estimate and the bill that replaces it are treated alike, a policy
that becomes known later changes the answer from then on only, and the full view stays what it was.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl
from django.db.models import Exists, OuterRef, Q, QuerySet

from entrepot.books.models import BasisShare, CapitalisationRule, Company, CostLine, Reversed
from entrepot.core.calendar import Instant, midnight
from entrepot.core.components import COMPONENTS, EXPENSED, FAMILIES

TWIN = {COMPONENTS[name]: COMPONENTS[other] for name, other in EXPENSED.items()}
"""Component as billed → component of what is expensed."""
FOREVER: Instant = 2**62


class Policy(NamedTuple):
    """One component of one company from a day on. ``said``: the order in which policies of the same day were told."""

    company: int
    component: int
    valid_from: date
    said: int
    expense: bool
    document: str


class Span(NamedTuple):
    """Instants [starts, ends) between which goods must have come for their ``component`` to be expensed."""

    company: int
    component: int
    starts: Instant
    ends: Instant


def policies(known: Instant = FOREVER) -> list[Policy]:
    """Policies as known then, by company, component and day: of each document the latest version, unless it was taken back."""
    rows = CapitalisationRule.objects.filter(recorded_at__lte=known).select_related("document").defer("document__body")
    if not rows:
        return []
    gone = set(Reversed.objects.filter(by__recorded_at__lte=known).values_list("document_id", flat=True))
    newest: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = (row.document.source, row.document.account, row.document.external_id)
        newest[key] = max(newest.get(key, 0), row.document_id)
    counts = {document for document in newest.values() if document not in gone}
    return sorted(
        Policy(row.company_id, row.component, row.valid_from, row.document_id, row.expense, row.document.external_id)
        for row in rows
        if row.document_id in counts
    )


def spans(known: Instant = FOREVER) -> list[Span]:
    """When goods had to come for a component to be expensed; days are those of the company's zone."""
    told = policies(known)
    zones = dict(Company.objects.values_list("pk", "zone")) if told else {}
    found: list[Span] = []
    by_day: dict[tuple[int, int], dict[date, bool]] = {}
    for one in told:  # of one day, what was told last
        by_day.setdefault((one.company, one.component), {})[one.valid_from] = one.expense
    for (company, component), days in by_day.items():
        starts = sorted(days)
        for day, after in zip(starts, [*starts[1:], None], strict=True):
            if days[day]:
                end = FOREVER if after is None else midnight(after, zones[company])
                found.append(Span(company, component, midnight(day, zones[company]), end))
    return found


def treated(weights: pl.DataFrame, movements: pl.DataFrame, known: Instant) -> pl.DataFrame:
    """``weights`` (component, company_id, movement: what a line falls on) with the component that the policies make of it.

    ``movements``: id, effective_at of everything that is aimed at.
    """
    held = spans(known)
    if not held or weights.is_empty():
        return weights
    rows = weights.join(
        movements.select(movement="id", came="effective_at"), on="movement", how="left", maintain_order="left"
    )
    component = pl.col("component")
    for span in held:
        inside = (
            (pl.col("component") == span.component) & (pl.col("company_id") == span.company)
            & (pl.col("came") >= span.starts) & (pl.col("came") < span.ends)
        )  # fmt: skip
        component = pl.when(inside).then(pl.lit(TWIN[span.component], weights.schema["component"])).otherwise(component)
    return rows.with_columns(component.alias("component")).drop("came")


def of_family(lines: QuerySet[CostLine], family: str) -> QuerySet[CostLine]:
    """Cost lines of which something counts in ``family``, by the policies as they are known now."""
    names = FAMILIES.get(family, ())
    plain = [COMPONENTS[name] for name in names]
    held = spans()
    mine = Q(component__in=plain)
    for span in held:
        came = BasisShare.objects.filter(
            basis__cost_line=OuterRef("pk"),
            movement__effective_at__gte=span.starts,
            movement__effective_at__lt=span.ends,
        )
        other = BasisShare.objects.filter(basis__cost_line=OuterRef("pk")).exclude(
            movement__effective_at__gte=span.starts, movement__effective_at__lt=span.ends
        )
        of_span = Q(company=span.company, component=span.component)
        if TWIN[span.component] in plain:
            mine |= of_span & Exists(came)
        if span.component in plain:
            mine &= ~of_span | Exists(other) | ~Q(target_kind__in=("births", "issue"))
    return lines.filter(mine)
