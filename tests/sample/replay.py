"""A few lines that move units by documents, to see that no warehouse gives what it has not got."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

IN_TRANSIT = "in transit"
Cell = tuple[str, str, str, str]
"""Company, place or shipment, condition, SKU."""


class Replay:
    """Units by cell; ``lowest`` remembers how far below zero each cell ever was."""

    def __init__(self, shop_places: dict[str, str], bundles: dict[str, list[tuple[str, int]]]) -> None:
        self.units: dict[Cell, int] = defaultdict(int)
        self.lowest: dict[Cell, int] = defaultdict(int)
        self.shop_places, self.bundles = shop_places, bundles

    def run(self, documents: Iterable[Any]) -> None:
        """Apply ``documents`` by their instant; the order of equal instants is the one given."""
        for document in sorted(documents, key=lambda d: getattr(d, "shipped_at", None) or d.effective_at):
            move = getattr(self, f"_{document.type}", None)
            if move is not None:
                move(document)

    def add(self, company: str, place: str, condition: str, sku: str, units: int) -> None:
        cell = (company, place, condition, sku)
        self.units[cell] += units
        self.lowest[cell] = min(self.lowest[cell], self.units[cell])

    def _opening_balance(self, d: Any) -> None:
        for line in d.lines:
            self.add(d.company, d.location, line.condition, line.sku, line.quantity)

    def _receipt(self, d: Any) -> None:
        for line in d.lines:
            if d.shipment is not None:
                there = self.units[d.company, d.shipment.id, IN_TRANSIT, line.sku]
                self.add(d.company, d.shipment.id, IN_TRANSIT, line.sku, -min(there, line.quantity))
            self.add(d.company, d.location, line.condition, line.sku, line.quantity)

    def _shipment(self, d: Any) -> None:
        for line in d.lines:
            self.add(d.company, d.origin.location, d.origin.condition, line.sku, -line.quantity)
            self.add(d.company, d.id, IN_TRANSIT, line.sku, line.quantity)

    def _transfer(self, d: Any) -> None:
        for line in d.lines:
            self.add(d.company, d.origin.location, d.origin.condition, line.sku, -line.quantity)
            self.add(d.company, d.destination.location, d.destination.condition, line.sku, line.quantity)

    _regrade = _transfer

    def _intercompany_sale(self, d: Any) -> None:
        for line in d.lines:
            self.add(d.company, d.origin.location, d.origin.condition, line.sku, -line.quantity)
            self.add(d.buyer, d.destination.location, d.destination.condition, line.sku, line.quantity)

    def _conversion(self, d: Any) -> None:
        for line in d.consumed:
            self.add(d.company, d.cell.location, d.cell.condition, line.sku, -line.quantity)
        for line in d.produced:
            self.add(d.company, d.cell.location, d.cell.condition, line.sku, line.quantity)

    def _stock_use(self, d: Any) -> None:
        for line in d.lines:
            self.add(d.company, d.cell.location, d.cell.condition, line.sku, -line.quantity)

    _supplier_return = _stock_use

    def _count(self, d: Any) -> None:
        for line in d.lines:
            self.add(d.company, d.location, line.condition, line.sku, line.counted - line.expected)

    def _sales_order(self, d: Any) -> None:
        if d.status == "shipped":
            for line in d.lines:
                for sku, each in self.bundles.get(line.sku, [(line.sku, 1)]):
                    self.add(self._company(d), self.shop_places[d.shop], "sellable", sku, -line.quantity * each)

    def _return(self, d: Any) -> None:
        place = d.location or self.shop_places[d.shop]
        for line in d.lines:
            self.add(self._company(d), place, line.condition, line.sku, line.quantity)

    def _company(self, d: Any) -> str:
        return d.company or "HK"
