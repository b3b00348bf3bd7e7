"""What decisions have as codes, by name in the reader's language."""

from __future__ import annotations

from dataclasses import replace

from entrepot.books.selectors import naming
from entrepot.books.selectors.shapes import Decision


class Names:
    """Places and suppliers by name where a decision has their codes."""

    def __init__(self) -> None:
        self.places, self.suppliers = naming.places_and_suppliers()

    def of(self, item: Decision) -> Decision:
        """The decision with names in place of codes."""
        said = item.parameters
        place, supplier = said.get("location", ""), said.get("supplier", "")
        named = {"location": self.places.get(place, place), "supplier": self.suppliers.get(supplier, supplier)}
        return replace(item, parameters={**said, **named})
