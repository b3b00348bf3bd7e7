"""What a consignment costs on a card: freight, then every surcharge that is due, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from entrepot.core.cost_lines import Confidence, CostLine, Total, total
from entrepot.core.measures import CUBIC_METRE
from entrepot.core.money import convert, major, round_half_away
from entrepot.engines.freight.card import in_force
from entrepot.engines.freight.due import due_on_carton, due_on_shipment
from entrepot.engines.freight.model import Cartons, Charge, Chargeable, Consignment, Leg, RateCard, Rates
from entrepot.engines.freight.price import Priced, price
from entrepot.engines.freight.weigh import chargeable, missing_measures
from entrepot.engines.freight.words import money, per_unit, plain, weighed

ALL_IN_NOTE = "all-in: duty and tax are inside, cannot be told apart, and no import tax can be recovered"


@dataclass(frozen=True, slots=True)
class FreightQuote:
    """Every cost line of a consignment on one card. ``chargeable`` is None where it could not be weighed.

    ``inside`` names the components that an all-in card contains without telling them apart: a what-if on duty cannot
    change this price, and no import tax of it can be recovered.
    """

    card: RateCard
    lines: tuple[CostLine, ...]
    chargeable: Chargeable | None = None
    containers: Mapping[str, int] = field(default_factory=dict[str, int])
    legs: tuple[Leg, ...] = ()
    """The leg of each line."""

    def of_leg(self, leg: Leg) -> tuple[CostLine, ...]:
        """The lines of one leg: what a customs value or an import tax base takes in."""
        return tuple(line for line, where in zip(self.lines, self.legs, strict=True) if where == leg)

    @property
    def inside(self) -> tuple[str, ...]:
        """Components that the price contains without saying how much."""
        return ("duty", "import_tax") if self.card.all_in else ()

    @property
    def total(self) -> Total:
        """Sum of the known lines, and how many are missing."""
        return total(self.lines, self.card.currency)

    @property
    def complete(self) -> bool:
        """Whether every line is known."""
        return self.total.complete

    def explain(self) -> list[str]:
        """Why this price, in lines that a seller can read."""
        out = [f"{self.card.name} ({self.card.id})"]
        if self.chargeable is not None:
            out.append(f"Charged weight: {weighed(self.chargeable)}")
        out += [line.explain() for line in self.lines]
        known = self.total
        rest = "" if known.complete else f"; incomplete, {known.missing} not known"
        return [*out, f"Together {major(known.known, known.currency)} {known.currency}{rest}."]


def quote(
    card: RateCard, consignment: Consignment, containers: Mapping[str, int] | None = None, rates: Rates | None = None
) -> FreightQuote:
    """Price ``consignment`` on ``card``.

    For a card of containers ``containers`` says how many of which kind (:func:`~entrepot.engines.freight.fill.fill` chooses
    them). ``rates`` converts the goods' value where a charge is a share of it. What cannot be priced is a line without amount
    that says what it needs; the rest is priced all the same. On a card that is not the seller's own every line is an estimate.

    >>> from datetime import date
    >>> from entrepot.engines.freight.model import Band, Cartons, WeightRule
    >>> card = RateCard("AIR-LAX", "Air to LAX", "air", "USD", WeightRule(divisor=Fraction(6000), step=Fraction(1)),
    ...     bands=(Band(Fraction(0), None, rate=Fraction(649)),),
    ...     charges=(Charge("fuel", "Fuel", "freight", "percent", Fraction(12)),))
    >>> eight = Consignment((Cartons(8, 5625, 600, 400, 200),), date(2026, 3, 1))
    >>> for line in quote(card, eight).explain():
    ...     print(line)
    Air to LAX (AIR-LAX)
    Charged weight: 64 kg by volume (actual 45 kg, volumetric 64 kg)
    Air to LAX: 415.36 USD = 6.49 USD per kg of 64 kg by volume (actual 45 kg, volumetric 64 kg). Rule: AIR-LAX (seller)
    Fuel: 49.84 USD = 12% of 415.36 USD. Rule: AIR-LAX/fuel (seller)
    Together 465.20 USD.
    """
    weight: Chargeable | None = None
    needs = list(missing_measures(consignment.cartons, card.weight)) if card.bands else []
    if not consignment.cartons:
        needs.append("the cartons: count, packed weight and sides")
    elif card.bands and not needs:
        weight = chargeable(consignment.cartons, card.weight)
    outside = (card.valid_from and consignment.on < card.valid_from) or (
        card.valid_to and consignment.on > card.valid_to
    )
    if outside:
        needs.insert(0, f"a rate card that holds on {consignment.on}")
    base = [] if needs else [_freight(card, consignment, weight, containers or {})]
    if needs:
        base = [_missing(card, needs)]
    amounts: dict[str, int | None] = {"freight": base[0].amount}
    lines = [*base]
    legs: list[Leg] = [card.leg]
    winners = _dearest(card, consignment)
    for charge in card.charges:
        if not in_force(charge, consignment.on):
            continue
        line = _charged(_Case(card, consignment, weight, containers or {}, amounts, rates or {}, winners), charge)
        if line is not None:
            before = amounts.get(charge.code, 0)
            amounts[charge.code] = None if line.amount is None or before is None else before + line.amount
            lines.append(line)
            legs.append(charge.leg)
        else:
            amounts.setdefault(charge.code, 0)
    if card.confidence is not Confidence.SELLER:
        lines = [replace(line, estimate=True) for line in lines]
    return FreightQuote(card, tuple(lines), weight, dict(containers or {}), tuple(legs))


@dataclass(frozen=True, slots=True)
class _Case:
    card: RateCard
    consignment: Consignment
    weight: Chargeable | None
    containers: Mapping[str, int]
    amounts: Mapping[str, int | None]
    rates: Rates
    winners: Mapping[tuple[int, str], int]


def _missing(card: RateCard, needs: list[str]) -> CostLine:
    return CostLine(card.component, card.name, None, card.currency, card.basis, needs=tuple(needs), note=_note(card))


def _note(card: RateCard) -> str:
    return ALL_IN_NOTE if card.all_in else ""


def _freight(
    card: RateCard, consignment: Consignment, weight: Chargeable | None, containers: Mapping[str, int]
) -> CostLine:
    """The freight line itself: containers, single parcels, or one weight."""
    if card.containers:
        return _by_container(card, containers)
    assert weight is not None
    if card.per_piece:
        return _by_piece(card, consignment, weight)
    priced = price(card, weight.units, consignment.zone)
    if priced is None:
        return _missing(card, [_no_price(card, weight.units, consignment.zone)])
    base = weighed(weight)
    if priced.charged_as != weight.units:
        base += f", charged as {plain(priced.charged_as)} {weight.unit}: the next break is cheaper"
    return _line(card, priced.amount, base, _rate_text(card, priced), consignment)


def _by_container(card: RateCard, containers: Mapping[str, int]) -> CostLine:
    prices = {c.kind: c.price for c in card.containers}
    unknown = [kind for kind in containers if kind not in prices]
    if unknown or not any(containers.values()):
        what = f"a price for container {unknown[0]}" if unknown else "how many containers of which kind"
        return _missing(card, [what])
    amount = sum(prices[kind] * count for kind, count in containers.items())
    texts = [f"{n} × {kind} at {money(prices[kind], card)}" for kind, n in containers.items() if n]
    return CostLine(card.component, card.name, amount, card.currency, card.basis, rate=" + ".join(texts))


def _by_piece(card: RateCard, consignment: Consignment, weight: Chargeable) -> CostLine:
    amount, texts = 0, list[str]()
    for kind, units in zip(consignment.cartons, weight.pieces, strict=True):
        priced = price(card, units, consignment.zone)
        if priced is None:
            return _missing(card, [_no_price(card, units, consignment.zone)])
        amount += priced.amount * kind.count
        texts.append(f"{kind.count} × {money(priced.amount, card)} for {plain(units)} {weight.unit} each")
    return _line(card, amount, "", " + ".join(texts), consignment)


def _line(card: RateCard, amount: int, base: str, rate: str, consignment: Consignment) -> CostLine:
    zone = "" if consignment.zone == "*" else f"zone {consignment.zone}"
    note = "; ".join(part for part in (zone, _note(card)) if part)
    return CostLine(card.component, card.name, amount, card.currency, card.basis, base=base, rate=rate, note=note)


def _no_price(card: RateCard, units: Fraction, zone: str) -> str:
    where = "" if zone == "*" else f" to zone {zone}"
    return f"a price for {plain(units)} {card.weight.unit}{where} (card {card.id} has none)"


def _rate_text(card: RateCard, priced: Priced) -> str:
    if priced.by_minimum:
        return f"the minimum of {money(priced.amount, card)}"
    return per_unit(card, priced.band)


def _dearest(card: RateCard, consignment: Consignment) -> dict[tuple[int, str], int]:
    """(kind of carton, group) → place of the dearest charge of the group that is due on it."""
    best: dict[tuple[int, str], int] = {}
    for place, charge in enumerate(card.charges):
        if not charge.group or not in_force(charge, consignment.on):
            continue
        for n, kind in enumerate(consignment.cartons):
            if due_on_carton(charge.when, kind) is True and due_on_shipment(charge.when, consignment) is True:
                held = best.get((n, charge.group))
                if held is None or card.charges[held].amount < charge.amount:
                    best[n, charge.group] = place
    return best


def _charged(case: _Case, charge: Charge) -> CostLine | None:
    """The line of one charge; None where it is not due."""
    shipment = due_on_shipment(charge.when, case.consignment)
    cartons = [due_on_carton(charge.when, kind) for kind in case.consignment.cartons]
    if shipment is False or not any(cartons):
        return None
    needs = [text for text in (shipment, *cartons) if isinstance(text, str)]
    if charge.group and not needs:
        place = case.card.charges.index(charge)
        cartons = [case.winners.get((n, charge.group)) == place for n in range(len(cartons))]
        if not any(cartons):
            return None
    due = [n for n, due in enumerate(cartons) if due is True]
    if not needs:
        counted = _quantity(case, charge, due)
        if isinstance(counted, str):
            needs = [counted]
        else:
            return _amount(case, charge, counted)
    basis = case.card.basis_of(charge)
    return CostLine(charge.component, charge.name, None, case.card.currency, basis, needs=tuple(dict.fromkeys(needs)))


def _quantity(case: _Case, charge: Charge, due: list[int]) -> tuple[Fraction, str] | str:
    """How much the charge counts, and that in words; a text alone where something is missing."""
    kinds = [case.consignment.cartons[n] for n in due]
    match charge.per:
        case "shipment":
            return Fraction(1), ""
        case "piece":
            count = sum(kind.count for kind in kinds)
            return Fraction(count), f"{count} cartons"
        case "container":
            count = sum(case.containers.values())
            return (Fraction(count), f"{count} containers") if count else "how many containers of which kind"
        case "unit":
            return _units(case, charge, due)
        case "kg":
            return _summed(kinds, "weight")
        case "cbm":
            return _summed(kinds, "volume")
        case "percent":
            return _percent_base(case, charge)


def _units(case: _Case, charge: Charge, due: list[int]) -> tuple[Fraction, str] | str:
    if case.weight is None:
        return "packed weight and sides of the cartons"
    units = case.weight.units
    if charge.when.of_carton:
        counts = [case.consignment.cartons[n].count for n in due]
        units = sum((case.weight.pieces[n] * c for n, c in zip(due, counts, strict=True)), Fraction(0))
    return units, f"{plain(units)} {case.weight.unit}"


def _summed(kinds: list[Cartons], measure: str) -> tuple[Fraction, str] | str:
    total_measure = 0
    for kind in kinds:
        one = kind.weight if measure == "weight" else kind.volume
        if one is None:
            return f"{'packed weight' if measure == 'weight' else 'length, width and height'} of {kind.name}"
        total_measure += one * kind.count
    scale, unit = (Fraction(1000), "kg") if measure == "weight" else (CUBIC_METRE, "cbm")
    return total_measure / scale, f"{plain(total_measure / scale)} {unit}"


def _percent_base(case: _Case, charge: Charge) -> tuple[Fraction, str] | str:
    base = 0
    for name in charge.of:
        if name == "value":
            value = _value(case)
            if isinstance(value, str):
                return value
            base += value
        else:
            amount = case.amounts.get(name, 0)
            if amount is None:
                return f"the amount of {name}, which it is a share of"
            base += amount
    return Fraction(base, 100), money(base, case.card)


def _value(case: _Case) -> int | str:
    goods, currency = case.consignment, case.card.currency
    if goods.value is None:
        return "the value of the goods"
    if goods.value_currency in ("", currency):
        return goods.value
    rate = case.rates.get((goods.value_currency, currency))
    if rate is None:
        return f"an exchange rate from {goods.value_currency} to {currency}"
    return convert(goods.value, goods.value_currency, currency, rate)


def _amount(case: _Case, charge: Charge, counted: tuple[Fraction, str]) -> CostLine:
    quantity, words = counted
    amount = round_half_away(charge.amount * quantity)
    bound = ""
    if charge.minimum is not None and amount < charge.minimum:
        amount, bound = charge.minimum, f"at least {money(charge.minimum, case.card)}"
    if charge.maximum is not None and amount > charge.maximum:
        amount, bound = charge.maximum, f"at most {money(charge.maximum, case.card)}"
    if charge.per == "percent":
        rate = f"{plain(charge.amount)}%"
    else:
        rate = f"{money(charge.amount, case.card)} per {case.card.weight.unit if charge.per == 'unit' else charge.per}"
    basis = case.card.basis_of(charge)
    currency = case.card.currency
    return CostLine(charge.component, charge.name, amount, currency, basis, base=words, rate=rate, note=bound)
