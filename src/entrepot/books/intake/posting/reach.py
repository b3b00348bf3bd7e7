"""What a fact that changes no cost line reaches all the same: the figures of the items that these lines fall on."""

from __future__ import annotations

from entrepot.books import models
from entrepot.books.intake.posting.builder import Builder

_AT_ONCE = 500


def reached(b: Builder, lines: set[int]) -> None:
    """The figures of what ``lines`` fall on no longer hold; those of all items where one of them is spread over a period."""
    chosen = sorted(lines)
    for start in range(0, len(chosen), _AT_ONCE):
        part = chosen[start : start + _AT_ONCE]
        shares = models.BasisShare.objects.filter(basis__cost_line__in=part).order_by()
        for moved, sold, document in shares.values_list(
            "movement__item_id", "sales_line__item_id", "sales_line__document_id"
        ).distinct():
            b.postings.items |= {moved, sold} - {None}
            if moved is None and sold is None and document is not None:  # a bundle: all that its order shipped
                parts = models.Movement.objects.filter(document_id=document)
                b.postings.items |= set(parts.values_list("item_id", flat=True))
        periods = models.CostLine.objects.filter(pk__in=part, target_kind__in=("place", "company"))
        b.postings.everything = b.postings.everything or periods.exists()
