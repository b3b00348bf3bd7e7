"""The rate at which a line would be refunded: the seller's last claim of the item, unless the rule book has a later rate of its
heading; for an item that was never claimed the heading's rate on the day of the declaration. What neither knows needs a rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from entrepot.books import models
from entrepot.core.calendar import local_date
from entrepot.rules import RuleBook
from entrepot.rules.export_rebates import rebate_rate


@dataclass(frozen=True, slots=True)
class RebateRates:
    """``claimed``: item → rate (hundredths of a per cent) and day of its last claim; ``standard``: a rate for all others."""

    claimed: dict[int, tuple[int, date]]
    book: RuleBook | None = None
    standard: int | None = None

    def of(self, item: models.Item, on: date) -> int | None:
        """The rate of an export on a day, ``None`` where it is not known."""
        ruled = rebate_rate(self.book, item.hs_code, on) if self.book is not None else None
        claimed = self.claimed.get(item.pk)
        if ruled is not None:
            began = ruled.basis.valid_from or date.min
            if claimed is None or claimed[1] < began <= on:
                return round(ruled.number("percent") * 100)
        return self.standard if claimed is None else claimed[0]


def claimed_rates(claims: Iterable[models.RebateClaimLine], zone: str) -> dict[int, tuple[int, date]]:
    """The rate of each item's last claim with the day of its export, else of the claim; claims oldest first."""
    return {
        row.invoice_line.item_id: (
            row.rate_bp, local_date((row.declaration_line or row).effective_at, zone),
        )
        for row in claims if row.treatment == "refund"
    }  # fmt: skip
