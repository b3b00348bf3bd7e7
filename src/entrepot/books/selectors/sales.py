"""Sales one by one: the lines behind a figure, and one sale with its waterfall and its returns.

A list is cut by the database along an index; how many there are in all comes from the sums, never from counting sales.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from entrepot.books.access import Viewer
from entrepot.books.models import Movement, SaleFigure
from entrepot.books.models.figures import FULL_COLUMNS
from entrepot.books.selectors import economics
from entrepot.books.selectors.paging import bounds, moment
from entrepot.books.selectors.shapes import NotThere, Page, SalePage, SaleRow, Slice
from entrepot.core.kinds import Kind

_ORDER = {
    "sold_at": ("day", "movement_id"),
    "order": ("movement__document__external_id",),
    "units": ("quantity",),
    "sku": ("item__sku",),
    "channel": ("shop__code",),
    "destination": ("country",),
    "net_price": ("net",),
    "returned_units": ("returned",),
    "cost": ("cost",),
    "profit": ("profit",),
}
_COST = sum((F(name) for name in FULL_COLUMNS[1:]), F(FULL_COLUMNS[0]))


def sales(viewer: Viewer, wanted: Any, part: Any = None, *, sums: list[int] | None = None) -> Page[SaleRow]:
    """Sale lines of the selection (a :class:`~.economics.CostWish`), newest first unless asked otherwise.

    ``total`` and ``sums`` are those of the whole selection. Three queries, one when its ``sums`` are known already.
    """
    part = part or Slice("sold_at", descending=True)
    rows = economics.sale_rows(viewer, wanted).annotate(cost=_COST, profit=F("net") - F("refunded") - F("cost"))
    names = _ORDER.get(part.sort, _ORDER["sold_at"])
    down = part.descending or part.sort not in _ORDER
    order = [_ordered(name, down=down) for name in names]
    chosen = _joined(rows.order_by(*order, "-movement_id"))[bounds(part)]
    count, said = _totals(viewer, economics.whole(viewer, wanted) if sums is None else sums)
    return Page([_shape(viewer, row) for row in chosen], count, said)


def sale(viewer: Viewer, key: str | int) -> SalePage:
    """One sale by its movement's id. Its ranges, bill by bill, are the valuation's to explain. Raises NotThere."""
    try:
        number = int(key)
    except ValueError:
        raise NotThere(f"sale {key}") from None
    rows = viewer.in_shops(viewer.of_company(SaleFigure.objects.all()))
    if viewer.locations is not None:
        rows = rows.filter(movement__from_cell__location_id__in=viewer.locations)
    annotated = rows.annotate(cost=_COST, profit=F("net") - F("refunded") - F("cost"))
    row = _joined(annotated.filter(pk=number)).first() if number < 2**63 else None
    if row is None:
        raise NotThere(f"sale {key}")
    back = _returns(viewer, [row.pk])
    found = [getattr(row, name) for name in economics.SUMMED if name not in ("net", "net_unknown", "sales")]
    sums = [*found, row.net or 0, row.quantity if row.net is None else 0, 1]
    may = viewer.can("see_cost") and viewer.can("see_margin")
    return SalePage(_shape(viewer, row), back, economics.steps(sums, "full") if may else [])


def of_document(viewer: Viewer, document: int, limit: int = 200) -> list[SaleRow]:
    """The sales of one order."""
    rows = viewer.in_shops(viewer.of_company(SaleFigure.objects.filter(movement__document_id=document)))
    rows = rows.annotate(cost=_COST, profit=F("net") - F("refunded") - F("cost")).order_by("pk")
    return [_shape(viewer, row) for row in _joined(rows)[:limit]]


def _ordered(name: str, *, down: bool) -> Any:
    """Unknown amounts last; what is never null plainly, so that the database can go along its index."""
    if name in ("net", "cost", "profit"):
        return F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
    return f"-{name}" if down else name


def _joined(rows: Any) -> Any:
    return rows.select_related("item", "shop", "movement", "movement__document").defer("movement__document__body")


def _shape(viewer: Viewer, row: Any) -> SaleRow:
    see, margin = viewer.can("see_cost"), viewer.can("see_margin")
    costless = row.missing + row.uncosted >= row.quantity - row.returned > 0
    return SaleRow(
        id=str(row.pk),
        order=row.movement.document.external_id,
        document_id=str(row.movement.document_id),
        sold_at=moment(row.movement.effective_at),
        channel=(row.shop.name or row.shop.code) if row.shop else "",
        destination=row.country,
        sku=row.item.sku,
        units=row.quantity,
        net_price=row.net if margin else None,
        cost=row.cost if see and not costless else None,
        profit=row.profit if margin and see and not costless else None,
        uncosted_units=row.uncosted if see else 0,
        missing_units=row.missing if see else 0,
        returned_units=row.returned,
    )


def _totals(viewer: Viewer, sums: list[int]) -> tuple[int, dict[str, int | None]]:
    """How many sales a selection has and what they sum to."""
    found = dict(zip(economics.SUMMED, sums, strict=True))
    said: dict[str, int | None] = {"units": found["quantity"], "returned_units": found["returned"]}
    if viewer.can("see_cost") and viewer.can("see_margin"):
        cost = sum(found[name] for name in FULL_COLUMNS)
        said |= {"net_price": found["net"], "cost": cost, "profit": found["net"] - found["refunded"] - cost}
    return found["sales"], said


def _returns(viewer: Viewer, movements: Iterable[int]) -> list[SaleRow]:
    """What came back of these sales: units without money, which stands on the refund."""
    rows = Movement.objects.filter(of_id__in=list(movements), kind=Kind.RETURN, replacement=None)
    rows = rows.select_related("item", "document").defer("document__body").order_by("effective_at", "pk")
    return [
        SaleRow(
            id=str(row.of_id),
            order=row.document.external_id,
            document_id=str(row.document_id),
            sold_at=moment(row.effective_at),
            channel="",
            destination="",
            sku=row.item.sku,
            units=row.quantity,
            net_price=None,
            cost=None,
            profit=None,
        )
        for row in rows
    ]
