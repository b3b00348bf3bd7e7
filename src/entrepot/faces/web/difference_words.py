"""Words of stock differences: what differs, why it may, and what to do about it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DIFFERENCE_WORDS: dict[str, dict[str, Promise]] = {
    "difference_what": {
        "sellable": pgettext_lazy("stock", "sellable"),
        "unsellable": pgettext_lazy("stock", "unsellable"),
        "defective": pgettext_lazy("stock", "defective"),
        "damaged": pgettext_lazy("stock", "damaged"),
        "customer_damaged": pgettext_lazy("stock", "damaged by the customer"),
        "carrier_damaged": pgettext_lazy("stock", "damaged by the carrier"),
        "warehouse_damaged": pgettext_lazy("stock", "damaged in the warehouse"),
        "distributor_damaged": pgettext_lazy("stock", "damaged by the distributor"),
        "expired": pgettext_lazy("stock", "expired"),
        "reserved_orders": pgettext_lazy("stock", "reserved for customers"),
        "inbound": pgettext_lazy("stock", "inbound"),
        "inbound_working": pgettext_lazy("stock", "inbound, being prepared"),
    },
    "stock_stage": {
        "on_hand": pgettext_lazy("stock", "on hand"),
        "available": pgettext_lazy("stock", "available"),
        "reserved": pgettext_lazy("stock", "reserved"),
        "reserved_orders": pgettext_lazy("stock", "reserved for customers"),
        "reserved_transfer": pgettext_lazy("stock", "moving between its warehouses"),
        "reserved_processing": pgettext_lazy("stock", "set aside for processing"),
        "researching": pgettext_lazy("stock", "being searched for"),
        "inbound_working": pgettext_lazy("stock", "inbound, being prepared"),
        "inbound_shipped": pgettext_lazy("stock", "inbound, shipped"),
        "inbound_receiving": pgettext_lazy("stock", "inbound, being received"),
    },
    "difference_guess": {
        "reserved": pgettext_lazy("difference", "held for open orders"),
        "researching": pgettext_lazy("difference", "still searched for there"),
        "condition": pgettext_lazy("difference", "in another condition"),
        "label": pgettext_lazy("difference", "labels mixed up"),
        "late_booking": pgettext_lazy("difference", "booked about then"),
        "receiving": pgettext_lazy("difference", "still being received"),
        "under_way": pgettext_lazy("difference", "arrived, not booked"),
        "return_due": pgettext_lazy("difference", "return not booked"),
        "units": pgettext_lazy("difference", "counted in packs"),
        "disposal": pgettext_lazy("difference", "disposal not booked"),
        "not_known_there": pgettext_lazy("difference", "SKU not known there"),
        "not_booked": pgettext_lazy("difference", "not in the books"),
        "not_told": pgettext_lazy("difference", "not in the report"),
    },
    "difference_action": {
        "reserved": _(
            "The report counts only what is available; the books hold the missing units for open orders. "
            "Nothing to do until they ship."
        ),
        "researching": _(
            "The books wrote these units off while the place still looks for them. Wait for its answer; units that it "
            "finds come back through its ledger."
        ),
        "condition": _(
            "As many units differ the other way in another condition of this SKU. Book the change of condition."
        ),
        "label": _(
            "Another SKU here differs by as many units the other way. Look at the labels on the shelf, then count both."
        ),
        "late_booking": _(
            "A movement of this size was booked within three days of the report. It should agree in the next report."
        ),
        "receiving": _(
            "The books hold the goods as arrived while the place is still receiving them. Wait, or correct the receipt."
        ),
        "under_way": _("The place holds units that the books still have under way. Book the receipt."),
        "return_due": _("Customers were refunded and their goods are not booked back. Import the returns report."),
        "units": _("One figure is the other times the units of a pack. Check whether pieces or cartons were counted."),
        "disposal": _("Unsellable units are gone there. Import the ledger, or book their disposal."),
        "not_known_there": _(
            "The place lists all its SKUs and this one is not among them. Check the SKU, and where the goods went."
        ),
        "not_booked": _("The place knows of more than the books. Enter the shipment, or import the orders."),
        "not_told": _(
            "The books know of more than the place. Check that the shipment was announced there, or that the orders are "
            "still open."
        ),
    },
}
