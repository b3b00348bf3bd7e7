"""Packagings as plain rows by item: those of thousands of items are read at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from entrepot.books.models import Packaging


class Pack(NamedTuple):
    """A level of packaging (unit, carton …): units in it, grams, millimetres, and from when on it is so."""

    pk: int
    item_id: int
    level: str
    units: int
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    valid_from: date | None


def packs() -> dict[int, list[Pack]]:
    """Item → its packagings in the order in which they were told. One query."""
    found: dict[int, list[Pack]] = defaultdict(list)
    for pack in map(Pack._make, Packaging.objects.order_by("pk").values_list(*Pack._fields)):
        found[pack.item_id].append(pack)
    return found
