"""Columns of the pages on money that can be had back: disputed bills, storage ahead, rebates, duty refunds, ways out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.books.selectors.naming import named
from entrepot.books.selectors.shapes import Money
from entrepot.faces.web import recovery_words as words
from entrepot.faces.web.columns import document_page, sku_page
from entrepot.faces.web.tables import SEE_COST, Column


def own_money(name: str, *, estimate: bool = False) -> Callable[[Any], Money | None]:
    """An amount of the row in the row's own currency; ``None`` where it is not known."""

    def read(row: Any) -> Money | None:
        value = getattr(row, name)
        return None if value is None else Money(value, row.currency, estimate)

    return read


def disputes(name: Callable[[str], str]) -> list[Column]:
    """Every difference between a bill and its rate card."""
    return [
        Column("number", _("Bill"), href=lambda r: reverse("audited-bill", args=[r.bill])),
        Column("code", pgettext_lazy("bill", "Charge")),
        Column("cause", pgettext_lazy("dispute", "Cause"), read=lambda r: words.cause(r.cause)),
        Column("amount", _("Too much"), "amount", read=own_money("amount"), needs=SEE_COST),
        Column("reason", pgettext_lazy("dispute", "Reason"), read=words.dispute, sort=False, wrap=True),
        Column("billed", _("Billed"), "amount", read=own_money("billed"), needs=SEE_COST),
        Column("expected", _("By the card"), "amount", read=own_money("expected"), needs=SEE_COST),
        Column("supplier", _("Forwarder"), read=lambda r: name(r.supplier)),
        Column("shipment", _("Shipment")),
        Column("card", _("Rate card"), shown=False),
        Column("on", _("Date"), "date"),
        Column("due", _("Due"), "date", optional=True),
    ]


def bills(name: Callable[[str], str]) -> list[Column]:
    """Bills with what is in dispute, or why they were not compared."""
    return [
        Column("number", _("Bill"), href=lambda r: reverse("audited-bill", args=[r.key])),
        Column("supplier", _("Forwarder"), read=lambda r: name(r.supplier)),
        Column("on", _("Date"), "date"),
        Column("billed", _("Billed"), "amount", read=own_money("billed"), needs=SEE_COST),
        Column("disputed", _("In dispute"), "amount", read=_disputed, needs=SEE_COST),
        Column("shipments", _("Shipment"), read=lambda r: ", ".join(r.shipments)),
        Column("cartons", _("Cartons"), "units", read=lambda r: r.cartons or None, optional=True),
        Column("kilograms", "kg", "decimal", read=lambda r: _number(r.kilograms), optional=True),
        Column("cubic_metres", "m³", "decimal", read=lambda r: _number(r.cubic_metres), optional=True),
        Column("card", _("Rate card"), optional=True),
        Column("problem", _("Not compared because"), read=lambda r: words.problem(r.problem), optional=True, wrap=True),
    ]


def _number(text: str) -> float | None:
    return float(text.replace(",", "")) if text else None


def _disputed(row: Any) -> Money | None:
    """Nothing where the bill was not compared, or nothing is disputed."""
    return Money(row.disputed, row.currency) if row.disputed and not row.problem else None


def lots(on: Any) -> list[Column]:
    """Platform lots with what they will cost in storage."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("lot", _("Lot"), read=lambda r: r.lot.rsplit(" ", 1)[0], href=_fees_of),
        Column("marketplace", _("Marketplace")),
        Column("received", _("Received"), "date"),
        Column("age", _("Age, days"), "days", read=lambda r: r.age(on)),
        Column("units", _("Units"), "units"),
        Column("amount", _("Storage and age"), "amount", read=own_money("amount", estimate=True), needs=SEE_COST),
        Column("surcharge", _("of it for age"), "amount", read=own_money("surcharge", estimate=True), needs=SEE_COST),
        Column("left", _("Units left then"), "units", read=lambda r: round(r.left), estimate=True),
        Column("needs", _("Still needed"), read=lambda r: words.way_needs(r.needs), optional=True, wrap=True),
    ]


def _fees_of(row: Any) -> str:
    return f"{reverse('storage')}?{urlencode({'sku': row.sku})}"


def fees() -> list[Column]:
    """The fees of one lot, month by month."""
    return [
        Column("label", _("Fee"), read=lambda r: words.fee(r.label)),
        Column("amount", _("Amount"), "amount", read=own_money("amount", estimate=True), needs=SEE_COST),
        Column("rule", _("Rule"), read=lambda r: r.basis.rule, wrap=True, optional=True),
        Column("source", _("Source"), read=lambda r: r.basis.source, wrap=True, optional=True),
        Column("needs", _("Still needed"), read=lambda r: words.way_needs(r.needs), optional=True, wrap=True),
    ]


def claims(name: Callable[[str], str]) -> list[Column]:
    """Lines of claims."""
    return [
        Column("claim", _("Claim"), read=lambda r: f"{r.claim}#{r.line}", href=lambda r: document_page(r.document)),
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("state", _("State"), read=lambda r: words.state(r.state)),
        Column("units", _("Units"), "units"),
        Column("amount", pgettext_lazy("rebate", "Refund"), "amount", read=own_money("amount"), needs=SEE_COST),
        Column("kept", _("Tax in the cost"), "amount", read=own_money("kept"), needs=SEE_COST),
        Column("rate_bp", _("Rebate rate"), "percent", read=lambda r: round(r.rate_bp / 10)),
        Column("base", _("Price without tax"), "amount", read=own_money("base"), needs=SEE_COST, shown=False),
        Column("tax", _("VAT"), "amount", read=own_money("tax"), needs=SEE_COST, shown=False),
        Column("supplier", _("Supplier"), read=lambda r: name(r.supplier)),
        Column("invoice", _("VAT invoice")),
        Column("declaration", _("Declaration"), optional=True),
        Column("mode", pgettext_lazy("customs", "Mode"), optional=True),
        Column("on", _("Claimed on"), "date"),
        Column("deadline", _("Settle by"), "date", optional=True),
    ]


def claim_sums() -> list[Column]:
    """Claims and their cash."""
    return [
        Column("claim", _("Claim"), href=lambda r: document_page(r.document)),
        Column("on", _("Claimed on"), "date"),
        Column("amount", pgettext_lazy("rebate", "Refund"), "amount", read=own_money("amount"), needs=SEE_COST),
        Column("received", _("Received"), "amount", read=own_money("received"), needs=SEE_COST),
        Column("outstanding", _("Outstanding"), "amount", read=own_money("outstanding"), needs=SEE_COST),
        Column("days", _("Days to the money"), "days", optional=True),
    ]


def open_invoices(name: Callable[[str], str]) -> list[Column]:
    """Invoiced units that no claim has taken."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("invoice", _("VAT invoice"), read=lambda r: f"{r.invoice}#{r.line}",
               href=lambda r: document_page(r.document)),
        Column("supplier", _("Supplier"), read=lambda r: name(r.supplier)),
        Column("units", _("Units left"), "units"),
        Column("rebate", _("Refund waiting"), "amount", read=own_money("rebate", estimate=True), needs=SEE_COST),
        Column("tax", _("VAT"), "amount", read=own_money("tax"), needs=SEE_COST),
        Column("deadline", _("Claim by"), "date", optional=True),
        Column("days", _("Days left"), "days", optional=True),
        Column("declaration", _("Goes with declaration"), optional=True, wrap=True),
        Column("on", _("Invoice of"), "date"),
    ]  # fmt: skip


def open_declarations() -> list[Column]:
    """Exported units without invoice."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("declaration", _("Declaration"), read=lambda r: f"{r.declaration}#{r.line}",
               href=lambda r: document_page(r.document)),
        Column("mode", pgettext_lazy("customs", "Mode")),
        Column("missing", _("Units without invoice"), "units", read=lambda r: r.units - r.invoiced),
        Column("invoiced", _("An invoice is there for"), "units", shown=False),
        Column("on", _("Exported on"), "date"),
        Column("deadline", _("Claim by"), "date"),
        Column("days", _("Days left"), "days"),
    ]  # fmt: skip


def proposals() -> list[Column]:
    """Claim lines to file."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("invoice", _("VAT invoice")),
        Column("declaration", _("Declaration")),
        Column("units", _("Units"), "units"),
        Column(
            "rate_bp", _("Rebate rate"), "percent", read=lambda r: None if r.rate_bp is None else round(r.rate_bp / 10)
        ),
        Column(
            "rebate",
            pgettext_lazy("rebate", "Refund"),
            "amount",
            read=own_money("rebate", estimate=True),
            needs=SEE_COST,
        ),
        Column("deadline", _("Claim by"), "date"),
    ]


def suppliers(name: Callable[[str], str]) -> list[Column]:
    """Suppliers with and without invoice."""

    def cost(code: str) -> Callable[[Any], Money | None]:
        return lambda row: next((Money(w.cost, row.currency, True) for w in row.ways if w.way == code), None)

    return [
        Column("supplier", _("Supplier"), read=lambda r: name(r.supplier)),
        Column("gross", _("Bought with invoice"), "amount", read=own_money("gross"), needs=SEE_COST),
        Column("refund", _("Refund claimed"), "amount", read=own_money("refund"), needs=SEE_COST),
        Column("waiting", _("Refund waiting"), "amount", read=own_money("waiting", estimate=True), needs=SEE_COST),
        Column("days", _("Days to the money"), "days", read=lambda r: r.days or None, optional=True),
        Column("break_even_bp", _("Even at a discount of"), "percent", needs=SEE_COST,
               read=lambda r: None if r.break_even_bp is None else round(r.break_even_bp / 10)),
        *(Column(code, words.BUYING[code], "amount", read=cost(code), needs=SEE_COST, sort=False)
          for code in ("with_invoice", "verified")),
        Column("best", _("Cheapest"), read=lambda r: words.buying(r.ways[0].way) if r.ways else "", sort=False),
    ]  # fmt: skip


def refunds() -> list[Column]:
    """Refunds of import duty."""
    return [
        Column("refund", _("Duty refund"), href=lambda r: reverse("duty-refund", args=[r.document])),
        Column("on", _("Date"), "date"),
        Column("aimed", _("Entry or bill")),
        Column("amount", _("Duty back"), "amount", read=own_money("amount"), needs=SEE_COST),
        Column("interest", _("Interest, income"), "amount", read=own_money("interest"), needs=SEE_COST),
        Column("base", _("Off the cost of lots"), "money", needs=SEE_COST),
        Column("lots", _("Lots"), "units"),
        Column("reason", _("Why"), wrap=True, optional=True),
    ]


def credited() -> list[Column]:
    """What of a refund fell on each SKU."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("name", _("Name"), wrap=True),
        Column("total", _("Less cost"), "money", needs=SEE_COST),
        Column("sold", _("of it on units that left"), "money", needs=SEE_COST),
        Column("on_hand", _("of it on units on hand"), "money", needs=SEE_COST),
    ]


def unsalable(place: Callable[[str], str]) -> list[Column]:
    """Unsalable lots with their best way out."""
    return [
        Column("sku", _("SKU"), "sku", href=_lot),
        Column("name", _("Name"), read=lambda r: named(r.name, r.name_zh), wrap=True, shown=False),
        Column("place", _("Location"), read=lambda r: place(r.place)),
        Column("condition", _("Condition"), read=lambda r: words.condition(r.condition)),
        Column("units", _("Units"), "units"),
        Column("best", _("Best way"), read=lambda r: words.way(r.best_name) or str(_("prices are missing")), href=_lot,
               wrap=True),
        Column("net", _("It costs (−: brings)"), "money", needs=SEE_COST),
        Column("gain", _("Saved against the dearest"), "money", needs=SEE_COST, optional=True),
        Column("carrying", _("Book value"), "money", needs=SEE_COST),
        Column("loss", _("Lost in all"), "money", needs=SEE_COST, optional=True),
        Column("days", _("Age, days"), "days"),
    ]  # fmt: skip


def _lot(row: Any) -> str:
    return f"{reverse('salvage-lot')}?{urlencode({'sku': row.sku, 'place': row.place, 'condition': row.condition})}"
