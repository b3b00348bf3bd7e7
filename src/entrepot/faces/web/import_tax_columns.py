"""Columns of the page on recoverable import tax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.books.selectors.shapes import Money
from entrepot.faces.web import import_tax_words as words
from entrepot.faces.web.tables import SEE_COST, Column


def _money(name: str) -> Callable[[Any], Money]:
    return lambda row: Money(getattr(row, name), row.currency, getattr(row, "estimate", False))


def _bill(row: Any) -> str:
    return reverse("document", args=[row.key]) if row.key else ""


def balances() -> list[Column]:
    """One row a country and currency."""
    return [
        Column("country", _("Country")),
        Column("outstanding", _("Outstanding"), "amount", read=_money("outstanding"), needs=SEE_COST),
        Column("home", _("In the books"), "money", needs=SEE_COST),
        Column("oldest", _("Oldest, days"), "days", optional=True),
        Column("late", _("Later than usual"), "amount", read=lambda r: Money(r.late, r.currency) if r.late else None,
               needs=SEE_COST, optional=True),
        Column("claimed", _("Recoverable"), "amount", read=_money("claimed"), needs=SEE_COST),
        Column("returned", _("Came back"), "amount", read=_money("returned"), needs=SEE_COST),
        Column("usual", _("Usual wait, days"), "days", optional=True),
        Column("registration", _("Registration"), optional=True),
    ]  # fmt: skip


def opened() -> list[Column]:
    """What is outstanding, bill by bill."""
    return [
        Column("number", _("Bill"), href=_bill),
        Column("country", _("Country")),
        Column("amount", _("Outstanding"), "amount", read=_money("amount"), needs=SEE_COST),
        Column("home", _("In the books"), "money", needs=SEE_COST),
        Column("on", _("Tax point"), "date"),
        Column("days", pgettext_lazy("import tax", "Days"), "days"),
        Column("expected", _("Expected back"), "date"),
        Column(
            "assumed",
            _("Expected by"),
            read=lambda r: str(_("usual wait, assumed")) if r.assumed else str(_("earlier returns")),
        ),
    ]


def lines() -> list[Column]:
    """The decision for every line of import tax."""
    return [
        Column("number", _("Bill"), href=_bill),
        Column("country", _("Country"), optional=True),
        Column("tax", _("Import tax"), "amount", read=_money("tax"), needs=SEE_COST),
        Column("back", _("Comes back"), "amount", read=_money("back"), needs=SEE_COST),
        Column("cost", pgettext_lazy("import tax", "Cost"), "amount", read=_money("cost"), needs=SEE_COST),
        Column("reason", pgettext_lazy("import tax", "Why"), read=words.reason, sort=False, wrap=True),
        Column("importer", _("Importer of record"), optional=True),
        Column("on", _("Tax point"), "date"),
        Column(
            "scheme",
            pgettext_lazy("import tax", "Accounted"),
            read=lambda r: words.scheme(r.scheme),
            shown=False,
            optional=True,
        ),
        Column("supplier", _("From"), optional=True, shown=False),
    ]


def registrations() -> list[Column]:
    """Tax numbers of the company."""
    return [
        Column("country", _("Country")),
        Column("scheme", pgettext_lazy("registration", "Kind"), read=lambda r: words.kind(r.scheme)),
        Column("number", _("Number")),
        Column("valid_from", _("Valid from"), "date"),
        Column("valid_to", _("Valid to"), "date", optional=True),
        Column(
            "share",
            _("Import tax that comes back"),
            read=words.share,
            optional=True,
        ),
    ]
