"""What can be claimed now as a file: the proposals of the sub-ledger in the claim template, which imports as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from entrepot.channels.files.templates import write_documents
from entrepot.core.documents import RebateClaim, RebateClaimLine, Ref
from entrepot.workflows.rebates import RebateLedger


def claim_file(ledger: RebateLedger, company: str, number: str, language: Literal["en", "zh"] = "en") -> bytes:
    """What can be claimed now as a filled claim template (CSV), which imports as it is; empty where there is nothing.

    Lines without a known rate are left out: the rate is the seller's to write.
    """
    lines = [
        RebateClaimLine(
            invoice=_ref("vat_invoice", row.invoice), declaration=_ref("export_declaration", row.declaration),
            quantity=row.units, rate_bp=row.rate_bp,
        )
        for row in ledger.proposals if row.rate_bp is not None
    ]  # fmt: skip
    if not lines:
        return b""
    currency = next(row.currency for row in ledger.proposals if row.rate_bp is not None)
    at = datetime(ledger.on.year, ledger.on.month, ledger.on.day, 4, tzinfo=UTC)
    claim = RebateClaim(id=number, company=company, effective_at=at, currency=currency, lines=lines)
    return write_documents([claim], language, "csv")


def _ref(kind: str, name: str) -> Ref:
    number, _, line = name.rpartition("#")
    return Ref(type=kind, id=number, line=int(line))
