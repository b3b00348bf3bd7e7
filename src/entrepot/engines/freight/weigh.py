"""Chargeable weight: what a carrier bills for, from packed weight and sides."""

from __future__ import annotations

from fractions import Fraction

from entrepot.engines.freight.model import Cartons, Chargeable, WeightRule


def volume_as_charged(cartons: Cartons, rule: WeightRule) -> Fraction | None:
    """mm³ of one carton after the carrier's rounding of its sides; None when a side is missing.

    >>> volume_as_charged(Cartons(1, 900, 401, 300, 200), WeightRule(side_step=Fraction(10)))
    Fraction(24600000, 1)
    """
    sides = cartons.sides
    if sides is None:
        return None
    if rule.side_step is None:
        return Fraction(sides[0] * sides[1] * sides[2])
    step = rule.side_step
    less = benefit(step)
    a, b, c = (-(-(side - less) // step) * step for side in sides)
    return a * b * c


def benefit(unit: Fraction) -> Fraction:
    """What is taken off a measure in whole mm or g before it is rounded up to ``unit``: half, unless the unit is whole itself.

    A box of 12 in is stored as 305 mm, which is 12.008 in: without the half it would be charged as 13.

    >>> from entrepot.core.measures import INCH
    >>> benefit(Fraction(10)), benefit(INCH)
    (Fraction(0, 1), Fraction(1, 2))
    """
    return Fraction(0) if unit.denominator == 1 else Fraction(1, 2)


def missing_measures(cartons: tuple[Cartons, ...], rule: WeightRule) -> list[str]:
    """What weighing needs and does not have, in words; empty when it can go on.

    >>> missing_measures((Cartons(3, None, label="mug carton"),), WeightRule(divisor=Fraction(6000)))
    ['packed weight of mug carton', 'length, width and height of mug carton']
    """
    lacking: list[str] = []
    for kind in cartons:
        if kind.weight is None:
            lacking.append(f"packed weight of {kind.name}")
        if rule.divisor is not None and kind.sides is None:
            lacking.append(f"length, width and height of {kind.name}")
    return lacking


def chargeable(cartons: tuple[Cartons, ...], rule: WeightRule) -> Chargeable:
    """Chargeable weight of cartons under a rule; they must be measured (:func:`missing_measures` is empty).

    volumetric = Σ volume / divisor, chargeable = max(actual, volumetric) rounded up to the step (see :class:`WeightRule` for
    the variants). Air: 6,000 cm³/kg; express: 5,000; US parcels: 139 in³/lb; sea W/M: the greater of cbm and tonnes.
    Source: IATA TACT rules 3.9 (volume) as told by forwarders; docs/methods/freight.md lists the examples reproduced.

    >>> eight = (Cartons(8, 5625, 600, 400, 200),)
    >>> chargeable(eight, WeightRule(divisor=Fraction(6000))).units
    Fraction(64, 1)
    >>> sea = chargeable((Cartons(1, 300_000, 1000, 1000, 600),), WeightRule(unit="rt", divisor=Fraction(1000),
    ...                  minimum=Fraction(1)))
    >>> sea.volumetric, sea.units, sea.by
    (Fraction(3, 5), Fraction(1, 1), 'minimum')
    """
    lacking = missing_measures(cartons, rule)
    if lacking:
        raise ValueError(f"cannot weigh: {'; '.join(lacking)} missing")
    singles = [_single(kind, rule) for kind in cartons]
    weighs = sum((w * k.count for (w, _), k in zip(singles, cartons, strict=True)), Fraction(0))
    actual = Fraction(sum((k.weight or 0) * k.count for k in cartons)) / rule.grams
    volumetric = None
    if rule.divisor is not None:
        volumetric = sum(
            ((v or Fraction(0)) * k.count for (_, v), k in zip(singles, cartons, strict=True)), Fraction(0)
        )
    pieces = tuple(max(_up(_greater(w, v, rule), rule.step), rule.piece_minimum) for w, v in singles)
    if rule.per_piece:
        before = sum((_greater(w, v, rule) * k.count for (w, v), k in zip(singles, cartons, strict=True)), Fraction(0))
        units = sum((p * k.count for p, k in zip(pieces, cartons, strict=True)), Fraction(0))
        raised = any(p > _up(_greater(w, v, rule), rule.step) for p, (w, v) in zip(pieces, singles, strict=True))
    else:
        before = _greater(weighs, volumetric, rule)
        units = _up(before, rule.step)
        least = Fraction(0)
        if rule.piece_minimum:
            each = (max(_greater(w, v, rule), rule.piece_minimum) for w, v in singles)
            least = _up(sum((e * k.count for e, k in zip(each, cartons, strict=True)), Fraction(0)), rule.step)
        raised = least > units
        units = max(units, least)
    raised = raised or rule.minimum > units
    units = max(units, rule.minimum)
    by = "minimum" if raised else "volume" if before > weighs else "weight"
    return Chargeable(units, rule.unit, actual, volumetric, by, pieces)


def _single(kind: Cartons, rule: WeightRule) -> tuple[Fraction, Fraction | None]:
    """Actual and volumetric weight of one carton, in units; the actual one less its benefit where it will be rounded up."""
    assert kind.weight is not None
    less = Fraction(0) if rule.step is None else benefit(rule.grams)
    volume = None if rule.divisor is None else volume_as_charged(kind, rule)
    volumetric = None if volume is None or rule.divisor is None else volume / rule.divisor / rule.grams
    return (kind.weight - less) / rule.grams, volumetric


def _greater(actual: Fraction, volumetric: Fraction | None, rule: WeightRule) -> Fraction:
    if volumetric is None or volumetric <= actual * max(rule.volume_from, Fraction(1)):
        return actual
    return actual + rule.volume_share * (volumetric - actual)


def _up(units: Fraction, step: Fraction | None) -> Fraction:
    return units if step is None else -(-units // step) * step
