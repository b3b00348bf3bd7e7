"""A later version of a document corrects the earlier one line by line: equal lines stay, others are replaced."""

from __future__ import annotations

from typing import Any

from entrepot.books import models
from entrepot.books.intake import rows as r
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.resplit import resplit_replaced
from entrepot.books.intake.posting.standing import standing
from entrepot.books.intake.session import Postings, Session


def revise(session: Session, builder: Builder) -> Postings:
    """``builder``'s postings less what the books already say, with a replacement for everything that changed."""
    new, older = builder.postings, builder.header.older
    if not older:
        return _told_again(session, builder)
    session.flush()
    kept_sales: dict[int, int] = {}
    kept_movements: dict[int, int] = {}
    new.sales = _changed(builder, older, models.SalesLine, r.SalesLineRow, new.sales, "sales_line", kept_sales)
    new.refunds = _changed(builder, older, models.RefundLine, r.RefundLineRow, new.refunds, "refund_line")
    new.movements = [
        row._replace(sales_line_id=kept_sales.get(row.sales_line_id or 0, row.sales_line_id)) for row in new.movements
    ]
    new.movements = _changed(builder, older, models.Movement, r.MovementRow, new.movements, "movement", kept_movements)
    new.shares = [s._replace(movement_id=kept_movements.get(s.movement_id or 0, s.movement_id)) for s in new.shares]
    if not (new.payments or new.purchases):  # these have already put their own cost lines in the place of earlier ones
        new.costs = _not_taken_over(builder, older, new.costs)
        new.costs = _changed(builder, older, models.CostLine, r.CostLineRow, new.costs, "cost_line")
    _drop_splits(new)
    aimed = {row.movement_id for row in new.shares} - {row.id for row in new.movements} - {None}
    new.items |= set(models.Movement.objects.filter(pk__in=aimed).values_list("item_id", flat=True))
    session.release(list(older))
    resplit_replaced(builder)
    return new


def _told_again(session: Session, b: Builder) -> Postings:
    """Postings of a new document; of one that was taken back and is told again, less the costs for which another
    document's lines stand: these reach what is told again."""
    new = b.postings
    if b.header.before and new.costs and not (new.payments or new.purchases):
        session.flush()
        new.costs = _not_taken_over(b, b.header.before, new.costs)
        _drop_splits(new)
    return new


def _drop_splits(new: Postings) -> None:
    """Of costs that are not posted."""
    kept = {row.id for row in new.costs}
    new.bases = [row for row in new.bases if row.cost_line_id in kept]
    bases = {row.id for row in new.bases}
    new.shares = [row for row in new.shares if row.basis_id in bases]


def _not_taken_over(b: Builder, older: tuple[int, ...], new: list[r.CostLineRow]) -> list[r.CostLineRow]:
    """``new`` without the lines whose place another document took (a supplier's bill, that of the order's estimate); a
    deposit's or a corrected order's telling of an estimate, or one that came back with a bill's withdrawal, gives way to
    the new line, which counts all this itself."""
    if not new:
        return new
    taken: dict[tuple[int, int], models.CostLine] = {}
    replaced = models.CostLine.objects.filter(document_id__in=older, replacement__new_cost_line__isnull=False)
    for line in replaced.exclude(replacement__new_cost_line__document_id__in=older):
        now = standing(line)
        if now is not None and now.document_id not in older:
            taken[line.line, line.ordinal] = now
    kept: list[r.CostLineRow] = []
    for row in new:
        other = taken.get((row.line, row.ordinal))
        if other is not None and other.document.type not in ("payment", "purchase_order", "reversal"):
            continue
        if other is not None:
            _replace(b, "cost_line", other, row.id)
        kept.append(row)
    return kept


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
    aims = _aims(b, list(old.values())) if name == "cost_line" else None
    if name == "movement" and any(row.event is not None for row in new):
        # A conversion happens as one: when a line of it changes, all are told anew, with one event and one recording.
        equal = len(old) == len(new) and all(
            (row.line, row.ordinal) in old and _same(old[row.line, row.ordinal], row, row_type) for row in new
        )
        if not equal:
            for row in new:
                if (row.line, row.ordinal) in old:
                    _replace(b, name, old.pop((row.line, row.ordinal)), row.id)
    for row in new:
        if name == "movement" and kept is not None and row.of_id in kept:
            row = row._replace(of_id=kept[row.of_id])  # noqa: PLW2901 - the same line, pointing at what stays
        before = old.pop((row.line, row.ordinal if ordered else 0), None)
        if before is not None and _same(before, row, row_type) and (not aims or aims.same(before, row)):
            if kept is not None:
                kept[row.id] = before.pk
            continue
        fresh.append(row)
        if before is not None:
            _replace(b, name, before, row.id)
    for gone in old.values():
        _replace(b, name, gone, None)
    return fresh


class _Aims:
    """What cost lines were aimed at and what the new ones are aimed at: a line whose target was told anew is, too."""

    def __init__(self, old: dict[int, list[tuple[int, int]]], new: dict[int, list[tuple[int, int]]]) -> None:
        self.old, self.new = old, new

    def same(self, before: Any, row: Any) -> bool:
        return self.old.get(before.pk, []) == self.new.get(row.id, [])


def _aims(b: Builder, old: list[Any]) -> _Aims:
    line_of = {basis.id: basis.cost_line_id for basis in b.postings.bases}
    new: dict[int, list[tuple[int, int]]] = {}
    for share in b.postings.shares:
        target = share.movement_id or share.sales_line_id or 0
        new.setdefault(line_of[share.basis_id], []).append((target, share.weight))
    bases = models.Basis.objects.filter(cost_line__in=[row.pk for row in old]).order_by("version")
    latest = dict(bases.values_list("cost_line_id", "pk"))
    shares = models.BasisShare.objects.filter(basis__in=latest.values())
    before: dict[int, list[tuple[int, int]]] = {}
    for line, movement, sold, weight in shares.order_by("basis__cost_line", "ordinal").values_list(
        "basis__cost_line_id", "movement_id", "sales_line_id", "weight"
    ):
        before.setdefault(line, []).append((movement or sold or 0, weight))
    return _Aims(before, new)


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
