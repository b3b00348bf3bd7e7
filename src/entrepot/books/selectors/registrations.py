"""Where the company is registered for tax on a day: there the tax on its imports comes back."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from entrepot.books.access import Viewer
from entrepot.books.models import TaxRegistration

NOT_BACK = frozenset({"ioss", "oss", "eori", "importer_of_record", "other"})
"""Schemes that give no tax on imports back: one-stop shops, and numbers that only say who imports."""


def registered(viewer: Viewer, on: date) -> frozenset[str]:
    """Countries in which the company that is looked at is registered on a day. One query."""
    rows = viewer.of_company(TaxRegistration.objects.filter(valid_from__lte=on))
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=on))
    return frozenset(
        country for country, scheme in rows.values_list("country", "scheme") if scheme.lower() not in NOT_BACK
    )
