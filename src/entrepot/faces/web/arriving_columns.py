"""Tables of the pages of stock work: arrivals, shipments and their lines."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.books.selectors.arriving import Arriving
from entrepot.faces.web import sentences
from entrepot.faces.web.columns import document_page, sku_page
from entrepot.faces.web.tables import Column


def arrival_page(row: Arriving) -> str:
    """Address of an arrival."""
    return reverse("arrival", args=[row.kind, row.number])


def arrivals() -> list[Column]:
    """What is to be received."""
    return [
        Column("number", _("Number"), "sku", href=arrival_page),
        Column("kind", _("Kind"), read=lambda r: sentences.word("document", r.kind)),
        Column("origin", _("From")),
        Column("place", _("To"), read=lambda r: r.place or r.place_code),
        Column("due", pgettext_lazy("arrival", "Due"), "date"),
        Column("late", _("Late"), read=lambda r: _("late") if r.late else "", optional=True),
        Column("promised", _("Promised"), "units"),
        Column("came", pgettext_lazy("order line", "Received"), "units"),
        Column("open", _("To come"), "units"),
        Column("container", _("Container"), optional=True),
    ]


def shipments() -> list[Column]:
    """Shipments and how far they are."""
    return [
        Column("number", _("Shipment"), "sku", href=arrival_page),
        Column("origin", _("From")),
        Column("place", _("To")),
        Column("mode", _("By"), read=lambda r: sentences.word("mode", r.mode)),
        Column("left", _("Left"), "date"),
        Column("due", _("Expected"), "date"),
        Column("state", _("State"), read=lambda r: sentences.word("arrival", "late" if r.late else r.state)),
        Column("promised", _("Sent"), "units"),
        Column("came", _("Arrived"), "units"),
        Column("open", _("Under way"), "units"),
        Column("carrier", _("Carrier"), optional=True),
        Column("container", _("Container"), optional=True),
        Column(
            "document",
            _("Document"),
            read=lambda r: _("open"),
            href=lambda r: document_page(str(r.document)),
            sort=False,
        ),
    ]


def lines() -> list[Column]:
    """Items of one arrival."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("name", _("Name")),
        Column("promised", _("Promised"), "units"),
        Column("came", pgettext_lazy("order line", "Received"), "units"),
        Column("open", _("To come"), "units"),
    ]


def cartons() -> list[Column]:
    """The packing list of a shipment."""
    return [
        Column("number", _("Carton"), optional=True),
        Column("cartons", _("Cartons"), "units"),
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("units", _("Units each"), "units"),
        Column("weight_g", _("Weight g"), "units", optional=True),
        Column("size", _("Size mm"), optional=True),
    ]
