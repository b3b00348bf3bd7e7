"""Columns of losses and of reimbursements that a person has to place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.books.selectors.naming import named
from entrepot.faces.web import loss_words as words
from entrepot.faces.web.columns import document_page, sku_page
from entrepot.faces.web.tables import SEE_COST, Column


def _money(key: str, label: Any, *, shown: bool = True, optional: bool = False) -> Column:
    return Column(key, label, "money", needs=SEE_COST, shown=shown, optional=optional)


def losses(place: Callable[[str], str]) -> list[Column]:
    """One row a loss: units and the claim for everybody, money for who may see cost."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("name", _("Name"), read=lambda r: named(r.name, r.name_zh), wrap=True, shown=False),
        Column("on", _("Date"), "date"),
        Column("place", _("Location"), read=lambda r: place(r.place)),
        Column("purpose", pgettext_lazy("loss", "What happened"), read=lambda r: str(words.PURPOSES.get(r.purpose, r.purpose)),
               wrap=True),
        Column("cause", pgettext_lazy("loss", "Cause"), read=lambda r: str(words.CAUSES[r.cause]), wrap=True),
        Column("units", _("Units"), "units"),
        Column("repaid_units", _("Units repaid"), "units", read=lambda r: r.repaid_units or None, optional=True, shown=False),
        _money("landed", _("Had cost")),
        _money("purchase", _("of it goods"), shown=False),
        _money("first_leg", _("of it freight"), shown=False),
        _money("duty_tax", _("of it duty and tax"), shown=False),
        Column("back", _("Repaid"), "money", read=lambda r: r.back or None, needs=SEE_COST, optional=True),
        Column("repaid", _("Repaid, stated"), "money", read=lambda r: r.repaid or None, needs=SEE_COST, optional=True,
               shown=False),
        Column("derived", _("Repaid, derived"), "money", read=lambda r: r.derived or None, needs=SEE_COST, optional=True,
               shown=False),
        _money("remainder", _("Stays as loss")),
        Column("gain", _("Beyond its cost"), "money", read=lambda r: r.gain or None, needs=SEE_COST, optional=True, shown=False),
        Column("state", pgettext_lazy("loss", "Claim"), read=lambda r: str(words.STATES[r.state])),
        _money("expected", _("Can be claimed"), optional=True, shown=False),
        Column("deadline", _("Claim by"), "date", optional=True),
        Column("days", _("Days left"), "days", optional=True, shown=False),
        Column("how", _("Linked because"), read=lambda r: words.how(r.how), wrap=True, optional=True, shown=False),
        Column("papers", _("Reimbursements"), read=lambda r: ", ".join(r.papers), optional=True, wrap=True, sort=False,
               shown=False),
        Column("number", _("Document"), href=lambda r: document_page(str(r.document))),
        Column("reason", pgettext_lazy("loss", "Reason"), optional=True, wrap=True, shown=False),
        Column("source", _("Rule"), optional=True, wrap=True, shown=False),
    ]  # fmt: skip


_CLAIM = ("sku", "deadline", "days", "open", "expected", "cause", "purpose", "on", "place", "state", "number")


def claims(place: Callable[[str], str]) -> list[Column]:
    """What can still be claimed: the same columns, those first that a claim needs."""
    rest = Column("open", _("Units to claim"), "units")
    every = {column.key: column for column in (rest, *losses(place))}
    first = [replace(every[key], shown=True) for key in _CLAIM]
    return [*first, *(replace(column, shown=False) for key, column in every.items() if key not in _CLAIM)]


def left(place: Callable[[str], str]) -> list[Column]:
    """Reimbursements that no loss is certain for."""
    return [
        Column("number", _("Reimbursement"), href=lambda r: document_page(str(r.document))),
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku) if r.sku else ""),
        Column("on", _("Date"), "date"),
        Column("place", _("Location"), read=lambda r: place(r.place)),
        Column("units", _("Units"), "units", optional=True),
        _money("amount", _("Repaid")),
        Column("reason", pgettext_lazy("loss", "Reason"), optional=True),
        Column("why", _("Not linked because"), read=lambda r: str(words.WHY[r.why]), wrap=True),
        Column("candidates", _("May be for"), read=lambda r: ", ".join(r.candidates), optional=True, wrap=True, sort=False),
        Column("order", _("Order"), optional=True, shown=False),
        Column("case", pgettext_lazy("loss", "Case"), optional=True, shown=False),
    ]  # fmt: skip
