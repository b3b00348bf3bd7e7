"""The bill takes the place of the estimate: freight, duty, fees that were accrued when the goods moved.

An estimate is a cost line marked so in a ``cost_bill``. A bill line that is none replaces the estimates of its component, of
its supplier (or of nobody's), whose every target it bears, alone or with other bills that came since: an estimate that bills
cover only in part stays, and is listed as unbilled. Goods promised by an order have a rule of their own (``costing``).
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
        whose = _of(row.document)
        if pk in taken or whose not in ("", supplier):
            continue
        missing = aims[pk] - covered
        if missing and movements:
            missing -= _borne(b, number, missing, since=pk, whose=whose)
        if not missing:
            b.replace(cost_line_id=pk, new_cost_line_id=new)


def _borne(b: Builder, number: int, wanted: set[int], *, since: int, whose: str) -> set[int]:
    """Which of these movements bear a bill of the component that came after cost line ``since``: of ``whose``, or anybody's."""
    lines = {
        line.id
        for line in b.postings.costs
        if line.component == number and not line.estimate and line.amount > 0 and line.target_kind == "births"
    }
    bases = {basis.id for basis in b.postings.bases if basis.cost_line_id in lines}
    own = {share.movement_id for share in b.postings.shares if share.basis_id in bases and share.movement_id in wanted}
    rows = models.BasisShare.objects.filter(
        movement__in=wanted, basis__version=1, basis__cost_line__company=b.header.company, basis__cost_line__gt=since,
        basis__cost_line__component=number, basis__cost_line__estimate=False, basis__cost_line__amount__gt=0,
        basis__cost_line__replacement__isnull=True, basis__cost_line__document__type="cost_bill",
    ).exclude(basis__cost_line__document__in=b.header.older).select_related("basis__cost_line__document")  # fmt: skip
    return own | {
        row.movement_id
        for row in rows
        if whose in ("", _of(row.basis.cost_line.document)) and row.movement_id is not None
    }


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
