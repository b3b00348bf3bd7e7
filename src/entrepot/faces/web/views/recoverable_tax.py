"""Recoverable import tax: balances by country, what is outstanding, what needs a person, every decision and registration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.faces.web import import_tax_columns as columns
from entrepot.faces.web import import_tax_words as words
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import Column, Table
from entrepot.faces.web.views.export import send
from entrepot.faces.web.views.recovery import refused, table
from entrepot.workflows import recovery
from entrepot.workflows.recoverable import RecoverableTax, recoverable_tax

_KINDS = ("tax_registration", "cost_bill", "tax_return")
"""Documents that the page lives of."""


def _parts(found: RecoverableTax) -> dict[str, tuple[list[Column], Sequence[Any], str, str]]:
    """Table → columns, rows, default order, caption."""
    return {
        "balances": (columns.balances(), found.balances, "-home", _("By country")),
        "undecided": (columns.lines(), found.undecided, "-on", _("Needs a person")),
        "outstanding": (columns.opened(), found.open, "on", _("Outstanding, bill by bill")),
        "lines": (columns.lines(), found.lines, "-on", _("Every import tax and why")),
        "registrations": (columns.registrations(), found.registrations, "country", _("Registrations")),
    }


def _table(visit: Visit, name: str, found: RecoverableTax, *, everything: bool) -> Table:
    declared, rows, default, caption = _parts(found)[name]
    return table(visit, name, declared, rows, default, export=f"{reverse('recoverable-tax').rstrip('/')}/{name}",
                 everything=everything, caption=caption, prefix=f"{name[0]}{name[-2]}-")  # fmt: skip


@require_GET
@page
def recoverable(visit: Visit) -> HttpResponseBase:
    """The page."""
    if (page := refused(visit, "recoverable-tax")) is not None:
        return page
    found = recoverable_tax(visit.viewer, recovery.today(visit.viewer))
    tables = [_table(visit, name, found, everything=False) for name in _parts(found)]
    soon = min((row.expected for row in found.open if row.amount > 0 and row.expected >= found.on), default=None)
    late = sum(row.home for row in found.open if row.amount > 0 and row.expected < found.on)
    return visit.page(
        "web/recoverable_tax.html", "recoverable-tax", tables=[one for one in tables if one.page.total], found=found, soon=soon,
        late=late,
        needed=words.needed(), empty=not (found.lines or found.registrations), kinds=_KINDS,
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """One of the tables as a file."""
    visit.need("see_cost")
    found = recoverable_tax(visit.viewer, recovery.today(visit.viewer))
    if name not in _parts(found):
        raise Http404(name)
    return send(_table(visit, name, found, everything=True), suffix, visit.state.zone)
