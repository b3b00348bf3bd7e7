"""Which cost line counts in the place of another, through corrections, bills and their withdrawal."""

from __future__ import annotations

from collections.abc import Collection

from entrepot.books import models

_CONTENT = ("company_id", "component", "amount", "currency", "base_amount", "target_kind", "effective_at")


def standing(line: models.CostLine) -> models.CostLine | None:
    """The line that counts in the place of ``line`` now: itself, what replaced it, or, when that was withdrawn, the copy
    that the withdrawal made of what counts again; ``None`` where nothing does."""
    told = [line]
    while True:
        link = models.Replacement.objects.filter(cost_line=told[-1]).select_related("new_cost_line__document").first()
        if link is None:
            return told[-1]
        following = link.new_cost_line or _revived(told[:-1], link.document_id)
        if following is None:
            return None
        told.append(following)


def _revived(told: Collection[models.CostLine], withdrawal: int) -> models.CostLine | None:
    """What the withdrawal posted again of one of these lines."""
    for line in told:
        same = models.CostLine.objects.filter(
            document_id=withdrawal, **{name: getattr(line, name) for name in _CONTENT}
        ).select_related("document")
        for copy in same.order_by("pk"):
            if _aim(copy) == _aim(line):
                return copy
    return None


def _aim(line: models.CostLine) -> list[tuple[int | None, int | None, int]]:
    basis = models.Basis.objects.filter(cost_line=line).order_by("-version").first()
    shares = models.BasisShare.objects.filter(basis=basis).order_by("ordinal")
    return list(shares.values_list("movement_id", "sales_line_id", "weight"))
