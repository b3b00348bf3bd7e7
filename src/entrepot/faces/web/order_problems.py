"""What cannot be done with an order, and what to do about it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

ORDERS: dict[str, tuple[Promise, Promise]] = {
    "own_order": (
        pgettext_lazy("problem", "Nobody approves his own order"),
        pgettext_lazy("remedy", "Ask a colleague who may approve orders."),
    ),
    "over_credit": (
        pgettext_lazy("problem", "More is taken of the credit than is left"),
        pgettext_lazy("remedy", "Take what is left of it."),
    ),
    "over_refund": (
        pgettext_lazy("problem", "More comes back than was paid on the order"),
        pgettext_lazy("remedy", "Enter what came back of the deposit."),
    ),
    "second_person": (
        pgettext_lazy("problem", "A second person approves orders of this company"),
        pgettext_lazy("remedy", "Propose the order; a colleague approves it."),
    ),
    "over_limit": (
        pgettext_lazy("problem", "The order is beyond what you may approve"),
        pgettext_lazy("remedy", "Ask somebody with a higher limit."),
    ),
    "order_decided": (
        pgettext_lazy("problem", "This was decided already"),
        pgettext_lazy("remedy", "Look at the order again."),
    ),
    "proposal_changed": (
        pgettext_lazy("problem", "The proposal was changed since you looked at it"),
        pgettext_lazy("remedy", "Look at it again, then decide."),
    ),
    "order_cancelled": (
        pgettext_lazy("problem", "The order was cancelled"),
        pgettext_lazy(
            "remedy",
            "Let it go on if that was a mistake; enter money that came back as a negative payment.",
        ),
    ),
    "order_received": (
        pgettext_lazy("problem", "Goods of this order were received"),
        pgettext_lazy("remedy", "Close it: what has not come will not be expected."),
    ),
    "order_used": (
        pgettext_lazy("problem", "Goods were received or money was paid on this order"),
        pgettext_lazy("remedy", "Cancel or close it instead."),
    ),
    "order_placed": (
        pgettext_lazy("problem", "The order was placed"),
        pgettext_lazy("remedy", "Cancel it instead."),
    ),
    "over_receipt": (
        pgettext_lazy("problem", "More than was ordered and is tolerated"),
        pgettext_lazy("remedy", "Count again; else change the order, or receive the rest without it."),
    ),
    "over_bill": (
        pgettext_lazy("problem", "The payment is more than what is open on the bill"),
        pgettext_lazy("remedy", "Pay what is open, or enter the rest as a payment on account."),
    ),
    "over_order": (
        pgettext_lazy("problem", "The payment is more than what is open on the order"),
        pgettext_lazy("remedy", "Pay what is open, or enter the bill first."),
    ),
    "empty_payment": (
        pgettext_lazy("problem", "The payment is of nothing"),
        pgettext_lazy("remedy", "Give the amount that was paid."),
    ),
    "nothing_received": (
        pgettext_lazy("problem", "No quantity is given"),
        pgettext_lazy("remedy", "Say how many units came."),
    ),
    "nothing_billed": (
        pgettext_lazy("problem", "No amount is given"),
        pgettext_lazy("remedy", "Say what the bill asks for."),
    ),
    "nothing_credited": (
        pgettext_lazy("problem", "No amount is given"),
        pgettext_lazy("remedy", "Say what is credited."),
    ),
    "nothing_returned": (
        pgettext_lazy("problem", "No quantity is given"),
        pgettext_lazy("remedy", "Say how many units go back."),
    ),
    "unknown_receipt_of": (
        pgettext_lazy("problem", "Nothing of this line was received yet"),
        pgettext_lazy("remedy", "Receive the goods first, then enter their bill."),
    ),
    "no_day": (
        pgettext_lazy("problem", "A delay needs the new day"),
        pgettext_lazy("remedy", "Say when the goods will be ready."),
    ),
    "future_day": (
        pgettext_lazy("problem", "This day has not come yet"),
        pgettext_lazy("remedy", "Give the day on which it happened."),
    ),
    "wrong_order_line": (
        pgettext_lazy("problem", "The order has no such line"),
        pgettext_lazy("remedy", "Fix the order line."),
    ),
    "unknown_order": (
        pgettext_lazy("problem", "There is no such order"),
        pgettext_lazy("remedy", "Look at the list of orders."),
    ),
    "bad_value": (
        pgettext_lazy("problem", "This value makes no sense here"),
        pgettext_lazy("remedy", "Correct it."),
    ),
    "unknown_act": (
        pgettext_lazy("problem", "this cannot be done with an order"),
        pgettext_lazy("remedy", "look at the order again"),
    ),
}
