"""Words of purchasing: states, next steps, what happened, triggers of payment, and what cannot be done."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

STATES: dict[str, Promise] = {
    "proposed": pgettext_lazy("order", "To approve"),
    "ordered": pgettext_lazy("order", "Ordered"),
    "sent": pgettext_lazy("order", "Sent"),
    "confirmed": pgettext_lazy("order", "Confirmed"),
    "production": pgettext_lazy("order", "In production"),
    "ready": pgettext_lazy("order", "Ready"),
    "inspected": pgettext_lazy("order", "Inspected"),
    "held": pgettext_lazy("order", "Held"),
    "shipped": pgettext_lazy("order", "Shipped"),
    "part_received": pgettext_lazy("order", "Partly received"),
    "received": pgettext_lazy("order", "Received"),
    "billed": pgettext_lazy("order", "Billed"),
    "paid": pgettext_lazy("order", "Paid"),
    "closed": pgettext_lazy("order", "Closed"),
    "cancelled": pgettext_lazy("order", "Cancelled"),
    "rejected": pgettext_lazy("order", "Rejected"),
}
NEXT: dict[str, Promise] = {
    "": pgettext_lazy("next step", "nothing"),
    "approve": pgettext_lazy("next step", "Approve"),
    "send": pgettext_lazy("next step", "Send to the supplier"),
    "confirm": pgettext_lazy("next step", "Have it confirmed"),
    "pay_deposit": pgettext_lazy("next step", "Pay the deposit"),
    "follow": pgettext_lazy("next step", "Follow production"),
    "inspect": pgettext_lazy("next step", "Inspect"),
    "ship": pgettext_lazy("next step", "Have it shipped"),
    "receive": pgettext_lazy("next step", "Receive"),
    "bill": pgettext_lazy("next step", "Enter the bill"),
    "pay": pgettext_lazy("next step", "Pay"),
    "close": pgettext_lazy("next step", "Close short"),
    "refund": pgettext_lazy("next step", "Get the deposit back"),
}
ACTS: dict[str, Promise] = {
    "heard": pgettext_lazy("act", "Progress"),
    "confirm": pgettext_lazy("act", "Confirmation"),
    "inspect": pgettext_lazy("act", "Inspection"),
    "receive": pgettext_lazy("act", "Receive"),
    "bill": pgettext_lazy("act", "Bill"),
    "pay": pgettext_lazy("act", "Payment"),
    "credit": pgettext_lazy("act", "Credit note"),
    "return": pgettext_lazy("act", "Return"),
    "match": pgettext_lazy("act", "Differences"),
    "end": pgettext_lazy("act", "Close or cancel"),
}
ACT_OF: dict[str, str] = {
    "send": "heard", "confirm": "confirm", "pay_deposit": "pay", "follow": "heard", "inspect": "inspect", "ship": "heard",
    "receive": "receive", "bill": "bill", "pay": "pay", "close": "end", "refund": "pay",
}  # fmt: skip
"""The form that does the next step."""
STAGES: dict[str, Promise] = {
    "sent": pgettext_lazy("stage", "Sent to the supplier"),
    "started": pgettext_lazy("stage", "Production started"),
    "produced": pgettext_lazy("stage", "Production goes on"),
    "delayed": pgettext_lazy("stage", "Delayed"),
    "ready": pgettext_lazy("stage", "Goods ready"),
    "held": pgettext_lazy("stage", "Held back"),
    "released": pgettext_lazy("stage", "Released"),
    "loaded": pgettext_lazy("stage", "Loaded"),
    "bl_copy": pgettext_lazy("stage", "Copy of the bill of lading received"),
    "arrived": pgettext_lazy("stage", "Arrived at the port"),
}
EVENTS: dict[str, Promise] = {
    "proposed": pgettext_lazy("event", "Proposed"),
    "approved": pgettext_lazy("event", "Approved"),
    "rejected": pgettext_lazy("event", "Rejected"),
    "confirmed": pgettext_lazy("event", "Confirmed by the supplier"),
    "passed": pgettext_lazy("event", "Inspection passed"),
    "failed": pgettext_lazy("event", "Inspection failed"),
    "hold": pgettext_lazy("event", "Inspection: hold"),
    "closed": pgettext_lazy("event", "Closed"),
    "cancelled": pgettext_lazy("event", "Cancelled"),
    "reopened": pgettext_lazy("event", "Goes on"),
    "accepted": pgettext_lazy("event", "Difference accepted"),
    "disputed": pgettext_lazy("event", "Difference disputed"),
    "receipt": pgettext_lazy("event", "Received"),
    "shipment": pgettext_lazy("event", "Shipped by the supplier"),
    "supplier_return": pgettext_lazy("event", "Given back"),
    "cost_bill": pgettext_lazy("event", "Billed"),
    "supplier_credit": pgettext_lazy("event", "Credited"),
    "payment": pgettext_lazy("event", "Paid"),
    **STAGES,
}
TRIGGERS: dict[str, Promise] = {
    "order": pgettext_lazy("trigger", "with the order"),
    "confirmation": pgettext_lazy("trigger", "on confirmation"),
    "ready": pgettext_lazy("trigger", "before loading"),
    "shipped": pgettext_lazy("trigger", "on shipment"),
    "bl_copy": pgettext_lazy("trigger", "against copy of B/L"),
    "arrival": pgettext_lazy("trigger", "on arrival at port"),
    "receipt": pgettext_lazy("trigger", "on receipt"),
    "bill": pgettext_lazy("trigger", "by the bill"),
}
RESULTS: dict[str, Promise] = {
    "passed": pgettext_lazy("inspection", "Passed"),
    "hold": pgettext_lazy("inspection", "Hold until mended"),
    "failed": pgettext_lazy("inspection", "Failed"),
}
CAUSES: dict[str, Promise] = {
    "": pgettext_lazy("difference", "agrees"),
    "price": pgettext_lazy("difference", "price"),
    "quantity": pgettext_lazy("difference", "quantity: billed as ordered, less came"),
    "not_received": pgettext_lazy("difference", "nothing received"),
}
ENDS: dict[str, Promise] = {
    "closed": pgettext_lazy("end", "Close: nothing more will come"),
    "cancelled": pgettext_lazy("end", "Cancel: it is not to be delivered"),
    "reopened": pgettext_lazy("end", "Let it go on"),
}
FLOWS: dict[str, Promise] = {
    "suppliers": pgettext_lazy("cash", "Suppliers"),
    "freight": pgettext_lazy("cash", "Freight"),
    "duty_tax": pgettext_lazy("cash", "Duty and import tax"),
    "other": pgettext_lazy("cash", "Storage, fees and other"),
    "payouts": pgettext_lazy("cash", "Payouts of shops"),
    "tax_back": pgettext_lazy("cash", "Tax and rebates back"),
}
KINDS: dict[str, Promise] = {
    "bill": pgettext_lazy("payable", "Bill"),
    "credit": pgettext_lazy("payable", "Credit"),
    "account": pgettext_lazy("payable", "Paid on account"),
    "term": pgettext_lazy("payable", "Order"),
}


def said(words: dict[str, Promise], code: str) -> str:
    """The word of a code; the code itself where there is none."""
    return str(words.get(code, code))
