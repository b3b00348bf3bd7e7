"""Rate cards as data: read, checked whole, and chosen by date. A card with gaps or overlaps is refused, with the place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import get_args

from entrepot.core.components import COMPONENTS
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import CURRENCIES
from entrepot.engines.freight.model import EVERYWHERE, Band, Charge, Edge, Leg, Per, RateCard


def checked(card: RateCard) -> RateCard:
    """The card, if it can be relied on; else :class:`ProblemError` with everything that is wrong with it.

    >>> from entrepot.engines.freight.model import WeightRule
    >>> bands = (Band(Fraction(0), Fraction(45), rate=Fraction(600)), Band(Fraction(50), None, rate=Fraction(500)))
    >>> card = RateCard("AIR-1", "air", "air", "USD", WeightRule(), bands)
    >>> print(problems_of(card)[0])
    AIR-1, field bands: no price between 45 and 50 kg (found: zone *). close the gap between the two bands
    """
    problems = problems_of(card)
    if problems:
        raise ProblemError(*problems)
    return card


def problems_of(card: RateCard) -> list[Problem]:
    """Everything that makes a card unusable: gaps, overlaps, prices below 0, dates, currency, charges on nothing."""
    found = [*_weight_problems(card), *_band_problems(card), *_charge_problems(card)]
    for box in card.containers:
        if box.price < 0 or box.volume <= 0 or box.payload <= 0:
            text = "a container without room, payload or price"
            found.append(_wrong(card, "container", text, "give cbm, payload_kg and price", box.kind))
    if card.currency not in CURRENCIES:
        found.append(_wrong(card, "currency", "the currency is not an ISO 4217 code", "use USD, CNY …", card.currency))
    if card.component not in COMPONENTS:
        found.append(_wrong(card, "component", "no such cost component", "use freight or last_mile", card.component))
    if card.edge not in get_args(Edge):
        found.append(_wrong(card, "edge", "no such side of a break", "use from or upto", card.edge))
    if card.leg not in get_args(Leg):
        found.append(_wrong(card, "leg", "no such leg", f"use {', '.join(get_args(Leg))}", card.leg))
    if not card.bands and not card.containers:
        found.append(_wrong(card, "bands", "the card has no price", "add bands by weight, or containers", ""))
    if card.valid_from and card.valid_to and card.valid_to < card.valid_from:
        found.append(_wrong(card, "valid_to", "the card ends before it begins", "swap the dates", str(card.valid_to)))
    return found


def _weight_problems(card: RateCard) -> list[Problem]:
    rule = card.weight
    wrong = {
        "divisor": rule.divisor is not None and rule.divisor <= 0,
        "step": rule.step is not None and rule.step <= 0,
        "side_step": rule.side_step is not None and rule.side_step <= 0,
        "volume_share": not 0 <= rule.volume_share <= 1,
        "volume_from": rule.volume_from < 0,
        "piece_minimum": rule.piece_minimum < 0,
        "minimum": rule.minimum < 0,
    }
    return [
        _wrong(card, f"weight.{name}", "out of range", "above 0; a share between 0 and 1", str(getattr(rule, name)))
        for name, bad in wrong.items()
        if bad
    ]


def _band_problems(card: RateCard) -> list[Problem]:
    found: list[Problem] = []
    unit = card.weight.unit
    start = max(card.weight.minimum, card.weight.piece_minimum)
    for zone in dict.fromkeys(band.zone for band in card.bands):
        bands = sorted((b for b in card.bands if b.zone == zone), key=lambda b: b.over)
        if bands[0].over > start:
            text = f"no price below {_plain(bands[0].over)} {unit}"
            found.append(_wrong(card, "bands", text, "add a first band from 0, or a minimum weight", f"zone {zone}"))
        for lower, upper in pairwise(bands):
            if lower.upto is None or lower.upto > upper.over:
                end = "the end" if lower.upto is None else f"{_plain(lower.upto)} {unit}"
                text = f"two prices from {_plain(upper.over)} {unit} to {end}"
                found.append(_wrong(card, "bands", text, "let every band end where the next begins", f"zone {zone}"))
            elif lower.upto < upper.over:
                text = f"no price between {_plain(lower.upto)} and {_plain(upper.over)} {unit}"
                found.append(_wrong(card, "bands", text, "close the gap between the two bands", f"zone {zone}"))
        for band in bands:
            if band.upto is not None and band.upto <= band.over:
                text = f"the band ends at {_plain(band.upto)}, where it begins"
                found.append(_wrong(card, "bands", text, "give an end above the start", f"zone {zone}"))
            if band.flat < 0 or band.rate < 0:
                found.append(_wrong(card, "bands", "a price below 0", "leave unknown prices out", f"zone {zone}"))
    return found


def _charge_problems(card: RateCard) -> list[Problem]:
    found: list[Problem] = []
    known = {"freight", "value"}
    for charge in card.charges:
        if charge.per not in get_args(Per):
            found.append(
                _wrong(card, charge.code, "no such way to charge", f"use {', '.join(get_args(Per))}", charge.per)
            )
        if charge.leg not in get_args(Leg):
            found.append(_wrong(card, charge.code, "no such leg", f"use {', '.join(get_args(Leg))}", charge.leg))
        if charge.component not in COMPONENTS:
            found.append(_wrong(card, charge.code, "no such cost component", "see the components", charge.component))
        for name in charge.of if charge.per == "percent" else ():
            if name not in known:
                text = f"a percentage of {name}, which is not charged before it"
                found.append(_wrong(card, charge.code, text, "put the charge that it is a share of first", name))
        if charge.minimum is not None and charge.maximum is not None and charge.minimum > charge.maximum:
            found.append(_wrong(card, charge.code, "minimum above maximum", "swap them", str(charge.minimum)))
        if charge.per == "container" and not card.containers:
            found.append(_wrong(card, charge.code, "a price per container", "use a card of containers", charge.per))
        known.add(charge.code)
    for code in dict.fromkeys(c.code for c in card.charges):
        dated = sorted((c for c in card.charges if c.code == code), key=lambda c: c.valid_from or date.min)
        for earlier, later in pairwise(dated):
            same = earlier.when == later.when
            if same and (earlier.valid_to or date.max) >= (later.valid_from or date.min):
                text = "two rates of one charge on the same day"
                found.append(_wrong(card, code, text, "end the older one the day before", str(later.valid_from)))
    return found


def _wrong(card: RateCard, field: str, message: str, remedy: str, found: str) -> Problem:
    return Problem("rate_card", message, remedy, document=card.id, field=field, found=found)


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"


def in_force(charge: Charge, on: date) -> bool:
    """Whether the charge is dated to hold on that day (both ends included, open ends hold for ever)."""
    return (charge.valid_from or date.min) <= on <= (charge.valid_to or date.max)


def card_on(cards: Sequence[RateCard], on: date) -> RateCard | Problem:
    """The one of these cards of a line that holds on a day; a problem where none or two do.

    >>> from entrepot.engines.freight.model import WeightRule
    >>> may = RateCard("L", "line", "air", "USD", WeightRule(), valid_from=date(2026, 5, 1), valid_to=date(2026, 5, 31))
    >>> print(card_on([may], date(2026, 6, 2)))
    L: no rate card holds on 2026-06-02 (found: last one ends 2026-05-31). ask for a new card, or import it
    """
    name = cards[0].id if cards else ""
    holding = [c for c in cards if (c.valid_from or date.min) <= on <= (c.valid_to or date.max)]
    if len(holding) == 1:
        return holding[0]
    if holding:
        text = f"{len(holding)} rate cards hold on {on}"
        return Problem("rate_card", text, "end the older one the day before", name, found=holding[0].source)
    before = [c.valid_to for c in cards if c.valid_to and c.valid_to < on]
    after = [c.valid_from for c in cards if c.valid_from and c.valid_from > on]
    last = f"last one ends {max(before)}" if before else f"first one begins {min(after)}" if after else "no card"
    return Problem("rate_card", f"no rate card holds on {on}", "ask for a new card, or import it", name, found=last)


def gaps_and_overlaps(cards: Iterable[RateCard]) -> list[Problem]:
    """Days on which a line has no card or two, between its first day and its last: one problem a stretch."""
    found: list[Problem] = []
    dated = sorted(cards, key=lambda c: c.valid_from or date.min)
    for earlier, later in pairwise(dated):
        ends, begins = earlier.valid_to or date.max, later.valid_from or date.min
        if ends >= begins:
            text, remedy = f"two cards from {begins} on", "end the older one the day before"
        elif ends + timedelta(days=1) < begins:
            text, remedy = f"no card from {ends + timedelta(days=1)} to {begins - timedelta(days=1)}", "import the card"
        else:
            continue
        found.append(Problem("rate_card", text, remedy, document=later.id, field="valid_from", found=str(begins)))
    return found


def bands_for(card: RateCard, zone: str) -> tuple[Band, ...]:
    """Bands of a zone by weight; bands for everywhere (``*``) serve a zone that has none of its own."""
    own = [b for b in card.bands if b.zone == zone] or [b for b in card.bands if b.zone == EVERYWHERE]
    return tuple(sorted(own, key=lambda b: b.over))
