"""Third-party warehouses: price lists with free days and steps by age, and handling by cbm, carton, unit or order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from entrepot.core.cost_lines import Basis, Confidence, CostLine
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import major, round_half_away
from entrepot.engines.storage.forecast import THOUSAND, draw
from entrepot.engines.storage.model import Lot, Unit


@dataclass(frozen=True, slots=True)
class Step:
    """Price of one cbm for each day of stay in (``over``, ``upto``]; the day of receipt is day 1. Minor units."""

    over: int
    upto: int | None
    rate: Fraction


@dataclass(frozen=True, slots=True)
class HandlingPrice:
    """A handling price: ``amount`` minor units per ``per`` (cbm, carton, pallet, unit, kg, order, extra_unit …)."""

    code: str
    name: str
    per: str
    amount: Fraction
    minimum: int | None = None
    component: str = "handling"


@dataclass(frozen=True, slots=True)
class PriceList:
    """A warehouse's price list. Steps cover every day from the first without gap or overlap (:func:`list_problems`)."""

    id: str
    name: str
    currency: str
    steps: tuple[Step, ...]
    handling: tuple[HandlingPrice, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    confidence: Confidence = Confidence.SELLER
    destination: str = ""
    """Country of the warehouse, empty = not said."""

    @property
    def basis(self) -> Basis:
        """The list as the rule of a cost line."""
        return Basis(self.id, self.source, self.valid_from, self.valid_to, self.confidence)


def list_problems(prices: PriceList) -> list[Problem]:
    """Gaps and overlaps in the steps of a price list.

    >>> print(list_problems(PriceList("3PL", "East yard", "USD", (Step(0, 7, Fraction(0)), Step(8, None, Fraction(100)))))[0])
    3PL, field steps: no price for day 8. let each step begin where the one before ends
    """
    steps = sorted(prices.steps, key=lambda step: step.over)
    found: list[Problem] = []
    remedy = "let each step begin where the one before ends"

    def wrong(text: str) -> None:
        found.append(Problem("price_list", text, remedy, prices.id, field="steps"))

    if not steps or steps[0].over > 0:
        wrong("no price for day 1")
    for before, after in pairwise(steps):
        if before.upto is None or before.upto > after.over:
            wrong(f"two prices for day {after.over + 1}")
        elif before.upto < after.over:
            wrong(f"no price for day {before.upto + 1}")
    if steps and steps[-1].upto is not None:
        wrong(f"no price for day {steps[-1].upto + 1}")
    return found


def day_rate(prices: PriceList, day: int) -> Fraction:
    """Minor units of one cbm on its ``day``-th day of stay (1 = day of receipt).

    Raises :class:`ProblemError` for a list with gaps or overlaps.
    """
    for step in prices.steps:
        if step.over < day and (step.upto is None or day <= step.upto):
            return step.rate
    raise ProblemError(*list_problems(prices))


def stay(prices: PriceList, cubic_metres: Fraction, days: int) -> int:
    """Minor units for a volume that stays ``days`` days: every day at the price of its step.

    >>> yard = PriceList("3PL", "Yard", "USD", (Step(0, 7, Fraction(0)), Step(7, 30, Fraction(100)),
    ...                                         Step(30, None, Fraction(200))))
    >>> stay(yard, Fraction(10), 40)  # 7 free, 23 at 1.00, 10 at 2.00, for 10 cbm
    43000
    """
    return round_half_away(sum((day_rate(prices, day) for day in range(1, days + 1)), Fraction(0)) * cubic_metres)


def stay_of_lots(
    unit: Unit, lots: Sequence[Lot], demand: Sequence[Fraction | float], start: date, prices: PriceList
) -> dict[str, list[CostLine]]:
    """Storage of each lot by month while ``demand`` draws on them, oldest first: cbm at each day's start · its step's price.

    >>> yard = PriceList("3PL", "Yard", "USD", (Step(0, 7, Fraction(0)), Step(7, None, Fraction(100))))
    >>> box = Unit("BOX", 9000, 1000, 1000, 100)
    >>> stay_of_lots(box, [Lot("L", 100, date(2026, 3, 1))], [0] * 17, date(2026, 3, 1), yard)["L"][0].amount
    10000
    """
    problems = list_problems(prices)
    if problems:
        raise ProblemError(*problems)
    label = f"{prices.name}: storage"
    out: dict[str, list[CostLine]] = {lot.lot: [] for lot in lots}
    if unit.cubic_metres is None:
        for lot in lots:
            missing = CostLine("storage", label, None, prices.currency, prices.basis, needs=unit.needs, item=lot.lot)
            out[lot.lot] = [missing]
        return out
    paths, _, _ = draw(lots, demand, start)
    for lot in lots:
        months: dict[date, Fraction] = defaultdict(Fraction)
        for n, (units, _end) in enumerate(paths[lot.lot]):
            day = start + timedelta(days=n)
            if units:
                months[day.replace(day=1)] += units * day_rate(prices, (day - lot.received).days + 1)
        for month, unit_cost in months.items():
            text, billed = f"{label} {month:%Y-%m}", round_half_away(unit_cost * unit.cubic_metres / THOUSAND)
            if not _holds(prices, month):
                need = (f"a price list that holds in {month:%Y-%m}",)
                missing = CostLine("storage", text, None, prices.currency, prices.basis, needs=need, item=lot.lot)
                out[lot.lot].append(missing)
                continue
            line = CostLine(
                "storage",
                text,
                billed,
                prices.currency,
                prices.basis,
                rate="cbm-days by age",
                item=lot.lot,
                estimate=True,
            )
            out[lot.lot].append(line)
    return out


def _holds(prices: PriceList, month: date) -> bool:
    """Whether the list holds on a day of the month."""
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return (prices.valid_from or date.min) <= end and month <= (prices.valid_to or date.max)


def handled(
    prices: PriceList, counts: Mapping[str, Fraction | int | None], codes: Sequence[str] | None = None
) -> list[CostLine]:
    """Handling of what ``counts`` says of each unit of charge (cbm, carton, order …), for all codes or the named ones.

    A price whose unit is not counted is left out; one counted as None is a line that says what it needs.

    >>> yard = PriceList("3PL", "Yard", "USD", (Step(0, None, Fraction(0)),), (
    ...     HandlingPrice("in", "Receiving", "cbm", Fraction(350)),
    ...     HandlingPrice("pick", "Pick and pack", "order", Fraction(180)),
    ...     HandlingPrice("extra", "Each further unit", "extra_unit", Fraction(30))))
    >>> [line.amount for line in handled(yard, {"order": 10, "extra_unit": 4})]
    [1800, 120]
    """
    lines: list[CostLine] = []
    for price in prices.handling:
        if price.per not in counts or (codes is not None and price.code not in codes):
            continue
        count = counts[price.per]
        rate = f"{major(round_half_away(price.amount), prices.currency)} {prices.currency} per {price.per}"
        if count is None:
            need = (f"the number of {price.per}",)
            lines.append(CostLine(price.component, price.name, None, prices.currency, prices.basis, needs=need))
            continue
        amount = round_half_away(price.amount * count)
        note = ""
        if price.minimum is not None and count and amount < price.minimum:
            amount, note = price.minimum, "the minimum"
        base = f"{float(count):g} {price.per}"
        lines.append(
            CostLine(price.component, price.name, amount, prices.currency, prices.basis, base, rate, note=note)
        )
    return lines
