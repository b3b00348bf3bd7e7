"""Where the company is registered for tax on a day: there the tax on its imports comes back."""

from __future__ import annotations

from datetime import date

from entrepot.books.access import Viewer
from entrepot.books.import_tax import registrations
from entrepot.core.input_tax import GIVES_BACK, Registration


def registered(viewer: Viewer, on: date) -> frozenset[str]:
    """Countries in which tax on imports comes back to the company that is looked at, all or in part. One query."""
    return frozenset(r.country for r in of_company(viewer) if r.scheme in GIVES_BACK and r.share and r.holds(on))


def of_company(viewer: Viewer) -> list[Registration]:
    """All registrations of the company that is looked at, as they are told now, by country and day."""
    return sorted(registrations().get(viewer.company.id, ()), key=lambda r: (r.country, r.valid_from, r.scheme))
