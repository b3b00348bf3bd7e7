"""What storage takes and gives: packed units, lots, the seller's own figures, and fees with their reason.

Units: grams, mm, mm³; cubic feet and days as exact fractions; money in minor units. Amounts are integers where they are billed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.core.cost_lines import Basis, Confidence
from entrepot.core.measures import CUBIC_FOOT, CUBIC_METRE, box_volume, longest_first, measured


@dataclass(frozen=True, slots=True)
class Unit:
    """One sellable unit, packed: weight in g, sides in mm, None = not measured, and so is 0, as exports write it.

    ``apparel`` stands for the categories that the platform spares from the first age bands (apparel, shoes, bags, jewellery,
    watches); ``dangerous`` for goods of the dangerous-goods programme.
    """

    sku: str
    weight: int | None
    length: int | None
    width: int | None
    height: int | None
    apparel: bool = False
    dangerous: bool = False

    def __post_init__(self) -> None:
        for name in ("weight", "length", "width", "height"):
            object.__setattr__(self, name, measured(getattr(self, name)))

    @property
    def sides(self) -> tuple[int, int, int] | None:
        """Sides in mm, longest first; None when one is missing."""
        return longest_first(self.length, self.width, self.height)

    @property
    def volume(self) -> int | None:
        """mm³; None when a side is missing."""
        return box_volume(self.sides)

    @property
    def cubic_feet(self) -> Fraction | None:
        """Cubic feet of one unit."""
        return None if self.volume is None else self.volume / CUBIC_FOOT

    @property
    def cubic_metres(self) -> Fraction | None:
        """Cubic metres of one unit."""
        return None if self.volume is None else self.volume / CUBIC_METRE

    @property
    def needs(self) -> tuple[str, ...]:
        """What is not measured, in words."""
        lacking = ["packed weight"] if self.weight is None else []
        lacking += ["packed length, width and height"] if self.sides is None else []
        return tuple(f"{what} of {self.sku}" for what in lacking)


@dataclass(frozen=True, slots=True)
class Lot:
    """Units that arrived (or will arrive) together: the day of receipt starts their age."""

    lot: str
    units: int
    received: date


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """A fee from the seller's own report: per unit, minor units, with the day and the name of the report.

    It overrides the table for its SKU and fee (``fulfilment``, ``monthly_storage`` per unit and month, …).
    """

    amount: Fraction
    currency: str
    on: date
    report: str

    @property
    def basis(self) -> Basis:
        """The report as the rule of a cost line."""
        return Basis("own-report", self.report, self.on, None, Confidence.SELLER)


OwnFigures = Mapping[tuple[str, str], OwnFigure]
"""(SKU, fee) → the seller's own figure."""
