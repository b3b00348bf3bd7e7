"""The bill takes the place of the estimate: freight, duty, fees that were accrued when the goods moved.

An estimate is a cost line marked so in a ``cost_bill``. A bill line that is none replaces the estimates of its component, of
its supplier (or of nobody's), whose every target it bears: an estimate that a bill covers only in part stays, and is listed as
unbilled. Goods promised by an order have a rule of their own (``costing``).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection

from entrepot.books import models
from entrepot.books.intake.posting import references
from entrepot.books.intake.posting.builder import Builder
from entrepot.core.components import COMPONENTS, GOODS

_CARRIED = ("cost_bill", "reversal")
"""Documents in which an estimate may stand: its own, or the withdrawal that brought it back."""


def replace_accruals(
    b: Builder,
    new: int,
    component: str,
    supplier: str,
    *,
    movements: Collection[int] = (),
    sales_lines: Collection[int] = (),
) -> None:
    """Let cost line ``new`` take the place of what was accrued for the same, if anything was."""
    number = COMPONENTS[component]
    if number == GOODS or not _any(b):
        return
    b.session.flush()
    covered = set(references.told_before(movements)) if movements else set(sales_lines)
    aim = "movement_id" if movements else "sales_line_id"
    found = models.CostLine.objects.filter(
        company=b.header.company, component=number, estimate=True, replacement__isnull=True,
        document__type__in=_CARRIED, **{f"basis__basisshare__{aim}__in": covered},
    )  # fmt: skip
    lines = {row.pk: row for row in found.select_related("document").distinct()}
    lines = {pk: row for pk, row in lines.items() if row.document_id != b.header.id}
    if not lines:
        return
    aims: dict[int, set[int]] = defaultdict(set)
    shares = models.BasisShare.objects.filter(basis__cost_line__in=lines, basis__version=1)
    for line, target in shares.values_list("basis__cost_line", aim):
        aims[line].add(target)
    taken = {row.cost_line_id for row in b.postings.replacements}
    for pk, row in sorted(lines.items()):
        if pk not in taken and aims[pk] <= covered and _of(row.document) in ("", supplier):
            b.replace(cost_line_id=pk, new_cost_line_id=new)


def _any(b: Builder) -> bool:
    """Whether the books hold any estimate beside goods: most imports need not look line by line."""
    known = b.session.accrued
    if known is None:
        standing = models.CostLine.objects.filter(estimate=True, document__type__in=_CARRIED)
        known = b.session.accrued = bool(standing.exclude(component=GOODS).exists())
    return known


def _of(document: models.Document) -> str:
    """Whose bill an estimate waits for; anybody's where it does not say."""
    return str(json.loads(bytes(document.body)).get("supplier", "")) if document.type == "cost_bill" else ""
