"""The fees of lots over many demand paths: surcharges rise with age, so the fee of the mean path is not the mean fee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.core.money import major
from entrepot.engines.storage.forecast import forecast_fees
from entrepot.engines.storage.model import Lot, OwnFigures, Unit
from entrepot.rules.platform_fees import FeeBook


@dataclass(frozen=True, slots=True)
class LotRisk:
    """Fees of one lot over equally likely paths, minor units: mean, and what is not exceeded in 1 and in 9 of 10 paths.

    All None when a rate on one of the paths is not known; ``needs`` then says which. ``left`` is the mean of the units that
    are not sold by the end of the paths: what happens to them costs more.
    """

    lot: str
    currency: str
    mean: int | None
    low: int | None
    high: int | None
    left: Fraction
    paths: int
    needs: tuple[str, ...] = ()

    def explain(self) -> str:
        """The lot in one line."""
        if self.mean is None or self.low is None or self.high is None:
            return f"{self.lot}: not known; needs {', '.join(self.needs)}"
        mean, low, high = (f"{major(x, self.currency)} {self.currency}" for x in (self.mean, self.low, self.high))
        text = f"{self.lot}: {mean} on average of {self.paths} paths, {low} to {high} in 8 of 10"
        return f"{text}; {float(self.left):g} units left" if self.left else text


def fees_over_paths(
    unit: Unit,
    lots: Sequence[Lot],
    paths: Sequence[Sequence[Fraction | float]],
    start: date,
    marketplace: str,
    book: FeeBook,
    *,
    utilisation_weeks: Fraction | None = None,
    own: OwnFigures | None = None,
) -> list[LotRisk]:
    """Fees of each lot under every path (:func:`forecast_fees`), as mean and range.

    Quantiles are those of the sample, lower and upper nearest rank. ``paths`` are units a day from ``start``, as the demand
    engine samples them; at least one.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> bowl, lot = Unit("BOWL", 800, 305, 305, 152), Lot("L1", 90, date(2025, 8, 1))
    >>> fast, slow = [6] * 30, [0] * 30
    >>> fees_over_paths(bowl, [lot], [fast, slow], date(2026, 3, 1), "US", platform_fees())[0].explain()
    'L1: 45.17 USD on average of 2 paths, 11.48 USD to 78.86 USD in 8 of 10; 45 units left'
    """
    if not paths:
        raise ValueError("at least one path")
    told = [
        forecast_fees(unit, lots, path, start, marketplace, book, utilisation_weeks=utilisation_weeks, own=own)
        for path in paths
    ]
    count = len(told)
    found: list[LotRisk] = []
    for lot in lots:
        amounts = [x.amount(lot.lot) for x in told]
        known = sorted(a for a in amounts if a is not None)
        left = sum((x.left[lot.lot] for x in told), Fraction(0)) / count
        if len(known) < count:
            needs = tuple(dict.fromkeys(need for x in told for line in x.of(lot.lot) for need in line.needs))
            found.append(LotRisk(lot.lot, told[0].currency, None, None, None, left, count, needs))
            continue
        low, high = known[(count - 1) // 10], known[count - 1 - (count - 1) // 10]
        found.append(LotRisk(lot.lot, told[0].currency, round(Fraction(sum(known), count)), low, high, left, count))
    return found
