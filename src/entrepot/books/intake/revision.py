"""A later version of a document corrects the earlier one line by line: equal lines stay, others are replaced."""

from __future__ import annotations

from typing import Any

from entrepot.books import models
from entrepot.books.intake import rows as r
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.session import Postings, Session


def revise(session: Session, builder: Builder, older: tuple[int, ...]) -> Postings:
    """``builder``'s postings less what the books already say, with a replacement for everything that changed."""
    session.flush()
    new = builder.postings
    new.sales = _changed(builder, older, models.SalesLine, r.SalesLineRow, new.sales, "sales_line")
    new.refunds = _changed(builder, older, models.RefundLine, r.RefundLineRow, new.refunds, "refund_line")
    kept_movements: dict[int, int] = {}
    new.movements = _changed(builder, older, models.Movement, r.MovementRow, new.movements, "movement", kept_movements)
    new.shares = [s._replace(movement_id=kept_movements.get(s.movement_id or 0, s.movement_id)) for s in new.shares]
    before = len(new.costs)
    new.costs = _changed(builder, older, models.CostLine, r.CostLineRow, new.costs, "cost_line")
    if before != len(new.costs):
        kept = {row.id for row in new.costs}
        new.bases = [row for row in new.bases if row.cost_line_id in kept]
        bases = {row.id for row in new.bases}
        new.shares = [row for row in new.shares if row.basis_id in bases]
    session.release(list(older))
    return new


def _changed(
    b: Builder,
    older: tuple[int, ...],
    model: Any,
    row_type: Any,
    new: list[Any],
    name: str,
    kept: dict[int, int] | None = None,
) -> list[Any]:
    """Rows of ``new`` that the books do not hold yet; replacements are written for the rest of the old ones."""
    ordered = name in ("movement", "cost_line")
    old = {
        (row.line, row.ordinal if ordered else 0): row
        for row in model.objects.filter(document_id__in=older, replacement__isnull=True)
    }
    fresh: list[Any] = []
    for row in new:
        before = old.pop((row.line, row.ordinal if ordered else 0), None)
        if before is not None and _same(before, row, row_type):
            if kept is not None:
                kept[row.id] = before.pk
            continue
        fresh.append(row)
        if before is not None:
            _replace(b, name, before, row.id)
    for gone in old.values():
        _replace(b, name, gone, None)
    return fresh


def _same(before: Any, row: Any, row_type: Any) -> bool:
    stored = row_type(*(_plain(getattr(before, field)) for field in row_type._fields))
    return bool(stored.content() == row.content())


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _replace(b: Builder, name: str, before: Any, new: int | None) -> None:
    links: dict[str, Any] = {f"{name}_id": before.pk}
    if name != "refund_line":
        links[f"new_{name}_id"] = new
    b.replace(**links)
    if name == "movement":
        b.session.unmoved(before.item_id)
    elif name == "cost_line":
        shares = models.BasisShare.objects.filter(basis__cost_line=before, movement__isnull=False)
        b.postings.items |= set(shares.values_list("movement__item_id", flat=True))
    elif getattr(before, "item_id", None) is not None:
        b.postings.items.add(before.item_id)
