"""Columns and words of the cost-variance page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.books.selectors.variance import VarianceRow
from entrepot.core.components import FAMILY_OF
from entrepot.faces.web import families
from entrepot.faces.web.columns import document_page, sku_page
from entrepot.faces.web.tables import Column

CAUSES: dict[str, Promise] = {
    "price": _("Price"), "quantity": _("Quantity"), "rate": pgettext_lazy("cause", "Rate"), "rule": _("Rule"),
    "fx": _("Exchange rate"),
}  # fmt: skip
BASES: dict[str, Promise] = {
    "order": _("the order's price"), "offer": _("an offer"), "card": _("the rate card"), "rule": _("the rule book"),
    "history": _("earlier bills"),
}  # fmt: skip
GROUPS: dict[str, Promise] = {
    "bill": _("Bill"), "cause": _("Cause"), "supplier": _("Supplier"), "forwarder": _("Forwarder"), "sku": _("SKU"),
    "month": _("Month"), "component": _("Cost"),
}  # fmt: skip
KINDS: dict[str, Promise] = {
    "accrued": _("moved, not billed"), "expected": _("monthly bill stays away"), "overdue": _("billed, not paid"),
}  # fmt: skip


def variances(by: str) -> list[Column]:
    """The table by one grouping: what was accrued, what was billed, and the difference by cause."""
    first = {
        "bill": Column("key", GROUPS["bill"], read=lambda r: r.label, href=lambda r: document_page(r.bill)),
        "sku": Column("key", GROUPS["sku"], "sku", href=lambda r: sku_page(r.key)),
        "cause": Column("key", GROUPS["cause"], read=lambda r: str(CAUSES.get(r.key, r.key))),
        "component": Column("key", GROUPS["component"], read=lambda r: families.component(r.key)),
    }.get(by) or Column("key", GROUPS[by], read=lambda r: r.label)
    detail = [
        Column("component", _("Cost"), read=lambda r: families.component(r.component)),
        Column("supplier", _("Supplier")),
    ]
    why = [
        Column("basis", _("Estimated by"), read=lambda r: str(BASES.get(r.basis, r.basis)), href=_accrual),
        Column("reference", _("Card, rule or order"), href=_rule, wrap=True, optional=True),
    ]
    return [
        first,
        *(detail if by == "bill" else []),
        *([Column("label", _("Name"))] if by == "sku" else []),
        *([] if by == "bill" else [Column("bills", _("Bills"), "units")]),
        Column("accrued", _("Accrued"), "money", estimate=True),
        Column("billed", _("Billed"), "money"),
        Column("difference", _("Difference"), "money"),
        *(
            Column(
                cause, label, "money", read=lambda r, c=cause: getattr(r, c) or None, optional=True, shown=by != "cause"
            )
            for cause, label in CAUSES.items()
        ),
        *(why if by == "bill" else []),
    ]


def _accrual(row: VarianceRow) -> str:
    return document_page(row.accrual)


def _rule(row: VarianceRow) -> str:
    """The rule explorer for a rule, the accrual's document for a card, an order or earlier bills."""
    if row.basis == "rule":
        return f"{reverse('rules')}?q={row.reference.split(',')[0]}"
    return document_page(row.accrual)


def unbilled() -> list[Column]:
    """What waits for a bill, or for its payment."""
    return [
        Column("number", _("Document"), href=lambda r: document_page(r.document)),
        Column("kind", _("What is missing"), read=lambda r: str(KINDS.get(r.kind, r.kind))),
        Column("supplier", _("Supplier"), optional=True),
        Column("component", _("Cost"), read=lambda r: families.component(r.component)),
        Column("amount", _("Estimate"), "money", estimate=True),
        Column("since", _("Since"), "date"),
        Column("due", _("Usually billed by"), "date", optional=True),
        Column("late", _("Days late"), "days"),
        Column("reference", _("Estimated from"), wrap=True, optional=True, shown=False),
    ]


def family_of(component: str) -> str:
    """The family of a component, for its colour."""
    return FAMILY_OF.get(component, "selling")
