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
    goods, orders = _standing(b)
    if number == GOODS or not (number in goods if movements else orders.intersection(sales_lines)):
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


def noted(b: Builder, component: str, sales_lines: Collection[int]) -> None:
    """An estimate was posted: later bills of this intake look for it."""
    goods, orders = _standing(b)
    if sales_lines:
        orders.update(sales_lines)
    else:
        goods.add(COMPONENTS[component])


def _standing(b: Builder) -> tuple[set[int], set[int]]:
    """Components accrued on goods, and sales lines with accrued fees: most bills need not look any further."""
    if b.session.accrued is None:
        live = models.CostLine.objects.filter(estimate=True, replacement__isnull=True, document__type__in=_CARRIED)
        goods = live.filter(target_kind="births").exclude(component=GOODS)
        orders = models.BasisShare.objects.filter(basis__cost_line__in=live.filter(target_kind="order"))
        b.session.accrued = (
            set(goods.order_by().values_list("component", flat=True).distinct()),
            set(orders.values_list("sales_line_id", flat=True)),
        )
    return b.session.accrued


def _of(document: models.Document) -> str:
    """Whose bill an estimate waits for; anybody's where it does not say."""
    return str(json.loads(bytes(document.body)).get("supplier", "")) if document.type == "cost_bill" else ""
