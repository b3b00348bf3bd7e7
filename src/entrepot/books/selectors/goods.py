"""What the books know of an item that a quote asks for: heading, origin, weight and size of a unit and of a carton."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.books.models import Item, Packaging

Sides = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class GoodsFacts:
    """Grams and mm, ``None`` = not measured; ``units`` are those of a carton."""

    sku: str
    name: str
    hs: str
    origin: str
    grams: int | None
    sides: Sides | None
    units: int | None
    carton_grams: int | None
    carton_sides: Sides | None


def goods_facts(sku: str) -> GoodsFacts | None:
    """The facts of an SKU by its newest packaging, ``None`` for one that the books do not have. Two queries."""
    item = Item.objects.filter(sku=sku).first()
    if item is None:
        return None
    unit = carton = None
    for packaging in Packaging.objects.filter(item=item).order_by("valid_from", "pk"):
        if packaging.level == "unit":
            unit = packaging
        elif packaging.level == "carton":
            carton = packaging
    return GoodsFacts(
        item.sku, item.name, item.hs_code, item.origin,
        unit.weight_g if unit else None, _sides(unit),
        carton.units if carton else None, carton.weight_g if carton else None, _sides(carton),
    )  # fmt: skip


def _sides(packaging: Packaging | None) -> Sides | None:
    if packaging is None or not (packaging.length_mm and packaging.width_mm and packaging.height_mm):
        return None
    return packaging.length_mm, packaging.width_mm, packaging.height_mm
