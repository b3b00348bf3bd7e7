"""All cost families of the books for what the twin replayed: goods with price breaks, duty, selling, returns, losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.twin.model import Floats, Ints, Operation

FAMILIES: tuple[str, ...] = (
    "purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable", "ordering", "lost_margin",
)  # fmt: skip
"""The books' seven families, what placing orders costs, and the margin of what was not sold (which no book shows)."""


@dataclass(frozen=True)
class Breaks:
    """Price breaks by row: from ``starts`` [SKUs, tiers] units of one order on, the share ``price`` [SKUs, tiers] of the usual
    unit cost; ``every_unit`` of the order at the break reached, else those beyond it only. Rows of one ``order`` [SKUs] are
    ordered together, so that their sum reaches the break."""

    starts: Ints
    price: Floats
    every_unit: bool | NDArray[np.bool_] = True
    """For all rows, or by row."""
    order: Ints | None = None

    def saved(self, units: Ints, unit_cost: Floats) -> Floats:
        """What orders of ``units`` [SKUs] save against the usual unit cost [SKUs]; negative where a small order is dearer.

        >>> tiers = Breaks(np.array([[1, 100]]), np.array([[1.0, 0.75]]))
        >>> tiers.saved(np.array([200]), np.array([50.0])).tolist()
        [2500.0]
        >>> Breaks(tiers.starts, tiers.price, every_unit=False).saved(np.array([200]), np.array([50.0])).tolist()
        [1262.5]
        """
        whole = units
        if self.order is not None:
            whole = np.bincount(self.order, units, int(self.order.max(initial=0)) + 1)[self.order]
        at = np.maximum((whole[:, None] >= self.starts).sum(axis=1) - 1, 0)
        reached = (1 - np.take_along_axis(self.price, at[:, None], axis=1)[:, 0]) * units
        if np.all(self.every_unit):
            return reached * unit_cost
        begin = np.maximum(self.starts - 1, 0)
        end = np.concatenate([begin[:, 1:], np.full((len(begin), 1), np.iinfo(np.int64).max)], axis=1)
        within = np.clip(whole[:, None] - begin, 0, end - begin)
        share = np.divide(units, whole, out=np.zeros(len(units)), where=whole > 0)
        return np.where(self.every_unit, reached, ((1 - self.price) * within).sum(axis=1) * share) * unit_cost


@dataclass(frozen=True)
class Charges:
    """What a sale costs, by row [SKUs], minor units: ``selling`` a unit sold (platform fees, fulfilment, last mile); of each
    unit sold the share ``returned``, each at ``returning``; of those the share ``unsalable`` is lost with its landed cost and
    freight and ``disposal`` a unit; ``losses`` where the books know all of that in one figure a unit sold. What comes
    back salable is sold again: it is not in the demand. A price break lowers the duty too, which is taken on the price paid."""

    selling: Floats
    returned: Floats
    returning: Floats
    unsalable: Floats
    disposal: Floats
    breaks: Breaks | None = None
    losses: Floats | None = None

    def families(
        self, operation: Operation, parts: Mapping[str, Floats], met: Ints, saved: Floats, brought: Floats
    ) -> dict[str, Floats]:
        """Cost by family [SKUs] from the twin's ``parts``, units ``met``, what price breaks ``saved`` and the freight
        ``brought`` in what was there at the start; goods of what is left are still owned and no cost."""
        goods = operation.goods
        back = met * self.returned
        lost = goods.landed + operation.freight[:, -1] + self.disposal
        return {
            "purchase": met * goods.unit_cost - saved,
            "first_leg": parts["freight"] + brought,
            "duty_tax": (met * goods.unit_cost - saved) * goods.duty,
            "storage": parts["storage"],
            "capital": parts["capital"],
            "selling": met * self.selling + back * self.returning,
            "unsalable": parts["end_of_life"]
            + (back * self.unsalable * lost if self.losses is None else met * self.losses),
            "ordering": parts["handling"],
            "lost_margin": parts["lost_margin"],
        }
