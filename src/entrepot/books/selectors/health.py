"""Data health: what came in, what waits and why, what has no cost, what does not agree."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import Abs, Coalesce

from entrepot.books.access import Viewer
from entrepot.books.models import (
    Batch,
    CostLine,
    DifferenceCase,
    ImportTaxFigure,
    ItemState,
    Job,
    PeriodShare,
    Quarantine,
    Waiting,
)
from entrepot.books.selectors.health_shapes import (
    Check,
    Health,
    OpenDifference,
    QuarantineGroup,
    QuarantineRow,
    WaitingRow,
)
from entrepot.books.selectors.imports import imports, seen_by
from entrepot.books.selectors.missing import missing_costs
from entrepot.books.selectors.naming import named, place_name
from entrepot.books.selectors.paging import bounds, cut, maybe_moment, moment
from entrepot.books.selectors.shapes import Money, Page, Slice
from entrepot.core.components import NAMES
from entrepot.core.kinds import Kind

LAWS = ("D", "B", "U", "M", "V", "Q", "A")
"""Documents, balances, units, money, value, quarantine, audit trail: what ``entrepot check`` proves."""
_MONEY_FIELDS = ("amount", "price", "cost", "tax", "total", "fee", "refund")
_ORDER = {
    "document": "document_id", "line": "line", "units": "quantity", "amount": "amount", "since": "recorded_at",
}  # fmt: skip
SHOWN = Slice(limit=50)


def health(viewer: Viewer, reason: str = "", part: Any = None) -> Health:
    """The page; ``reason`` (a code) and ``part`` apply to the quarantine. At most 20 queries."""
    groups = quarantine_groups(viewer)
    see = viewer.can("see_cost")
    return Health(
        imports=imports(viewer, Slice("at", descending=True, limit=20)),
        quarantine=quarantine(viewer, reason, part or Slice("since", descending=True)),
        reasons={group.code: group.rows for group in groups},
        groups=groups,
        missing=missing_costs(viewer, SHOWN) if see else Page([], 0),
        waiting=waiting(viewer, SHOWN),
        unallocated=unallocated(viewer, SHOWN) if see else Page([], 0),
        checks=checks(),
        stale_items=ItemState.objects.exclude(stale_since=None).count(),
        missing_rates=missing_rates(),
        differences=open_differences(viewer, SHOWN),
        undecided_tax=undecided_tax(viewer) if see else (0, 0),
    )


def open_differences(viewer: Viewer, part: Slice) -> Page[OpenDifference]:
    """Open differences between reports and books as last compared (:mod:`entrepot.workflows.compare_stock`), largest first.

    One query. Nothing is compared here: that takes a look at every place's report.
    """
    cases = viewer.in_locations(DifferenceCase.objects.filter(state=DifferenceCase.OPEN))
    ordered = cases.select_related("location", "item").order_by(Abs("units").desc(), "pk")
    chosen: list[Any] = list(ordered.annotate(total=Window(Count("pk")))[bounds(part)])
    return Page([_open_difference(case) for case in chosen], chosen[0].total if chosen else 0)


def _open_difference(case: DifferenceCase) -> OpenDifference:
    name = named(case.item.name, case.item.name_zh)
    place, since = place_name(case.location), moment(case.first_at)
    return OpenDifference(case.item.sku, name, place, case.condition, case.units, since, case.owner)


def undecided_tax(viewer: Viewer) -> tuple[int, int]:
    """Bills of import tax that need a person, and what of it is taken as cost until then. One query."""
    rows = viewer.of_company(ImportTaxFigure.objects.filter(certain=False))
    found = rows.aggregate(
        n=Count("cost_line__document", distinct=True), a=Coalesce(Sum(F("base_amount") - F("recovered")), 0)
    )
    return found["n"], found["a"]


def quarantine(viewer: Viewer, reason: str = "", part: Any = None) -> Page[QuarantineRow]:
    """Open rows, newest first unless asked otherwise. Two queries."""
    rows = open_rows(viewer)
    if reason:
        rows = rows.filter(code=reason)
    part = part or Slice("since", descending=True)
    column = F(_ORDER.get(part.sort, "recorded_at"))
    down = part.descending or part.sort not in _ORDER
    ordered = rows.order_by(column.desc(nulls_last=True) if down else column.asc(nulls_last=True), "-pk")
    chosen = ordered.select_related("batch").defer("document_body", "row")[bounds(part)]
    count = rows.aggregate(n=Count("pk"), units=Sum("quantity"))
    return Page([quarantined(viewer, row) for row in chosen], count["n"], {"units": count["units"]})


def quarantine_groups(viewer: Viewer) -> list[QuarantineGroup]:
    """Open rows by reason, most first, with the money at stake per currency. One query."""
    rows = open_rows(viewer).order_by().values_list("code", "currency")
    summed = rows.annotate(n=Count("pk"), m=Sum("lines"), u=Coalesce(Sum("quantity"), 0), a=Sum("amount"))
    found: dict[str, QuarantineGroup] = {}
    for code, currency, count, lines, units, amount in summed:
        before = found.get(code, QuarantineGroup(code, 0, 0, 0, []))
        more = [Money(amount, currency)] if viewer.can("see_cost") and amount is not None and currency else []
        found[code] = QuarantineGroup(
            code, before.rows + count, before.lines + lines, before.units + units, [*before.amounts, *more]
        )
    return sorted(found.values(), key=lambda group: (-group.rows, group.code))


def waiting(viewer: Viewer, part: Any = None) -> Page[WaitingRow]:
    """Movements whose units are not there, and documents that wait for another. Two queries."""
    moved = Waiting.objects.select_related("item", "movement__document", "movement__from_cell__location")
    # Few wait, so they are cut here: asked to cut, a database may go through every movement of the company.
    found = [_waiting(row) for row in moved.defer("movement__document__body") if _seen(viewer, row.movement)]
    held = open_rows(viewer).exclude(waits_for="").order_by("-recorded_at")
    see = viewer.can("see_cost")
    for row in held.defer("document_body", "row")[:2000]:
        amount = Money(row.amount, row.currency) if see and row.amount is not None and row.currency else None
        found.append(
            WaitingRow(
                "", row.document_id, row.document_type, "", "", row.quantity, amount, moment(row.recorded_at),
                row.waits_for,
            )
        )  # fmt: skip
    return cut(found, part or Slice("since", descending=True), sums=("units",))


def unallocated(viewer: Viewer, part: Any = None) -> Page[WaitingRow]:
    """Cost of a place or of the company for a period in which nothing stood there to carry it. One query."""
    viewer.need("see_cost")
    shared = PeriodShare.objects.filter(cost_line=OuterRef("pk"))
    rows = viewer.of_company(CostLine.objects.filter(target_kind__in=("place", "company"), replacement=None))
    rows = rows.filter(~Exists(shared))
    rows = viewer.in_locations(rows).select_related("document", "location").defer("document__body")
    found = [
        WaitingRow(
            str(row.document_id),
            row.document.external_id,
            NAMES[row.component],
            "",
            place_name(row.location),
            None,
            Money(row.base_amount, viewer.company.currency, row.estimate),
            moment(row.recorded_at),
            f"period_{row.target_kind}",
        )
        for row in rows.order_by("-recorded_at")[:2000]
    ]
    return cut(found, part or Slice("since", descending=True))


def checks() -> list[Check]:
    """The last proof of each law, from the last job of kind ``check`` that ended. One query.

    Such a job's result is ``{"laws": {"U": {"residue": 0, "examined": 123}, …}}``.
    """
    job = Job.objects.filter(kind="check", state="done").order_by("-pk").first()
    laws: dict[str, Any] = (job.result or {}).get("laws", {}) if job else {}
    at = maybe_moment(job.finished_at) if job else None
    return [
        Check(law, laws.get(law, {}).get("residue"), laws.get(law, {}).get("examined"), at if law in laws else None)
        for law in laws or LAWS
    ]


def missing_rates() -> list[str]:
    """Currency pairs that documents in quarantine wait for. One query."""
    rows = Quarantine.objects.filter(
        Q(waits_for__startswith="fx_rate:") | Q(code="missing_rate"), state=Quarantine.OPEN
    )
    return sorted({value.partition(":")[2] for value in rows.values_list("waits_for", flat=True) if value})


def seen_rows(viewer: Viewer) -> QuerySet[Quarantine]:
    """Rows, settled ones too, of the batches that the viewer may know of."""
    rows = Quarantine.objects.all()
    if viewer.companies is None:
        return rows
    return rows.filter(batch_id__in=seen_by(viewer, Batch.objects.all()).values("pk"))


def open_rows(viewer: Viewer) -> QuerySet[Quarantine]:
    """Those that still wait."""
    return seen_rows(viewer).filter(state=Quarantine.OPEN)


def quarantined(viewer: Viewer, row: Quarantine) -> QuarantineRow:
    """A row as the pages show it."""
    problem: dict[str, Any] = row.problem
    see = viewer.can("see_cost")
    field = str(problem.get("field", ""))
    hidden = not see and any(word in field for word in _MONEY_FIELDS)
    known = see and row.amount is not None and bool(row.currency)
    return QuarantineRow(
        id=str(row.pk),
        import_id=f"batch-{row.batch_id}",
        document=str(problem.get("document") or row.document_id or row.batch.name),
        line=problem.get("line") or row.line,
        field=field,
        found="" if hidden else str(problem.get("found", "")),
        code=row.code,
        message=str(problem.get("message", "")),
        remedy=str(problem.get("remedy", "")),
        amount=Money(row.amount, row.currency) if known else None,
        units=row.quantity,
        since=moment(row.recorded_at),
        waits_for=row.waits_for,
        lines=row.lines,
        parameters={} if hidden else problem.get("parameters") or {},
    )


def _seen(viewer: Viewer, movement: Any) -> bool:
    cell = movement.from_cell
    here = viewer.locations is None or (cell is not None and cell.location_id in viewer.locations)
    return movement.company_id == viewer.company.id and here


def _waiting(row: Waiting) -> WaitingRow:
    movement = row.movement
    cell = movement.from_cell
    return WaitingRow(
        document_id=str(movement.document_id),
        document=movement.document.external_id,
        what=Kind(movement.kind).name.lower(),
        sku=row.item.sku,
        place=place_name(cell.location if cell else None),
        units=movement.quantity,
        since=moment(movement.recorded_at),
        why="units",
    )
