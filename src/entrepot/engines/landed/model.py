"""What a landed-cost quote takes and gives. Money in minor units, quantities in base units, weights in grams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from entrepot.core.components import BOOK, FAMILIES, FAMILY_OF
from entrepot.core.cost_lines import CostLine, Total, total
from entrepot.core.money import major, range_share
from entrepot.engines.duty import Assessment, Goods

TRANSPORT = frozenset({"sea", "rail", "road", "air", "express", "post"})
"""Means of transport of an entry."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a quote: what is bought, how many, at which price for all of them.

    ``goods`` says what customs asks for; ``grams`` is the packed weight of all units, ``None`` = not known (then freight is
    shared by value, and the quote says so).
    """

    goods: Goods
    grams: int | None = None

    @property
    def sku(self) -> str:
        """The item's code."""
        return self.goods.item


@dataclass(frozen=True, slots=True)
class Route:
    """A way to the destination with what it costs, from the freight and storage engines or typed by the seller.

    ``to_border`` are the freight and insurance lines up to the border: they belong to a CIF customs value; ``None`` = not
    known yet. ``onward`` are those up to the first place of destination, ``after`` all later ones (storage, fulfilment, last
    mile). ``all_in``: duty and tax are inside the freight price; they cannot be told apart and no import tax comes back.
    ``notes`` say what the lines do not: how full the containers are, what goes loose.
    """

    name: str
    mode: str
    to_border: tuple[CostLine, ...] | None = ()
    onward: tuple[CostLine, ...] = ()
    after: tuple[CostLine, ...] = ()
    all_in: bool = False
    days: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def transport(self) -> str:
        """Means of transport as customs knows it: ``sea_lcl`` is sea; empty for a line that does not say.

        >>> Route("LCL", "sea_lcl").transport, Route("Line", "line").transport
        ('sea', '')
        """
        kind = self.mode.partition("_")[0].partition("+")[0].lower()
        return kind if kind in TRANSPORT else ""


@dataclass(frozen=True, slots=True)
class Request:
    """What to quote: items into a destination on a day, in the currency of the answer.

    ``recoverable`` is the share of import tax that the importer gets back, from 0 (or ``False``) to 1 (or ``True``).
    ``fees`` are charges known beforehand (carrier's disbursement fee), in the destination's currency.
    """

    items: tuple[Item, ...]
    destination: str
    on: date
    currency: str
    regime: str = "commercial"
    recoverable: Fraction | bool = False
    fees: Mapping[str, int] = field(default_factory=dict[str, int])
    known_on: date | None = None
    income_tax_rate: Fraction | None = None
    importer_tax_number: bool | None = None
    confirmed: Mapping[str, bool] = field(default_factory=dict[str, bool])


@dataclass(frozen=True, slots=True)
class Quote:
    """Every cost of a request by one route, in ``currency``.

    ``lines`` are the cost lines, each still with its rule; ``shares`` says what of each line every item carries (None where the
    line is not known): the shares of a line sum to it. ``assessment`` is the border's own, ``None`` for an all-in route.
    """

    request: Request
    route: Route
    currency: str
    lines: tuple[CostLine, ...]
    shares: tuple[tuple[int | None, ...], ...]
    assessment: Assessment | None
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every line is known."""
        return all(line.known for line in self.lines)

    @property
    def cost(self) -> Total:
        """What it costs: all lines but recoverable tax."""
        return total((line for line in self.lines if not line.recoverable), self.currency)

    @property
    def cash(self) -> Total:
        """What must be paid: all lines."""
        return total(self.lines, self.currency)

    @property
    def book(self) -> Total:
        """The part that accounting capitalises."""
        return total((n for n in self.lines if n.component in BOOK and not n.recoverable), self.currency)

    def by_family(self) -> dict[str, Total]:
        """Cost by family, in the order of every waterfall; recoverable tax left out."""
        return {
            family: total(
                (n for n in self.lines if FAMILY_OF[n.component] == family and not n.recoverable), self.currency
            )
            for family in FAMILIES
        }

    def item_cost(self, sku: str) -> Total:
        """What all units of one item cost. Raises ``KeyError`` for an item that is not in the quote."""
        place = self._place(sku)
        known = missing = 0
        for line, parts in zip(self.lines, self.shares, strict=True):
            if not line.recoverable:
                part = parts[place]
                known, missing = (known, missing + 1) if part is None else (known + part, missing)
        return Total(known, missing, self.currency)

    def unit_cost(self, sku: str, start: int = 0, stop: int = 1) -> int:
        """What units [start, stop) of an item carry of the known cost; consecutive ranges sum to the item's cost."""
        quantity = self.request.items[self._place(sku)].goods.quantity
        return range_share(self.item_cost(sku).known, quantity, start, stop)

    def explain(self, sku: str = "") -> list[str]:
        """Every line with its rule; with an item, what that item carries of it."""
        if not sku:
            head = f"{self.route.name}: {self._amount(self.cost)} for the consignment"
            return [head, *(n.explain() for n in self.lines), *self.notes]
        place, result = self._place(sku), list[str]()
        for line, parts in zip(self.lines, self.shares, strict=True):
            part = parts[place]
            if part != 0 or line.item in {"", sku}:
                shown = "not known" if part is None else f"{major(part, self.currency)} {self.currency}"
                result.append(f"{line.label}: {shown} of {line.explain()}")
        return [f"{sku}: {self._amount(self.item_cost(sku))}", *result]

    def _amount(self, whole: Total) -> str:
        text = f"{major(whole.known, self.currency)} {self.currency}"
        return text if whole.complete else f"{text} and {whole.missing} costs that are not known"

    def _place(self, sku: str) -> int:
        for i, item in enumerate(self.request.items):
            if item.sku == sku:
                return i
        raise KeyError(sku)
