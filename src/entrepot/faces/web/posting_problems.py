"""Why the books refuse a document, and what to do about it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

POSTING: dict[str, tuple[Promise, Promise]] = {
    "already_received": (
        pgettext_lazy("problem", "the goods of this shipment were received before it was entered"),
        pgettext_lazy("remedy", "withdraw the receipt, correct the shipment, and enter the receipt again"),
    ),
    "ambiguous_reference": (
        pgettext_lazy("problem", "several documents have the number that is referred to"),
        pgettext_lazy("remedy", "name the account or source of the document too"),
    ),
    "books_from_change": (
        pgettext_lazy("problem", "sales were posted already, so the first day of the books cannot be changed"),
        pgettext_lazy("remedy", "leave the day and the zone as they are, or set the books up anew in another folder"),
    ),
    "claimed_already": (
        pgettext_lazy("problem", "more units are claimed than the line has left"),
        pgettext_lazy("remedy", "claim no more than is left"),
    ),
    "currency_change": (
        pgettext_lazy("problem", "the company's books are kept in another currency already"),
        pgettext_lazy("remedy", "set up a new company for the new currency"),
    ),
    "empty_period": (
        pgettext_lazy("problem", "the period ends before it begins"),
        pgettext_lazy("remedy", "correct its dates"),
    ),
    "invalid_document": (
        pgettext_lazy("problem", "the document does not have the form that the books read"),
        pgettext_lazy("remedy", "correct the named field"),
    ),
    "manual_weights": (
        pgettext_lazy("problem", "the split does not give one weight for each target"),
        pgettext_lazy("remedy", "give one weight for each target line"),
    ),
    "missing_measure": (
        pgettext_lazy("problem", "a target of this split has no weight or size"),
        pgettext_lazy("remedy", "enter the item's unit weight and size, or choose another basis"),
    ),
    "mixed_targets": (
        pgettext_lazy("problem", "one line aims at targets of different kinds"),
        pgettext_lazy("remedy", "use a line for each kind"),
    ),
    "more_than_paid": (
        pgettext_lazy("problem", "more is asked back than was charged"),
        pgettext_lazy("remedy", "check the amount and the bill"),
    ),
    "no_company": (
        pgettext_lazy("problem", "the document does not say whose it is"),
        pgettext_lazy("remedy", "name the company"),
    ),
    "no_currency": (
        pgettext_lazy("problem", "no currency is given for the amount"),
        pgettext_lazy("remedy", "write its three letters, such as CNY"),
    ),
    "no_levy_accrued": (
        pgettext_lazy("problem", "no estimate of this scheme stands for the period"),
        pgettext_lazy("remedy", "accrue first, or enter the bill for the company and the period"),
    ),
    "no_lot": (
        pgettext_lazy("problem", "the goods of this line are not in the named document"),
        pgettext_lazy("remedy", "name the receipt of the item"),
    ),
    "no_place": (
        pgettext_lazy("problem", "the return does not say where the units came back"),
        pgettext_lazy("remedy", "name the location or the shop"),
    ),
    "no_target": (
        pgettext_lazy("problem", "the line does not say which goods it is for"),
        pgettext_lazy("remedy", "name the shipment, receipt or order"),
    ),
    "no_value": (
        pgettext_lazy("problem", "there is no value to go by"),
        pgettext_lazy("remedy", "post the goods' price first, or give a value and where it comes from"),
    ),
    "not_matching": (
        pgettext_lazy("problem", "invoice and declaration are of different items"),
        pgettext_lazy("remedy", "match lines of one item"),
    ),
    "not_ordered": (
        pgettext_lazy("problem", "the purchase order does not name this item"),
        pgettext_lazy("remedy", "correct the SKU or the order"),
    ),
    "nothing_to_refund": (
        pgettext_lazy("problem", "nothing of this kind was charged there"),
        pgettext_lazy("remedy", "check the number of the bill or entry"),
    ),
    "one_period": (
        pgettext_lazy("problem", "a period line has more than one target"),
        pgettext_lazy("remedy", "use a line for each period"),
    ),
    "other_currency": (
        pgettext_lazy("problem", "the amount is not in the company's own currency"),
        pgettext_lazy("remedy", "give it in the company's currency"),
    ),
    "out_of_range": (
        pgettext_lazy("problem", "a number or a date is out of range"),
        pgettext_lazy("remedy", "check the document's numbers and dates"),
    ),
    "overallocated": (
        pgettext_lazy("problem", "the shares of the payment exceed it"),
        pgettext_lazy("remedy", "correct the amount or the shares"),
    ),
    "partly_fulfilled": (
        pgettext_lazy("problem", "orders are fulfilled in part and stay open until they are fulfilled whole"),
        pgettext_lazy("remedy", "import the export again when they are"),
    ),
    "period_state": (
        pgettext_lazy("problem", "the period is closed already, or is not closed"),
        pgettext_lazy("remedy", "look at the list of months"),
    ),
    "same_cell": (
        pgettext_lazy("problem", "origin and destination are the same"),
        pgettext_lazy("remedy", "name two different places or conditions"),
    ),
    "same_company": (
        pgettext_lazy("problem", "buyer and seller are the same company"),
        pgettext_lazy("remedy", "name the other company"),
    ),
    "too_many_units": (
        pgettext_lazy("problem", "a line moves more units than can be valued"),
        pgettext_lazy("remedy", "check the quantity"),
    ),
    "weight_too_large": (
        pgettext_lazy("problem", "the weights of the split are too large"),
        pgettext_lazy("remedy", "check the weights"),
    ),
    "which_line": (
        pgettext_lazy("problem", "the document has no such line, or several"),
        pgettext_lazy("remedy", "name one line: number#line"),
    ),
    "wrong_company": (
        pgettext_lazy("problem", "this belongs to another company"),
        pgettext_lazy("remedy", "correct the company or what is referred to"),
    ),
    "wrong_currency": (
        pgettext_lazy("problem", "the claim is in another currency than the invoice"),
        pgettext_lazy("remedy", "use the invoice's currency"),
    ),
    "wrong_lot": (
        pgettext_lazy("problem", "the named lot does not hold this item"),
        pgettext_lazy("remedy", "name the receipt of this item"),
    ),
    "wrong_settlement": (
        pgettext_lazy("problem", "this cannot be what the claim comes to"),
        pgettext_lazy("remedy", "check the claim line, the currency and the amount"),
    ),
    "wrong_target": (
        pgettext_lazy("problem", "the named document has no units that this can fall on"),
        pgettext_lazy("remedy", "aim at a receipt, a transfer or an issue"),
    ),
    "no_goods": (
        pgettext_lazy("problem", "no item is named"),
        pgettext_lazy("remedy", "name at least one item"),
    ),
}
