"""What another fee table does to the stock at a platform: the forecast of every lot before and after. Nothing is stored."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.rules.fee_files import with_fee_change, with_fee_file, with_fee_table
from entrepot.rules.platform_fees import FeeBook
from entrepot.workflows.storage_forecast import LotFees, StorageForecast, storage_forecast

__all__ = [
    "LotEffect", "SkuEffect", "StorageEffect", "storage_effect", "with_fee_change", "with_fee_file", "with_fee_table",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LotEffect:
    """One lot until ``until``: expected fees ``before`` and ``after`` in minor units of ``currency``.

    None = not known (``needs`` says why). ``lines`` are the fees of the changed table, month by month.
    """

    sku: str
    marketplace: str
    lot: str
    received: date
    units: int
    currency: str
    before: int | None
    after: int | None
    until: date
    needs: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def effect(self) -> int | None:
        """What it costs more."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class SkuEffect:
    """All lots of an SKU at a marketplace; None where one of them is not known."""

    sku: str
    marketplace: str
    units: int
    currency: str
    before: int | None
    after: int | None

    @property
    def effect(self) -> int | None:
        """What they cost more."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class StorageEffect:
    """Every lot, the most hit first; ``ageless``: units without a known arrival, which neither sum holds."""

    on: date
    until: date | None
    lots: tuple[LotEffect, ...]
    ageless: dict[str, int]

    @property
    def skus(self) -> list[SkuEffect]:
        """The same by SKU and marketplace, the most hit first."""
        parts: dict[tuple[str, str], list[LotEffect]] = defaultdict(list)
        for lot in self.lots:
            parts[lot.sku, lot.marketplace].append(lot)
        rows = [
            SkuEffect(
                sku, place, sum(lot.units for lot in lots), lots[0].currency, _sum([lot.before for lot in lots]),
                _sum([lot.after for lot in lots]),
            )
            for (sku, place), lots in parts.items()
        ]  # fmt: skip
        return sorted(rows, key=lambda r: (r.effect is None, -(r.effect or 0), r.sku, r.marketplace))

    def more(self) -> dict[str, int]:
        """By currency: what all lots cost more, as far as it is known."""
        found: dict[str, int] = defaultdict(int)
        for lot in self.lots:
            found[lot.currency] += lot.effect or 0
        return dict(found)


def storage_effect(
    viewer: Viewer, on: date, book: FeeBook, changed: FeeBook, days: int = 365, *, sku: str = ""
) -> StorageEffect:
    """The lots that the viewer may see, by the tables of ``book`` and of ``changed``, over ``days``.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    company = models.Company.objects.get(pk=viewer.company.id)
    was, then = (
        storage_forecast(company, on, days, sku=sku, places=viewer.locations, book=one) for one in (book, changed)
    )
    return _beside(was, then)


def _beside(was: StorageForecast, then: StorageForecast) -> StorageEffect:
    before = {(lot.sku, lot.marketplace, lot.lot): lot for lot in was.lots}
    rows = [_row(before[lot.sku, lot.marketplace, lot.lot], lot) for lot in then.lots]
    rows.sort(key=lambda r: (r.effect is None, -(r.effect or 0), r.sku, r.received))
    return StorageEffect(was.on, max((r.until for r in rows), default=None), tuple(rows), was.ageless)


def _row(was: LotFees, then: LotFees) -> LotEffect:
    needs = tuple(dict.fromkeys((*was.needs, *then.needs)))
    return LotEffect(
        then.sku, then.marketplace, then.lot, then.received, then.units, then.currency, was.amount, then.amount,
        max(was.until, then.until), needs, then.lines,
    )  # fmt: skip


def _sum(amounts: list[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
