"""Stored figures: which are stale, and how a part of them is replaced. Money in minor units of the company."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from django.db.models import F

from entrepot.books import bulk
from entrepot.books.models import (
    ItemState,
    LossFigure,
    LotFigure,
    MarginFigure,
    Movement,
    PeriodShare,
    SaleFigure,
    StockFigure,
)
from entrepot.core.calendar import Instant


class Rows(Protocol):
    """A frame: named columns of equal length (polars' interface, without the dependency)."""

    @property
    def columns(self) -> list[str]: ...

    def iter_rows(self) -> Iterable[tuple[Any, ...]]: ...

    def select(self, names: list[str], /) -> Rows: ...


_SALE = {
    "movement_id": "movement", "sales_line": "sales_line", "item_id": "item", "company_id": "company",
    "shop_id": "shop", "country": "country", "day": "day", "quantity": "quantity", "returned": "returned",
    "net": "net", "refunded": "refunded", "imputed": "imputed",
}  # fmt: skip
_FAMILIES = ("purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable")
_COSTS = {name: name for name in (*_FAMILIES, "book_cost", "uncosted", "missing")}
_MARGIN = {
    "item_id": "item", "company_id": "company", "shop_id": "shop", "country": "country", "month": "month",
    "reason": "reason", "sales": "sales", "quantity": "quantity", "returned": "returned", "net": "net",
    "net_unknown": "net_unknown", "refunded": "refunded", "imputed": "imputed",
}  # fmt: skip
_LOT = {
    "item_id": "item", "company_id": "company", "shop_id": "shop", "country": "country", "location_id": "location",
    "month": "month", "lot_id": "lot", "sales": "sales", "quantity": "quantity", "returned": "returned", "net": "net",
    "net_unknown": "net_unknown", "refunded": "refunded", "imputed": "imputed",
}  # fmt: skip
_LOSS = {
    "movement_id": "movement", "item_id": "item", "company_id": "company", "day": "day", "quantity": "quantity",
    "uncosted": "uncosted", "missing": "missing", "costs": "costs",
}  # fmt: skip
_STOCK = {
    "item_id": "item", "company_id": "company", "cell_id": "cell", "units": "units", "oldest_at": "oldest_at",
    "layers": "layers",
}  # fmt: skip


def stale(everything: bool = False) -> list[int]:
    """Items whose facts are newer than their figures, or all items that ever moved, by number."""
    states = ItemState.objects.all() if everything else ItemState.objects.filter(stale_since__isnull=False)
    return list(states.order_by("item_id").values_list("item_id", flat=True))


def joined(items: set[int]) -> set[int]:
    """``items`` and all that conversions join to them: they are folded together."""
    family = set(items)
    while True:
        events = Movement.objects.filter(event__isnull=False)
        mine = set(events.filter(item_id__in=family).values_list("event", flat=True))
        if not mine:
            return family
        more = set(events.filter(event__in=mine).values_list("item_id", flat=True)) | family
        if more == family:
            return family
        family = more


def mark_stale(items: Collection[int]) -> None:
    """Figures of ``items`` no longer hold (what falls on them of a period changed)."""
    chosen = sorted(items)
    for start in range(0, len(chosen), 800):
        ItemState.objects.filter(item_id__in=chosen[start : start + 800], stale_since__isnull=True).update(
            stale_since=F("valued_at")
        )


def write_period_shares(rows: Rows) -> set[int]:
    """Replace the kept shares of period lines (line, item, amount, unit_seconds); which items' amounts changed.

    Runs in the caller's transaction.
    """
    new = {(line, item): (amount, seconds) for line, item, amount, seconds in rows.iter_rows()}
    old = {
        (line, item): amount for line, item, amount in PeriodShare.objects.values_list("cost_line", "item_id", "amount")
    }
    changed = {key for key in new.keys() | old.keys() if new.get(key, (None,))[0] != old.get(key)}
    if changed:
        PeriodShare.objects.all().delete()
        bulk.load(
            PeriodShare, ["cost_line", "item_id", "amount", "unit_days"],
            [(line, item, amount, seconds) for (line, item), (amount, seconds) in sorted(new.items())],
        )  # fmt: skip
    return {item for _, item in changed}


def write(
    items: Collection[int], sales: Rows, margins: Rows, lots: Rows, stock: Rows, losses: Rows, *, at: Instant
) -> None:
    """Replace the figures of ``items`` and mark them as valued at ``at``. Runs in the caller's transaction."""
    chosen = sorted(items)
    for start in range(0, len(chosen), 800):
        part = chosen[start : start + 800]
        SaleFigure.objects.filter(item_id__in=part)._raw_delete(SaleFigure.objects.db)
        MarginFigure.objects.filter(item_id__in=part)._raw_delete(MarginFigure.objects.db)
        LotFigure.objects.filter(item_id__in=part)._raw_delete(LotFigure.objects.db)
        LossFigure.objects.filter(item_id__in=part)._raw_delete(LossFigure.objects.db)
        StockFigure.objects.filter(item_id__in=part)._raw_delete(StockFigure.objects.db)
        ItemState.objects.filter(item_id__in=part).update(valued_at=at, stale_since=None)
    _append(SaleFigure, {**_SALE, **_COSTS}, sales)
    _append(MarginFigure, {**_MARGIN, **_COSTS}, margins)
    _append(LotFigure, {**_LOT, **_COSTS}, lots)
    _append(StockFigure, {**_STOCK, **_COSTS}, stock)
    _append(LossFigure, _LOSS, losses)


def _append(model: Any, mapping: dict[str, str], rows: Rows) -> None:
    bulk.load(model, list(mapping), list(rows.select(list(mapping.values())).iter_rows()))
