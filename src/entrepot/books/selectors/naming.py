"""Names in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db.models import Value
from django.utils.translation import get_language

from entrepot.books.models import Location, Supplier


def names_of() -> Callable[[str, str], str]:
    """:func:`named` for a whole table: the language is asked once."""
    if (get_language() or "").startswith("zh"):
        return lambda name, name_zh: name_zh or name
    return lambda name, name_zh: name or name_zh


def named(name: str, name_zh: str) -> str:
    """The Chinese name for who reads Chinese, else the other one; either where the other is missing."""
    chinese = (get_language() or "").startswith("zh")
    return (name_zh or name) if chinese else (name or name_zh)


def place_name(place: Location | None) -> str:
    """A place as one reads it; empty where there is none."""
    return (named(place.name, place.name_zh) or place.code) if place else ""


def places(among: Collection[int] | None = None) -> dict[str, str]:
    """Code and name of every place, or of those with the ids ``among``. One query."""
    rows = Location.objects.all() if among is None else Location.objects.filter(pk__in=among)
    return {code: named(name, zh) or code for code, name, zh in rows.values_list("code", "name", "name_zh")}


def suppliers() -> dict[str, str]:
    """Code and name of every supplier. One query."""
    rows = Supplier.objects.values_list("code", "name", "name_zh")
    return {code: named(name, zh) or code for code, name, zh in rows}


def places_and_suppliers() -> tuple[dict[str, str], dict[str, str]]:
    """:func:`places` and :func:`suppliers`. One query."""
    legs = [
        model.objects.order_by().annotate(which=Value(which)).values_list("which", "code", "name", "name_zh")
        for which, model in (("place", Location), ("supplier", Supplier))
    ]
    found: dict[str, dict[str, str]] = {"place": {}, "supplier": {}}
    for which, code, name, zh in legs[0].union(legs[1], all=True):
        found[which][code] = named(name, zh) or code
    return found["place"], found["supplier"]
