"""Stored variances by bill, supplier, forwarder, SKU, month, component or cause; and the costs that wait for a bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from entrepot.books.access import Viewer
from entrepot.books.models import UnbilledFigure, VarianceFigure
from entrepot.books.selectors import naming
from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import Choice, Page, Slice
from entrepot.core.components import COMPONENTS, NAMES

CAUSES = ("price", "quantity", "rate", "rule", "fx")
GROUPS = ("bill", "cause", "supplier", "forwarder", "sku", "month", "component")
CARRIERS = ("forwarder", "carrier", "broker", "warehouse")
"""Kinds of suppliers that move, clear and store."""
_KEYS: dict[str, tuple[str, ...]] = {
    "bill": ("bill_id", "bill__external_id", "accrual_id", "accrual__external_id", "component", "supplier", "basis", "reference"),
    "supplier": ("supplier",), "forwarder": ("supplier",), "sku": ("item_id",), "month": ("month",),
    "component": ("component",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class VarianceWish:
    """Selection of variances: months included, and filters that are empty for all."""

    by: str = "bill"
    start: date | None = None
    end: date | None = None
    cause: str = ""
    supplier: str = ""
    component: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class VarianceRow:
    """A group of differences, minor units of the company's currency; the causes sum to ``difference``.

    ``bill`` and ``accrual`` are keys of documents where the group is one bill; ``basis`` and ``reference`` what its estimate
    was made by.
    """

    key: str
    label: str
    bills: int
    accrued: int
    billed: int
    difference: int
    price: int
    quantity: int
    rate: int
    rule: int
    fx: int
    supplier: str = ""
    component: str = ""
    basis: str = ""
    reference: str = ""
    bill: str = ""
    accrual: str = ""


@dataclass(frozen=True, slots=True)
class VariancePage:
    """Rows of a selection, what each cause comes to over all of it, and what may be filtered by."""

    accrued: int
    billed: int
    causes: dict[str, int]
    page: Page[VarianceRow]
    suppliers: list[Choice]
    components: list[str]
    start: date | None
    end: date | None

    @property
    def difference(self) -> int:
        """Billed less accrued."""
        return self.billed - self.accrued


@dataclass(frozen=True, slots=True)
class UnbilledRow:
    """A cost without its bill (accrued, expected) or a bill without its payment (overdue); ``late`` days behind ``due``."""

    kind: str
    number: str
    document: str
    supplier: str
    component: str
    amount: int | None
    since: date
    due: date | None
    days: int
    late: int
    reference: str


def variances(viewer: Viewer, wanted: VarianceWish, part: Any = None) -> VariancePage:
    """The selection's rows by ``wanted.by`` and its sums. Six queries.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    every = _mine(viewer)
    rows = _confined(every, wanted)
    whole = rows.aggregate(a=Sum("accrued"), b=Sum("billed"), **{cause: Sum(cause) for cause in CAUSES})
    causes = {cause: whole[cause] or 0 for cause in CAUSES}
    labels = naming.suppliers()
    found = _by_cause(rows) if wanted.by == "cause" else _grouped(rows, wanted.by, labels)
    page = cut(found, part or Slice("difference", descending=True), keys={"difference": lambda row: abs(row.difference)},
               sums=("bills", "accrued", "billed", "difference", *CAUSES))  # fmt: skip
    suppliers = sorted(set(every.order_by().values_list("supplier", flat=True).distinct()))
    months = sorted(set(every.order_by().values_list("month", flat=True).distinct()))
    return VariancePage(
        whole["a"] or 0, whole["b"] or 0, causes, page, [Choice(code, labels.get(code) or code) for code in suppliers if code],
        [NAMES[n] for n in sorted(set(every.order_by().values_list("component", flat=True).distinct()))],
        wanted.start or (_month(months[0]) if months else None), wanted.end or (_month(months[-1]) if months else None),
    )  # fmt: skip


def unbilled(viewer: Viewer, kind: str = "", part: Any = None, today: date | None = None) -> Page[UnbilledRow]:
    """Costs without a bill and bills without a payment, longest waiting first. One query."""
    viewer.need("see_cost")
    rows = viewer.of_company(UnbilledFigure.objects.all()).select_related("document").defer("document__body")
    if kind:
        rows = rows.filter(kind=kind)
    found = [
        UnbilledRow(
            row.kind, row.document.external_id, str(row.document_id), row.supplier, NAMES[row.component], row.amount,
            row.since, row.due, row.days, _late(row), row.reference,
        )
        for row in rows
    ]  # fmt: skip
    return cut(found, part or Slice("late", descending=True), sums=("amount",))


def _late(row: UnbilledFigure) -> int:
    """Days behind the day on which the bill, or its payment, was due."""
    if row.kind != "accrued" or row.due is None:
        return row.days
    return max(row.days - (row.due - row.since).days, 0)


def _mine(viewer: Viewer) -> QuerySet[VarianceFigure]:
    return viewer.of_company(VarianceFigure.objects.all())


def _confined(rows: QuerySet[VarianceFigure], wanted: VarianceWish) -> QuerySet[VarianceFigure]:
    if wanted.start:
        rows = rows.filter(month__gte=wanted.start.year * 100 + wanted.start.month)
    if wanted.end:
        rows = rows.filter(month__lte=wanted.end.year * 100 + wanted.end.month)
    if wanted.cause in CAUSES:
        rows = rows.exclude(**{wanted.cause: 0})
    if wanted.supplier:
        rows = rows.filter(supplier=wanted.supplier)
    if wanted.component:
        rows = rows.filter(component=COMPONENTS.get(wanted.component, -1))
    if wanted.text:
        text = wanted.text
        named = Q(item__sku__icontains=text) | Q(item__name__icontains=text) | Q(item__name_zh__contains=text)
        rows = rows.filter(named | Q(bill__external_id__icontains=text) | Q(reference__icontains=text))
    if wanted.by == "forwarder":
        rows = rows.filter(supplier_kind__in=CARRIERS)
    return rows


def _grouped(rows: QuerySet[VarianceFigure], by: str, labels: dict[str, str]) -> list[VarianceRow]:
    keys = _KEYS[by]
    sums = {"n": Count("bill_id", distinct=True), "a": Sum("accrued"), "b": Sum("billed")}
    found: Any = rows.order_by().values_list(*keys).annotate(**sums, **{f"c_{c}": Sum(c) for c in CAUSES})
    items = _items(rows) if by == "sku" else {}
    answer: list[VarianceRow] = []
    for record in found:
        key: tuple[Any, ...] = tuple(record[: len(keys)])
        bills, accrued, billed, price, quantity, rate, rule, fx = record[len(keys) :]
        more: dict[str, Any] = {}
        name: Any = str(key[0] or "")
        label: Any = name
        if by == "bill":
            pk, number, accrual, _, component, supplier, basis, reference = key
            name, label = str(pk), number
            more = {"bill": str(pk), "accrual": str(accrual), "component": NAMES[component], "supplier": supplier,
                    "basis": basis, "reference": reference}  # fmt: skip
        elif by == "sku":
            name, label = items.get(key[0], ("", ""))
        elif by in ("supplier", "forwarder"):
            label = labels.get(name, name)
        elif by == "month":
            name = label = f"{key[0] // 100}-{key[0] % 100:02d}"
        elif by == "component":
            name = label = NAMES[key[0]]
        answer.append(
            VarianceRow(name, label, bills, accrued, billed, billed - accrued, price, quantity, rate, rule, fx, **more)
        )
    return answer


def _by_cause(rows: QuerySet[VarianceFigure]) -> list[VarianceRow]:
    """A row for each cause that occurs: what it made dearer or cheaper, and on how many bills."""
    answer: list[VarianceRow] = []
    for cause in CAUSES:
        mine = rows.exclude(**{cause: 0})
        told = mine.aggregate(n=Count("bill_id", distinct=True), a=Sum("accrued"), d=Sum(cause))
        if told["n"]:
            causes: dict[str, Any] = dict.fromkeys(CAUSES, 0) | {cause: told["d"]}
            answer.append(VarianceRow(cause, cause, told["n"], told["a"], told["a"] + told["d"], told["d"], **causes))
    return answer


def _items(rows: QuerySet[VarianceFigure]) -> dict[int | None, tuple[str, str]]:
    found = rows.order_by().values_list("item_id", "item__sku", "item__name", "item__name_zh").distinct()
    return {pk: (sku or "", naming.named(name or "", zh or "")) for pk, sku, name, zh in found}


def _month(number: int) -> date:
    return date(number // 100, number % 100, 1)
