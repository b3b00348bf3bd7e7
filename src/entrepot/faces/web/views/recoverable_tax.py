"""Recoverable import tax: balances by country, what is outstanding, what needs a person, every decision and registration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
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
from entrepot.workflows.tax_whatif import RegistrationEffect, if_registered

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
    wish = _wish(visit)
    return visit.page(
        "web/recoverable_tax.html", "recoverable-tax", tables=[one for one in tables if one.page.total], found=found, soon=soon,
        late=late,
        wish=wish, then=_then(visit, wish), countries=sorted({row.country for row in found.lines if row.country}),
        needed=words.needed(), empty=not (found.lines or found.registrations), kinds=_KINDS,
    )  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What if the company were registered in ``country`` from ``since`` on; ``problem``: why that cannot be answered."""

    country: str
    since: date | None
    ourselves: bool
    problem: str = ""


def _wish(visit: Visit) -> Wish:
    form = visit.request.GET
    country, day = form.get("country", "").strip().upper()[:2], form.get("since", "").strip()
    ourselves = bool(form.get("ourselves"))
    if not (country or day):
        return Wish("", None, ourselves)
    try:
        since = date.fromisoformat(day)
    except ValueError:
        return Wish(country, None, ourselves, _("Say a country and a day such as 2026-01-01."))
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        return Wish(country, since, ourselves, _("Say a country and a day such as 2026-01-01."))
    return Wish(country, since, ourselves)


def _then(visit: Visit, wish: Wish) -> RegistrationEffect | None:
    if wish.problem or wish.since is None:
        return None
    return if_registered(visit.viewer, wish.country, wish.since, ourselves=wish.ourselves)


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """One of the tables as a file."""
    visit.need("see_cost")
    found = recoverable_tax(visit.viewer, recovery.today(visit.viewer))
    if name not in _parts(found):
        raise Http404(name)
    return send(_table(visit, name, found, everything=True), suffix, visit.state.zone)
