"""What the twin takes and gives: an operation, its opening stock, and what a way of ordering cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from entrepot.core.reasons import Reason

if TYPE_CHECKING:
    from entrepot.engines.twin.tariff import Tariff

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS: tuple[str, ...] = ("freight", "handling", "storage", "capital", "lost_margin", "end_of_life")
"""Cost families of :attr:`Outcome.parts`; goods sold are left out, for they cost the same under every policy."""


@dataclass(frozen=True)
class Goods:
    """Columns by SKU; money in minor units. ``duty`` as a share of ``unit_cost``; ``least`` units of an order, a multiple
    of ``carton``; ``shelf_weeks`` after which a unit is thrown away (0 = keeps)."""

    price: Floats
    unit_cost: Floats
    duty: Floats
    weight_g: Floats
    volume_mm3: Floats
    carton: Ints
    least: Ints
    shelf_weeks: Ints | None = None

    def __len__(self) -> int:
        return len(self.price)

    @property
    def landed(self) -> Floats:
        """Unit cost and duty, without freight."""
        return self.unit_cost * (1 + self.duty)

    def take(self, rows: Ints) -> Goods:
        """Some of the SKUs."""
        return Goods(
            self.price[rows], self.unit_cost[rows], self.duty[rows], self.weight_g[rows], self.volume_mm3[rows],
            self.carton[rows], self.least[rows],
            None if self.shelf_weeks is None else self.shelf_weeks[rows],
        )  # fmt: skip


@dataclass(frozen=True)
class Mode:
    """A way of shipping: ``weeks`` from order to arrival with probabilities ``odds``; minor units per m³ or per chargeable
    kg (the greater of weight and volume / 6,000 cm³)."""

    name: str
    weeks: tuple[int, ...]
    odds: tuple[float, ...]
    per_m3: float = 0.0
    per_kg: float = 0.0

    def freight(self, goods: Goods) -> Floats:
        """Freight a unit [SKUs]."""
        kg = np.maximum(goods.weight_g / 1e3, goods.volume_mm3 / 6e6)
        return self.per_m3 * goods.volume_mm3 / 1e9 + self.per_kg * kg

    @property
    def mean(self) -> float:
        """Expected weeks."""
        return sum(w * p for w, p in zip(self.weeks, self.odds, strict=True))


@dataclass(frozen=True)
class Rates:
    """Minor units unless said. ``storage_m3`` a week, times the factor of ``aged`` (weeks in the warehouse beyond which,
    factor); ``capital`` a year; ``handling`` an order line; ``kept`` share of the price after selling fees; at the end,
    units beyond ``excess_weeks`` of demand lose ``written_off`` of their value and ``disposal_kg``."""

    storage_m3: float = 150.0
    aged: tuple[tuple[int, float], ...] = ((26, 2.0), (39, 4.0))
    capital: float = 0.12
    handling: float = 300.0
    kept: float = 0.85
    excess_weeks: float = 26.0
    written_off: float = 0.7
    disposal_kg: float = 40.0
    steps: float = 52.0
    """Steps a year: 52 where a step is a week. With 365 every "week" here is a day: storage, ageing, excess and lead times."""
    pace_steps: int = 8
    """Last steps whose mean demand says what is too much at the end."""


@dataclass(frozen=True)
class Operation:
    """A seller's goods, ways of shipping (fastest first) and rates; the prices of a ``tariff`` go before the rates'."""

    goods: Goods
    modes: tuple[Mode, ...]
    rates: Rates
    tariff: Tariff | None = None

    @property
    def freight(self) -> Floats:
        """Freight a unit [SKUs, modes]."""
        if self.tariff is not None:
            return self.tariff.freight
        return np.stack([mode.freight(self.goods) for mode in self.modes], axis=1)

    @property
    def margin(self) -> Floats:
        """What one unit not sold loses [SKUs]: price after fees − landed cost − freight of the slowest mode, ≥ 0."""
        if self.tariff is not None:
            return self.tariff.margin
        kept = self.goods.price * self.rates.kept - self.goods.landed - self.freight[:, -1]
        return np.maximum(kept, 0.0)

    @property
    def disposal(self) -> Floats:
        """What it costs to be rid of a unit [SKUs]."""
        return self.rates.disposal_kg * self.goods.weight_g / 1e3 if self.tariff is None else self.tariff.disposal


@dataclass(frozen=True)
class Opening:
    """Units ``on_hand`` [SKUs] at the start, and ``due`` [SKUs, weeks] to arrive in week 0, 1, … by the slowest mode.

    ``old`` [SKUs, layers]: how many of ``on_hand`` came ``ages`` [layers] weeks before the week before the start, oldest
    first; the rest came in that week. ``freight`` [SKUs] that a unit of all these bears, where it is not the slowest mode's."""

    on_hand: Ints
    due: Ints
    old: Ints | None = None
    ages: Ints | None = None
    freight: Floats | None = None


@dataclass(frozen=True)
class Now:
    """What a policy sees at the end of ``week``: ``on_hand`` [SKUs], ``transit`` [SKUs, modes, weeks]: units ordered 0, 1, …
    weeks ago and not here yet (0 is always empty; a view, good for this call); ``due`` [SKUs, weeks]: of the opening, to come
    next week, …; ``sold`` and ``asked`` [SKUs] this week; ``owed`` [SKUs] to customers who wait."""

    week: int
    on_hand: Ints
    transit: Ints
    due: Ints
    sold: Ints
    asked: Ints
    owed: Ints | None = None
    moving: Ints | None = None
    """[SKUs] on the way from another warehouse."""
    coming: Ints | None = None
    """[SKUs] all that is on the way; reckoned from ``transit``, ``due`` and ``moving`` where it is not given."""

    @property
    def position(self) -> Ints:
        """On hand and on the way, less what customers wait for [SKUs]."""
        if self.coming is not None:
            return self.on_hand + self.coming - (0 if self.owed is None else self.owed)
        here = self.on_hand + self.transit.sum(axis=(1, 2)) + self.due.sum(axis=1)
        here = here if self.owed is None else here - self.owed
        return here if self.moving is None else here + self.moving


Policy = Callable[[Now], Ints]
"""Units to order now [SKUs, modes]; what is not a whole number of cartons, or below the least, is refused."""


@dataclass(frozen=True)
class Outcome:
    """Costs by SKU, minor units: ``parts`` of :data:`PARTS`; units ``asked`` and ``met``; ``units`` ordered [SKUs, modes],
    ``lines`` ordered and ``stockout_weeks`` [SKUs]; ``left`` on hand at the end; ``freight_left``: freight in what
    is left and on the way, already taken off the part ``freight``; units ``thrown`` away past their shelf life."""

    parts: Mapping[str, Floats]
    asked: Ints
    met: Ints
    units: Ints
    lines: Ints
    stockout_weeks: Ints
    left: Ints
    freight_left: Floats
    thrown: Ints
    families: Mapping[str, Floats] | None = None
    """Where charges were given: cost by the books' families (:data:`~entrepot.engines.twin.charges.FAMILIES`), by SKU."""
    owed: Ints | None = None
    """Units that customers still wait for at the end [SKUs]; their margin is charged as lost."""
    brought: Floats | None = None
    """Freight [SKUs] in what was there and on the way at the start; not in the part ``freight``, but in the family first leg."""
    saved: Floats | None = None
    """What price breaks saved on goods [SKUs], negative where small orders were dearer."""

    @property
    def total(self) -> Floats:
        """Cost by SKU."""
        return np.sum([self.parts[name] for name in PARTS], axis=0)

    @property
    def fill_rate(self) -> float:
        """Units met of units asked for."""
        return float(self.met.sum() / max(int(self.asked.sum()), 1))

    def explain(self, row: int | None = None) -> tuple[Reason, ...]:
        """What it cost, of one SKU or of all, the largest part first."""
        sums = {name: float(part.sum() if row is None else part[row]) for name, part in self.parts.items()}
        asked = int(self.asked.sum() if row is None else self.asked[row])
        met = int(self.met.sum() if row is None else self.met[row])
        lines = [
            Reason("twin_part", f"{name.replace('_', ' ')}: {amount / 100:,.2f}", {"part": name, "amount": amount})
            for name, amount in sorted(sums.items(), key=lambda one: -one[1])
        ]
        share = met / asked if asked else 1.0
        met_text = f"{met:,} of {asked:,} units asked for were in stock ({share:.0%})."
        return (*lines, Reason("twin_fill", met_text, {"met": met, "asked": asked}))
