"""A million quotes on one card: arrays of consignments of one kind of carton each, priced in exact integers.

The results equal :func:`~entrepot.engines.freight.quote.quote` to the minor unit; only the words are left out. Where a card's
fractions would leave 64 bits the rows are priced one by one instead of approximately.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor, lcm

import numpy as np
from numpy.typing import NDArray

from entrepot.core.measures import CUBIC_METRE
from entrepot.engines.freight.card import bands_for
from entrepot.engines.freight.integers import I64, fits, half_up, rounded, scaled, steps, top
from entrepot.engines.freight.model import EVERYWHERE, Cartons, Charge, Condition, Consignment, RateCard, WeightRule
from entrepot.engines.freight.quote import quote
from entrepot.engines.freight.weigh import benefit

Mask = NDArray[np.bool_]
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Shipments:
    """Columns of equal length, one consignment of one kind of carton a row; -1 = not known (0 too for measures).

    ``weight`` g and sides mm of one carton; ``day`` as ``datetime64[D]``; ``zone`` indexes ``zones``; ``goods`` says for each
    category which rows hold it; ``residential`` 1, 0 or -1; ``value`` in minor units of the card's currency.
    """

    count: I64
    weight: I64
    length: I64
    width: I64
    height: I64
    day: NDArray[np.datetime64]
    zones: tuple[str, ...] = (EVERYWHERE,)
    zone: I64 | None = None
    goods: Mapping[str, Mask] | None = None
    residential: I64 | None = None
    value: I64 | None = None

    def __len__(self) -> int:
        return len(self.count)

    def row(self, n: int, currency: str) -> Consignment:
        """One row as a consignment."""

        def known(column: I64) -> int | None:
            return None if column[n] < 0 else int(column[n])

        goods = frozenset(name for name, has in (self.goods or {}).items() if has[n])
        length, width, height = known(self.length), known(self.width), known(self.height)
        kind = Cartons(int(self.count[n]), known(self.weight), length, width, height, goods)
        home = None if self.residential is None or self.residential[n] < 0 else bool(self.residential[n])
        zone = EVERYWHERE if self.zone is None else self.zones[int(self.zone[n])]
        value = None if self.value is None else known(self.value)
        return Consignment(
            (kind,), self.day[n].astype(date), zone, "", home, value, currency if value is not None else ""
        )


@dataclass(frozen=True, slots=True)
class ManyQuotes:
    """``known`` sums the known lines of each row in minor units; ``complete`` says whether nothing is missing.

    ``parts`` holds the amount of ``freight`` and of every charge by code, 0 where it is not due or not known.
    """

    known: I64
    complete: Mask
    parts: Mapping[str, I64]


def quote_many(card: RateCard, rows: Shipments) -> ManyQuotes:
    """Price every row on ``card``. Cards of containers and charges by postcode are not for arrays: ValueError.

    >>> from entrepot.engines.freight.model import Band
    >>> card = RateCard("E", "Express", "express", "USD", WeightRule(divisor=Fraction(5000), step=Fraction(1, 2)),
    ...     bands=(Band(Fraction(0), None, flat=Fraction(1000), rate=Fraction(600)),))
    >>> one = np.array([1, 1]); side = np.array([300, -1])
    >>> told = quote_many(card, Shipments(one, np.array([2100, 500]), side, side, side, np.array(["2026-03-01"] * 2, "M8[D]")))
    >>> told.known.tolist(), told.complete.tolist()
    ([4300, 0], [True, False])
    """
    if card.containers or any(charge.when.postcodes for charge in card.charges):
        raise ValueError(f"{card.id}: containers and postcodes are priced one by one, with quote()")
    try:
        return _Sheet(card, rows).priced()
    except OverflowError:
        return _one_by_one(card, rows)


def _one_by_one(card: RateCard, rows: Shipments) -> ManyQuotes:
    known, complete = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
    parts = {"freight": np.zeros(len(rows), np.int64)} | {c.code: np.zeros(len(rows), np.int64) for c in card.charges}
    for n in range(len(rows)):
        told = quote(card, rows.row(n, card.currency))
        known[n], complete[n] = told.total.known, told.complete
        parts["freight"][n] = told.lines[0].amount or 0
        for line in told.lines[1:]:
            parts[line.basis.rule.rpartition("/")[2]][n] += line.amount or 0
    return ManyQuotes(known, complete, parts)


class _Sheet:
    """The columns of one call."""

    def __init__(self, card: RateCard, rows: Shipments) -> None:
        self.card, self.rows, self.rule = card, rows, card.weight
        sides = np.sort(np.stack([rows.length, rows.width, rows.height]), axis=0)
        self.measured: Mask = sides[0] > 0
        self.longest, self.second, self.shortest = sides[2], sides[1], sides[0]
        self.weighed: Mask = rows.weight > 0
        needs_sides = self.rule.divisor is not None
        self.ready: Mask = self.weighed & (self.measured if needs_sides else True)
        self.weight = np.where(self.ready, rows.weight, 0)
        self.day = rows.day.astype("datetime64[D]")
        month = self.day.astype("datetime64[M]")
        self.month_day = (month.astype(np.int64) % 12 + 1) * 100 + (self.day - month).astype(np.int64) + 1

    def priced(self) -> ManyQuotes:
        card, rows = self.card, self.rows
        scale, pieces, units = self.chargeable()
        freight, known = self.freight(scale, pieces, units)
        known &= self.ready & self.dated(card.valid_from, card.valid_to)
        freight = np.where(known, freight, 0)
        amounts: dict[str, tuple[I64, Mask]] = {"freight": (freight, known)}
        total, complete = freight.copy(), known.copy()
        winners = self.dearest()
        for place, charge in enumerate(card.charges):
            amount, due, sure = self.charge(charge, amounts, scale, pieces, units)
            if charge.group:
                due &= ~sure | (winners[charge.group] == place)
            sure &= due
            amount = np.where(sure, amount, 0)
            missing = due & ~sure
            before, fine = amounts.get(charge.code, (np.zeros(len(rows), np.int64), np.ones(len(rows), np.bool_)))
            amounts[charge.code] = (before + amount, fine & ~missing)
            total += amount
            complete &= ~missing
        return ManyQuotes(total, complete, {code: amount for code, (amount, _) in amounts.items()})

    def dated(self, first: date | None, last: date | None) -> Mask:
        holds_on = np.ones(len(self.rows), np.bool_)
        if first is not None:
            holds_on &= self.day >= np.datetime64(first)
        if last is not None:
            holds_on &= self.day <= np.datetime64(last)
        return holds_on

    def chargeable(self) -> tuple[int, I64, I64]:
        """Scale, and chargeable units times that scale: of one carton and of the row."""
        rule = self.rule
        simple = rule.step is not None and rule.volume_share == 1 and rule.volume_from <= 1
        volume, per_volume = self.volume(rule)
        scale = self.scale(rule, per_volume, simple=simple)
        count = self.rows.count
        one = self.units(scale, np.ones_like(count), volume, per_volume, simple=simple)
        least = floor(rule.piece_minimum * scale)
        pieces = np.maximum(one, least)
        if rule.per_piece:
            fits(top(pieces), top(count))
            units = pieces * count
        else:
            units = self.units(scale, count, volume, per_volume, simple=simple)
            if least:
                raised = self.units(scale, count, volume, per_volume, simple=simple, least=rule.piece_minimum)
                units = np.maximum(units, raised)
        return scale, pieces, np.maximum(units, floor(rule.minimum * scale))

    def volume(self, rule: WeightRule) -> tuple[I64, Fraction]:
        """Volume of one carton as charged, and units of charge for one of what it is counted in."""
        zero = np.zeros(len(self.rows), np.int64)
        if rule.divisor is None:
            return zero, Fraction(0)
        sides = [np.where(self.ready, side, 0) for side in (self.longest, self.second, self.shortest)]
        per_volume = 1 / (rule.divisor * rule.grams)
        if rule.side_step is not None:
            less = floor(2 * benefit(rule.side_step))
            sides = [np.maximum(steps(2 * side - less, 1 / (2 * rule.side_step)), 0) for side in sides]
            per_volume *= rule.side_step**3
        fits(*(top(side) for side in sides))
        return sides[0] * sides[1] * sides[2], per_volume

    def scale(self, rule: WeightRule, per_volume: Fraction, *, simple: bool) -> int:
        numbers = [rule.piece_minimum, rule.minimum, rule.step or Fraction(1)]
        numbers += [n for band in self.card.bands for n in (band.over, band.upto, band.rate_over) if n is not None]
        if not simple:
            numbers += [rule.volume_share / (2 * rule.grams), 1 / (2 * rule.grams), rule.volume_share * per_volume]
        return lcm(*(number.denominator for number in numbers))

    def units(
        self,
        scale: int,
        count: I64,
        volume: I64,
        per_volume: Fraction,
        *,
        simple: bool,
        least: Fraction | None = None,
    ) -> I64:
        """Chargeable units · scale of ``count`` cartons before minima; with ``least`` each carton counts at least that."""
        rule = self.rule
        fits(top(self.weight), top(count))
        fits(top(volume), top(count))
        # In half grams, so that the benefit of the half gram is whole.
        less = 0 if rule.step is None else floor(2 * benefit(rule.grams))
        weight, volumes = (2 * self.weight - less) * count, volume * count
        half = 2 * rule.grams
        if simple:
            assert rule.step is not None
            by_weight = steps(weight, 1 / (half * rule.step))
            by_volume = steps(volumes, per_volume / rule.step)
            found = np.maximum(by_weight, by_volume)
            if least is not None:
                found = np.maximum(found, steps(count, least / rule.step))
            return scaled(found, rule.step * scale)
        actual = scaled(weight, scale / half)
        shared = actual
        if per_volume:
            share = rule.volume_share
            more = scaled(volumes, share * per_volume * scale) - scaled(weight, share / half * scale)
            factor = max(rule.volume_from, Fraction(1)) / half
            common = lcm(per_volume.denominator, factor.denominator)
            bulky = scaled(volumes, per_volume * common) > scaled(weight, factor * common)
            shared = np.where(bulky, actual + more, actual)
        if least is not None:
            fits(top(count), floor(least * scale))
            shared = np.maximum(shared, count * floor(least * scale))
        if rule.step is None:
            return shared
        step = floor(rule.step * scale)
        return -(-shared // step) * step

    def freight(self, scale: int, pieces: I64, units: I64) -> tuple[I64, Mask]:
        """Freight in minor units, and where the card has a price."""
        card, rows = self.card, self.rows
        weight = pieces if card.per_piece else units
        amount, known = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
        places = [EVERYWHERE] if rows.zone is None else list(rows.zones)
        for place, zone in enumerate(places):
            here = np.ones(len(rows), np.bool_) if rows.zone is None else rows.zone == place
            bands = bands_for(card, zone)
            for n, band in enumerate(bands):
                low, high = ceil(band.over * scale), None if band.upto is None else floor(band.upto * scale)
                inside = self.inside(weight, low, high) & here
                priced = self.band_price(weight[inside], band.flat, band.rate, band.rate_over, scale)
                if card.next_break:
                    later = [half_up(b.price(b.over)) for b in bands[n + 1 :]]
                    priced = np.minimum(priced, min(later)) if later else priced
                amount[inside] = priced
                known |= inside
        if card.minimum is not None:
            amount = np.where(known, np.maximum(amount, card.minimum), amount)
        if card.per_piece:
            fits(top(amount), top(rows.count))
            amount *= rows.count
        return amount, known

    def inside(self, weight: I64, low: int, high: int | None) -> Mask:
        if self.card.edge == "from":
            return (weight >= low) & (True if high is None else weight < high)
        above = (weight > low) | ((weight == 0) & (low == 0))
        return above & (True if high is None else weight <= high)

    @staticmethod
    def band_price(weight: I64, flat: Fraction, rate: Fraction, over: Fraction, scale: int) -> I64:
        per = rate / scale
        common = lcm(flat.denominator, per.denominator)
        counted = np.maximum(weight - floor(over * scale), 0)
        fits(top(counted), floor(per * common), 4)
        fits(floor(flat * common), 4)
        whole = counted * floor(per * common) + floor(flat * common)
        return (2 * whole + common) // (2 * common)

    def due(self, when: Condition) -> tuple[Mask, Mask]:
        """Where a charge is due or may be, and where that is sure."""
        rows = self.rows
        due, sure = np.ones(len(rows), np.bool_), np.ones(len(rows), np.bool_)
        if when.season is not None:
            (m1, d1), (m2, d2) = when.season
            first, last = m1 * 100 + d1, m2 * 100 + d2
            after, before = self.month_day >= first, self.month_day <= last
            due &= (after & before) if first <= last else (after | before)
        if when.zones:
            if rows.zone is None:
                sure &= False
            else:
                known = np.array([zone in when.zones for zone in rows.zones])
                nowhere = np.array([zone == EVERYWHERE and zone not in when.zones for zone in rows.zones])
                due &= known[rows.zone] | nowhere[rows.zone]
                sure &= ~nowhere[rows.zone]
        if when.residential:
            home = np.full(len(rows), UNKNOWN) if rows.residential is None else rows.residential
            due &= home != 0
            sure &= home > 0
        if when.goods:
            held = [has for name, has in (rows.goods or {}).items() if name in when.goods]
            due &= np.any(held, axis=0) if held else False
        if when.measured:
            over, told = self.oversize(when)
            due &= over | ~told
            sure &= over | told
        return due, sure

    def oversize(self, when: Condition) -> tuple[Mask, Mask]:
        """Where a bound is exceeded, and where all that is needed to tell was measured."""
        over, told = np.zeros(len(self.rows), np.bool_), np.ones(len(self.rows), np.bool_)
        if when.weight_over is not None:
            over |= self.weighed & (self.rows.weight > when.weight_over)
            told &= self.weighed
        girth = self.longest + 2 * (self.second + self.shortest)
        sizes = ((self.longest, when.longest_over), (self.second, when.second_over), (girth, when.girth_over))
        for size, bound in sizes:
            if bound is not None:
                over |= self.measured & (size > bound)
                told &= self.measured
        return over, told

    def dearest(self) -> dict[str, I64]:
        """Group → place of the dearest charge of it that is surely due on each row, -1 where none is."""
        best: dict[str, I64] = {}
        amounts: dict[str, list[Fraction]] = {}
        for place, charge in enumerate(self.card.charges):
            if not charge.group:
                continue
            due, sure = self.due(charge.when)
            due &= sure & self.dated(charge.valid_from, charge.valid_to)
            held = best.setdefault(charge.group, np.full(len(self.rows), UNKNOWN))
            ranks = amounts.setdefault(charge.group, [c.amount for c in self.card.charges])
            dearer = np.array([ranks[p] < charge.amount for p in range(len(ranks))] + [True])
            best[charge.group] = np.where(due & dearer[held], place, held)
        return best

    def charge(
        self, charge: Charge, amounts: Mapping[str, tuple[I64, Mask]], scale: int, pieces: I64, units: I64
    ) -> tuple[I64, Mask, Mask]:
        """Amount of a charge, where it is due or may be, and where its amount is sure."""
        rows, count = self.rows, self.rows.count
        due, sure = self.due(charge.when)
        due &= self.dated(charge.valid_from, charge.valid_to)
        one = np.ones(len(rows), np.int64)
        match charge.per:
            case "shipment" | "container":
                quantity, factor = one, charge.amount
            case "piece":
                quantity, factor = count, charge.amount
            case "unit":
                quantity = pieces * count if charge.when.of_carton else units
                factor = charge.amount / scale
                sure &= self.ready
            case "kg":
                quantity, factor = np.where(self.weighed, rows.weight, 0) * count, charge.amount / 1000
                sure &= self.weighed
            case "cbm":
                sides = (self.longest, self.second, self.shortest)
                fits(*(top(side) for side in sides), top(count))
                raw = sides[0] * sides[1] * sides[2] * count
                quantity, factor = np.where(self.measured, raw, 0), charge.amount / CUBIC_METRE
                sure &= self.measured
            case "percent":
                quantity, fine = self.percent_base(charge, amounts)
                factor = charge.amount / 100
                sure &= fine
        amount = rounded(quantity, factor)
        if charge.minimum is not None:
            amount = np.maximum(amount, charge.minimum)
        if charge.maximum is not None:
            amount = np.minimum(amount, charge.maximum)
        return amount, due, sure

    def percent_base(self, charge: Charge, amounts: Mapping[str, tuple[I64, Mask]]) -> tuple[I64, Mask]:
        base, fine = np.zeros(len(self.rows), np.int64), np.ones(len(self.rows), np.bool_)
        for name in charge.of:
            if name == "value":
                value = np.full(len(self.rows), UNKNOWN) if self.rows.value is None else self.rows.value
                base = base + np.maximum(value, 0)
                fine &= value >= 0
            elif name in amounts:
                base = base + amounts[name][0]
                fine &= amounts[name][1]
        return base, fine
