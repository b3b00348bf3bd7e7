"""Columns of purchasing: orders, payables by age, open bills, shares to come, weeks of cash."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.books.selectors.shapes import Money
from entrepot.faces.web import order_words as words
from entrepot.faces.web.tables import Column

PRICE = "see_supplier_price"
Name = Callable[[str], str]


def orders(name_of: Name) -> list[Column]:
    """The list of orders."""
    return [
        Column("number", _("Order"), "sku", href=lambda r: reverse("order", args=[r.number])),
        Column("supplier", _("Supplier"), read=lambda r: name_of(r.supplier)),
        Column("state", _("State"), read=lambda r: words.said(words.STATES, r.state)),
        Column(
            "next", _("Next step"), read=lambda r: words.said(words.NEXT, r.next) if r.next else None, optional=True
        ),
        Column("next_due", _("Do it by"), "date", optional=True),
        Column("late_days", _("Days late"), "days", read=lambda r: r.late_days or None),
        Column("expected", _("Goods expected"), "date", optional=True),
        Column("ordered_on", _("Ordered on"), "date", shown=False),
        Column("lines", _("Lines"), "units", shown=False),
        Column("units", _("Units"), "units"),
        Column("received", _("Units received"), "units"),
        Column("amount", _("Amount"), "amount", needs=PRICE),
        Column("billed", _("Billed"), "amount", needs=PRICE, shown=False),
        Column("paid", _("Paid"), "amount", needs=PRICE),
        Column("to_pay", _("Still to pay"), "amount", needs=PRICE),
        Column("differences", _("Differences"), "units", read=lambda r: r.differences or None),
        Column("by", _("Proposed by"), shown=False, optional=True),
    ]


def aged(name_of: Name) -> list[Column]:
    """Suppliers by age of what is owed to them."""

    def part(place: int) -> Callable[[object], Money]:
        return lambda r: Money(r.buckets[place], r.total.currency)  # type: ignore[attr-defined]

    return [
        Column("supplier", _("Supplier"), read=lambda r: name_of(r.supplier)),
        Column("currency", _("Currency")),
        Column("not_due", _("Not due"), "amount", read=part(0)),
        Column("d30", _("1–30 days"), "amount", read=part(1)),
        Column("d60", _("31–60 days"), "amount", read=part(2)),
        Column("d90", _("61–90 days"), "amount", read=part(3)),
        Column("older", _("Older"), "amount", read=part(4)),
        Column("total", _("Unpaid"), "amount"),
        Column("base", _("Open, own currency"), "money"),
        Column("count", _("Papers"), "units", shown=False),
    ]


def owed(name_of: Name) -> list[Column]:
    """Open bills and credits."""
    return [
        Column("number", _("Bill"), "sku", href=lambda r: reverse("document", args=[r.document])),
        Column("kind", _("Kind"), read=lambda r: words.said(words.KINDS, r.kind)),
        Column("supplier", _("Supplier"), read=lambda r: name_of(r.supplier)),
        Column("on", _("Dated"), "date"),
        Column("due", _("Due"), "date"),
        Column("late_days", _("Days late"), "days", read=lambda r: r.late_days or None),
        Column("amount", _("Amount"), "amount", shown=False),
        Column("open", _("Unpaid"), "amount"),
        Column("base", _("Open, own currency"), "money"),
        Column("note", _("Note"), read=_note, sort=False, optional=True),
    ]


def to_come(name_of: Name) -> list[Column]:
    """Shares of orders that will be due."""
    return [
        Column("number", _("Order"), "sku", href=lambda r: reverse("order", args=[r.number])),
        Column("supplier", _("Supplier"), read=lambda r: name_of(r.supplier)),
        Column("trigger", pgettext_lazy("what is due", "Due"), read=lambda r: words.said(words.TRIGGERS, r.trigger)),
        Column("due", _("On"), "date"),
        Column("estimate", _("Day is"), read=lambda r: str(_("expected")) if r.estimate else str(_("known"))),
        Column("open", _("Amount"), "amount"),
        Column("base", _("Own currency"), "money"),
    ]


def weeks() -> list[Column]:
    """Thirteen weeks of cash, in the company's currency."""
    flows = [
        Column(name, words.FLOWS[name], "money", read=lambda r, name=name: r.of(name), sort=False)
        for name in ("suppliers", "freight", "duty_tax", "other")
    ]
    return [
        Column("start", _("Week from"), "date", sort=False),
        *flows,
        Column("out", _("Out"), "money", sort=False),
        Column(
            "estimated", _("of it estimated"), "money", read=lambda r: sum(r.expected[f.key] for f in flows), sort=False
        ),
        Column("payouts", words.FLOWS["payouts"], "money", estimate=True, read=lambda r: r.of("payouts"), sort=False),
        Column(
            "tax_back", words.FLOWS["tax_back"], "money", estimate=True, read=lambda r: r.of("tax_back"), sort=False
        ),
        Column("come", _("In"), "money", estimate=True, sort=False, shown=False),
        Column("running", _("Together since now"), "money", sort=False),
    ]


def _note(row: object) -> str | None:
    if getattr(row, "unrecorded", False):
        return str(_("no payment to this supplier was ever recorded"))
    return str(_("no due day on the bill")) if getattr(row, "estimate", False) else None
