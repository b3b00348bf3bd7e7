"""Ways to be rid of goods, side by side: what each costs, brings in, and leaves as loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from entrepot.core.cost_lines import Basis, Confidence, CostLine, Total, total
from entrepot.core.measures import CUBIC_METRE
from entrepot.core.money import major, round_half_away
from entrepot.engines.salvage.model import Price, Unsalable, Way


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way with its cost lines (money that comes in is negative). ``net`` = costs less returns."""

    way: Way
    goods: Unsalable
    lines: tuple[CostLine, ...]

    @property
    def net(self) -> Total:
        """Costs less returns, and how many lines are not known."""
        return total(self.lines, self.goods.currency)

    @property
    def loss(self) -> int | None:
        """Book value given up and net cost together, minor units; None while one of them is not known."""
        known = self.net
        return None if self.goods.carrying is None or not known.complete else self.goods.carrying + known.known

    def explain(self) -> list[str]:
        """The way with every line."""
        known, currency = self.net, self.goods.currency
        head = f"{self.way.name}: net cost {major(known.known, currency)} {currency}"
        head += "" if known.complete else f", incomplete: {known.missing} not known"
        head += "" if self.way.allowed else f". Not allowed: {self.way.reason}"
        return [head, *(line.explain() for line in self.lines)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Outcomes of all ways, best first: allowed and complete ones by net cost, then incomplete ones, then those not allowed."""

    goods: Unsalable
    outcomes: tuple[Outcome, ...]

    @property
    def best(self) -> Outcome | None:
        """The cheapest way that is allowed and fully known; None where there is none."""
        first = self.outcomes[0] if self.outcomes else None
        return first if first is not None and first.way.allowed and first.net.complete else None

    def explain(self) -> list[str]:
        """The choice, then every way."""
        out = [f"{self.goods.name}: {self.goods.units} units"]
        if self.best is not None and self.best.loss is not None:
            lost = f"{major(self.best.loss, self.goods.currency)} {self.goods.currency}"
            out.append(f"Cheapest: {self.best.way.name}; with their book value {lost} are lost")
        return [*out, *(line for outcome in self.outcomes for line in outcome.explain())]


def compare(goods: Unsalable, ways: Sequence[Way]) -> Comparison:
    """Price every way for the goods and rank them by net cost.

    net = Σ prices · (units, kg, cbm, batch, value) + storage a day · days until done − returns. The book value is the same
    for all ways and does not rank them; it is told as the loss. Missing weights, volumes, values or prices make a line that
    says what it needs, and the way is ranked behind all complete ones.

    >>> goods = Unsalable("Wet bowls", 200, "USD", weight=800, volume=14_000_000, carrying=90_000)
    >>> abroad = Way("destroy", "Destroy abroad", (Price("Sorting", "unit", Fraction(25)),
    ...     Price("Transport", "kg", Fraction(30)), Price("Destruction", "kg", Fraction(45), minimum=10_000)), days=5,
    ...     storage_per_day=Fraction(120))
    >>> home = Way("home", "Ship home and sell as seconds", (Price("Removal", "unit", Fraction(84)),
    ...     Price("Sea freight", "cbm", Fraction(7500), "freight"), Price("Sale as seconds", "unit", Fraction(-150))), days=60)
    >>> for line in compare(goods, [abroad, home]).explain():
    ...     print(line)
    Wet bowls: 200 units
    Cheapest: Ship home and sell as seconds; with their book value 978.00 USD are lost
    Ship home and sell as seconds: net cost 78.00 USD
    Removal: 168.00 USD = 0.84 USD per unit of 200 units (estimate). Rule: home (seller)
    Sea freight: 210.00 USD = 75.00 USD per cbm of 2.8 cbm (estimate). Rule: home (seller)
    Sale as seconds: -300.00 USD = -1.50 USD per unit of 200 units (estimate). Rule: home (seller)
    Destroy abroad: net cost 204.00 USD
    Sorting: 50.00 USD = 0.25 USD per unit of 200 units (estimate). Rule: destroy (seller)
    Transport: 48.00 USD = 0.30 USD per kg of 160 kg (estimate). Rule: destroy (seller)
    Destruction: 100.00 USD = 0.45 USD per kg of 160 kg (estimate). the minimum. Rule: destroy (seller)
    Storage until done: 6.00 USD = 1.20 USD a day of 5 days (estimate). Rule: destroy (seller)
    """
    outcomes = [Outcome(way, goods, tuple(_lines(goods, way))) for way in ways]

    def rank(outcome: Outcome) -> tuple[bool, bool, int]:
        return not outcome.way.allowed, not outcome.net.complete, outcome.net.known

    return Comparison(goods, tuple(sorted(outcomes, key=rank)))


def _lines(goods: Unsalable, way: Way) -> list[CostLine]:
    lines = [_line(goods, way, price) for price in way.prices]
    if way.days and way.storage_per_day != 0:
        basis = Basis(way.id, confidence=Confidence.SELLER)
        label = "Storage until done"
        if way.storage_per_day is None:
            need = (f"the storage cost a day of {goods.name}",)
            lines.append(CostLine("storage", label, None, goods.currency, basis, needs=need, estimate=True))
        else:
            amount = round_half_away(way.storage_per_day * way.days)
            rate = f"{major(round_half_away(way.storage_per_day), goods.currency)} {goods.currency} a day"
            lines.append(
                CostLine("storage", label, amount, goods.currency, basis, f"{way.days} days", rate, estimate=True)
            )
    return lines


def _line(goods: Unsalable, way: Way, price: Price) -> CostLine:
    basis = Basis(way.id, price.source, confidence=Confidence.SELLER)
    counted = _counted(goods, price)
    if price.amount is None or isinstance(counted, str):
        need = counted if isinstance(counted, str) else f"a price for {price.name.lower()}"
        return CostLine(price.component, price.name, None, goods.currency, basis, needs=(need,), estimate=True)
    quantity, base = counted
    amount = round_half_away(price.amount * quantity)
    note = ""
    if price.minimum is not None and amount < price.minimum:
        amount, note = price.minimum, "the minimum"
    if price.per == "percent_of_value":
        rate = f"{float(price.amount):g}%"
    else:
        rate = f"{major(round_half_away(price.amount), goods.currency)} {goods.currency} per {price.per}"
    return CostLine(price.component, price.name, amount, goods.currency, basis, base, rate, estimate=True, note=note)


def _counted(goods: Unsalable, price: Price) -> tuple[Fraction, str] | str:
    match price.per:
        case "batch":
            return Fraction(1), ""
        case "unit":
            return Fraction(goods.units), f"{goods.units} units"
        case "kg":
            if goods.weight is None:
                return f"packed weight of {goods.name}"
            kilograms = Fraction(goods.weight * goods.units, 1000)
            return kilograms, f"{float(kilograms):g} kg"
        case "cbm":
            if goods.volume is None:
                return f"packed length, width and height of {goods.name}"
            metres = goods.volume * goods.units / CUBIC_METRE
            return metres, f"{float(metres):g} cbm"
        case "percent_of_value":
            if goods.value is None:
                return f"the selling value of {goods.name}"
            return Fraction(goods.value, 100), f"{major(goods.value, goods.currency)} {goods.currency}"
