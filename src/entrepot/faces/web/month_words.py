"""Words of a month's closing: steps of the roll-forward, accounts, vouchers and lines of the checklist."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from entrepot.books.selectors.months import Underway

STEPS: Mapping[str, str | Promise] = {
    "opening": pgettext_lazy("roll-forward", "Opening"),
    "adjustment": pgettext_lazy("roll-forward", "Late facts on what was reported"),
    "in_opening": pgettext_lazy("roll-forward", "In: opening balance"),
    "in_receipt": pgettext_lazy("roll-forward", "In: received"),
    "in_count_surplus": pgettext_lazy("roll-forward", "In: found at counts"),
    "in_intercompany_receipt": pgettext_lazy("roll-forward", "In: from sister companies"),
    "in_return": pgettext_lazy("roll-forward", "In: returned by customers"),
    "in_arrival": pgettext_lazy("roll-forward", "In: arrived from transit"),
    "in_conversion_out": pgettext_lazy("roll-forward", "In: assembled, repacked"),
    "in_transfer": pgettext_lazy("roll-forward", "In: transferred"),
    "in_departure": pgettext_lazy("roll-forward", "In: gone into transit"),
    "in_regrade": pgettext_lazy("roll-forward", "In: regraded"),
    "out_arrival": pgettext_lazy("roll-forward", "Out: arrived from transit"),
    "out_conversion_in": pgettext_lazy("roll-forward", "Out: assembled, repacked"),
    "out_transfer": pgettext_lazy("roll-forward", "Out: transferred"),
    "out_departure": pgettext_lazy("roll-forward", "Out: gone into transit"),
    "out_regrade": pgettext_lazy("roll-forward", "Out: regraded"),
    "out_supplier_return": pgettext_lazy("roll-forward", "Out: given back to suppliers"),
    "out_intercompany_sale": pgettext_lazy("roll-forward", "Out: to sister companies"),
    "out_sale": pgettext_lazy("roll-forward", "Out: sold"),
    "out_write_off": pgettext_lazy("roll-forward", "Out: written off"),
    "out_use": pgettext_lazy("roll-forward", "Out: samples, gifts, own use"),
    "out_count_shortage": pgettext_lazy("roll-forward", "Out: missing at counts"),
    "closing": pgettext_lazy("roll-forward", "Closing"),
}
CHECKS: Mapping[str, str | Promise] = {
    "uncosted": pgettext_lazy("closing", "Units sold ahead of stock, without cost yet"),
    "missing": pgettext_lazy("closing", "Units on hand without a purchase cost"),
    "accruals": pgettext_lazy("closing", "Costs accrued, no bill yet"),
    "quarantine": pgettext_lazy("closing", "Rows in quarantine"),
    "rates": pgettext_lazy("closing", "Exchange rates missing"),
    "stale": pgettext_lazy("closing", "SKUs with facts newer than their figures"),
    "differences": pgettext_lazy("closing", "SKUs of which a place reports another stock"),
    "unproven": pgettext_lazy("closing", "Goods under way without the paper that proves they are ours"),
    "unassessed": pgettext_lazy("closing", "SKUs worth less than they cost, not written down"),
}
ANCHORS: Mapping[str, str] = {
    "missing": "missing", "uncosted": "missing", "quarantine": "quarantine", "differences": "differences",
}  # fmt: skip
"""Where on the data-health page a line of the checklist is worked off."""
STAGES: Mapping[str, str | Promise] = {
    "supplier": pgettext_lazy("stage", "With the supplier"),
    "carrier": pgettext_lazy("stage", "With the carrier, not departed"),
    "under_way": pgettext_lazy("stage", "Under way"),
    "border": pgettext_lazy("stage", "At the border"),
}
PAPERS: Mapping[str, str | Promise] = {
    "": "",
    "pickup_note": pgettext_lazy("paper", "Pick-up note"),
    "bill_of_lading": pgettext_lazy("paper", "Bill of lading"),
    "delivery_note": pgettext_lazy("paper", "Proof of delivery"),
}
WHOSE: Mapping[bool, str | Promise] = {
    True: pgettext_lazy("goods", "Ours"),
    False: pgettext_lazy("goods", "The supplier's"),
}


def proof(row: Underway) -> str:
    """The paper that dates when goods under way became ours, and whether it is there."""
    paper = str(PAPERS[row.paper])
    if not paper or row.papered or not row.owned:
        return paper
    return gettext("%(paper)s missing: the departure was taken") % {"paper": paper}


CONFIDENCE: Mapping[str, str | Promise] = {
    "sure": pgettext_lazy("confidence", "sure"),
    "fair": pgettext_lazy("confidence", "fair"),
    "weak": pgettext_lazy("confidence", "weak"),
    "none": pgettext_lazy("confidence", "not sold"),
}
VOUCHERS: Mapping[str, str | Promise] = {
    "accrual_reversal": pgettext_lazy("voucher", "Reversal of accrued purchases"),
    "purchases": pgettext_lazy("voucher", "Purchases and landed costs"),
    "accrual": pgettext_lazy("voucher", "Accrued purchases"),
    "intercompany": pgettext_lazy("voucher", "Intercompany stock"),
    "import_tax": pgettext_lazy("voucher", "Import tax that comes back"),
    "services": pgettext_lazy("voucher", "Bills for services"),
    "payments": pgettext_lazy("voucher", "Payments to suppliers"),
    "prepayments": pgettext_lazy("voucher", "Prepayments settled"),
    "cost_of_sales": pgettext_lazy("voucher", "Cost of sales"),
    "stock_changes": pgettext_lazy("voucher", "Stock losses and other use"),
    "supplier_returns": pgettext_lazy("voucher", "Goods returned to suppliers"),
    "prior_period": pgettext_lazy("voucher", "Prior-period adjustment"),
    "write_down_release": pgettext_lazy("voucher", "Write-down released by what left"),
    "write_down": pgettext_lazy("voucher", "Stock written down"),
    "write_down_reversal": pgettext_lazy("voucher", "Write-down reversed"),
    "exchange": pgettext_lazy("voucher", "Exchange differences realised"),
    "revaluation": pgettext_lazy("voucher", "Open bills at the closing rate"),
}
STATES: Mapping[str, str | Promise] = {
    "open": pgettext_lazy("month", "Open"),
    "closed": pgettext_lazy("month", "Closed"),
    "reopened": pgettext_lazy("month", "Open again"),
}
