"""Full containers, loose cargo, or both: which mix carries the cartons for the least money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from entrepot.core.cost_lines import CostLine, Total, total
from entrepot.core.measures import CUBIC_METRE, TONNE
from entrepot.engines.freight.card import in_force
from entrepot.engines.freight.model import Cartons, Consignment, Container, Leg, RateCard, Rates
from entrepot.engines.freight.quote import FreightQuote, quote
from entrepot.engines.freight.words import plain

OPEN_CHOICE = 5
"""Above so many containers the rest is laid into the cheapest kind per cbm before kinds are tried against each other."""


@dataclass(frozen=True, slots=True)
class FillPlan:
    """One way to ship: containers of each kind, and what of the cartons goes loose.

    ``full`` and ``loose`` are the two quotes, either may be None. ``used`` is the share of the containers' usable volume and
    of their payload that the loaded cartons take (0 to 1).
    """

    containers: Mapping[str, int]
    loaded: tuple[Cartons, ...]
    left: tuple[Cartons, ...]
    full: FreightQuote | None
    loose: FreightQuote | None
    used: tuple[Fraction, Fraction]

    @property
    def lines(self) -> tuple[CostLine, ...]:
        """Cost lines of both parts."""
        return tuple(line for part in (self.full, self.loose) if part is not None for line in part.lines)

    def of_leg(self, leg: Leg) -> tuple[CostLine, ...]:
        """The lines of one leg, of both parts."""
        return tuple(line for part in (self.full, self.loose) if part is not None for line in part.of_leg(leg))

    @property
    def total(self) -> Total:
        """Sum of both parts."""
        part = self.full or self.loose
        assert part is not None
        return total(self.lines, part.card.currency)

    @property
    def carried(self) -> list[str]:
        """Containers with how full they are, and what goes loose, in words."""
        boxes = " + ".join(f"{n} × {kind}" for kind, n in self.containers.items() if n)
        out: list[str] = []
        if boxes:
            volume, payload = (f"{float(share):.0%}" for share in self.used)
            out.append(f"{boxes}, filled to {volume} of the usable volume and {payload} of the payload")
        if self.left:
            loose = sum((Fraction((c.volume or 0) * c.count) for c in self.left), Fraction(0)) / CUBIC_METRE
            out.append(f"{sum(c.count for c in self.left)} cartons ({plain(loose)} cbm) go loose")
        return out

    def explain(self) -> list[str]:
        """The plan in words, then the lines of its quotes."""
        return [
            *self.carried, *(line for part in (self.full, self.loose) if part is not None for line in part.explain())
        ]  # fmt: skip


def fill(
    full: RateCard, consignment: Consignment, loose: RateCard | None = None, rates: Rates | None = None
) -> list[FillPlan]:
    """Every sensible mix of the containers of ``full`` with the rest on the loose-cargo card, cheapest first.

    Containers are filled by volume and payload in whole cartons, each kind of carton in proportion; a carton must fit
    through by its sides. What is left goes to ``loose``; without that card only mixes that carry all are given. Mixes with a
    container more than needed are left out. Plans with unknown amounts come last. Packing in three dimensions is not tried:
    the usable volume of a container stands for it (docs/methods/freight.md).

    >>> from datetime import date
    >>> from entrepot.engines.freight.model import Band, WeightRule
    >>> fcl = RateCard("FCL", "Sea FCL", "sea_fcl", "USD", WeightRule(), containers=(
    ...     Container("20GP", 120000, 28 * 10**9, 21_000_000), Container("40HQ", 182300, 68 * 10**9, 26_000_000)))
    >>> lcl = RateCard("LCL", "Sea LCL", "sea_lcl", "USD", WeightRule("rt", Fraction(1000), minimum=Fraction(1)),
    ...     bands=(Band(Fraction(0), None, rate=Fraction(7500)),))
    >>> goods = Consignment((Cartons(750, 12_000, 500, 400, 500),), date(2026, 3, 1))
    >>> best = fill(fcl, goods, lcl)[0]
    >>> best.containers, sum(c.count for c in best.left), best.total.known
    ({'20GP': 0, '40HQ': 1}, 70, 234800)
    """
    measured = all(kind.weight is not None and kind.sides is not None for kind in consignment.cartons)
    if not measured or not consignment.cartons:
        asked = quote(replace(full, bands=loose.bands if loose else full.bands), consignment, rates=rates)
        return [FillPlan({}, (), consignment.cartons, asked, None, (Fraction(0), Fraction(0)))]
    boxes = [box for box in full.containers if all(_fits(kind, box) for kind in consignment.cartons)]
    volume = sum((kind.volume or 0) * kind.count for kind in consignment.cartons)
    weight = sum((kind.weight or 0) * kind.count for kind in consignment.cartons)
    plans: list[FillPlan] = []
    each = sum((c.amount for c in full.charges if c.per == "container" and in_force(c, consignment.on)), Fraction(0))
    for counts in _mixes(boxes, volume, weight, each, partial=loose is not None):
        loaded, left = _load(consignment.cartons, boxes, counts)
        if left and loose is None:
            continue
        chosen = {box.kind: counts.get(box.kind, 0) for box in boxes}
        part = replace(consignment, cartons=loaded)
        inside = quote(full, part, chosen, rates) if loaded else None
        rest = quote(loose, replace(consignment, cartons=left), rates=rates) if left and loose is not None else None
        if inside is None and rest is None:
            continue
        plans.append(FillPlan(chosen if loaded else {}, loaded, left, inside, rest, _used(loaded, boxes, counts)))
    return sorted(plans, key=lambda plan: (plan.total.missing > 0, plan.total.known))


def _fits(kind: Cartons, box: Container) -> bool:
    sides = kind.sides
    return sides is None or box.inside is None or all(s <= room for s, room in zip(sides, box.inside, strict=True))


def _mixes(
    boxes: list[Container], volume: int, weight: int, each: Fraction, *, partial: bool
) -> Iterator[dict[str, int]]:
    """Counts by kind that carry everything with none to spare, and, if ``partial``, those that carry a part or nothing.

    ``each`` is what every container costs beside its price.
    """
    need = {box.kind: max(ceil(Fraction(volume, box.volume)), ceil(Fraction(weight, box.payload))) for box in boxes}
    fixed: dict[str, int] = {}
    if boxes and min(need.values()) > OPEN_CHOICE:
        cheapest = min(boxes, key=lambda box: (box.price + each) * need[box.kind])
        fixed = {cheapest.kind: need[cheapest.kind] - OPEN_CHOICE}
        if partial:
            yield {}

    def extend(place: int, counts: dict[str, int]) -> Iterator[dict[str, int]]:
        if _covers(boxes, counts, volume, weight):
            spare = any(
                n > fixed.get(kind, 0) and _covers(boxes, {**counts, kind: n - 1}, volume, weight)
                for kind, n in counts.items()
            )
            if not spare:
                yield counts
            return
        if place == len(boxes):
            if partial:
                yield counts
            return
        kind = boxes[place].kind
        least = fixed.get(kind, 0)
        for n in range(least, max(need[kind], least) + 1):
            yield from extend(place + 1, {**counts, kind: n})

    yield from extend(0, {})


def _covers(boxes: list[Container], counts: Mapping[str, int], volume: int, weight: int) -> bool:
    room = sum(box.volume * counts.get(box.kind, 0) for box in boxes)
    payload = sum(box.payload * counts.get(box.kind, 0) for box in boxes)
    return room >= volume and payload >= weight


def _load(
    cartons: tuple[Cartons, ...], boxes: list[Container], counts: Mapping[str, int]
) -> tuple[tuple[Cartons, ...], tuple[Cartons, ...]]:
    """Whole cartons that go in, and those left: each kind in proportion, then whatever still fits."""
    room = sum(box.volume * counts.get(box.kind, 0) for box in boxes)
    payload = sum(box.payload * counts.get(box.kind, 0) for box in boxes)
    volume = sum((kind.volume or 0) * kind.count for kind in cartons)
    weight = sum((kind.weight or 0) * kind.count for kind in cartons)
    share = min(Fraction(1), Fraction(room, max(volume, 1)), Fraction(payload, max(weight, 1)))
    inside = [floor(kind.count * share) for kind in cartons]
    room -= sum((kind.volume or 0) * n for kind, n in zip(cartons, inside, strict=True))
    payload -= sum((kind.weight or 0) * n for kind, n in zip(cartons, inside, strict=True))
    for place, kind in enumerate(cartons):
        more = min(room // max(kind.volume or 0, 1), payload // max(kind.weight or 0, 1), kind.count - inside[place])
        inside[place] += more
        room -= more * (kind.volume or 0)
        payload -= more * (kind.weight or 0)
    loaded = tuple(replace(kind, count=n) for kind, n in zip(cartons, inside, strict=True) if n)
    left = tuple(replace(kind, count=kind.count - n) for kind, n in zip(cartons, inside, strict=True) if kind.count > n)
    return loaded, left


def _used(loaded: tuple[Cartons, ...], boxes: list[Container], counts: Mapping[str, int]) -> tuple[Fraction, Fraction]:
    room = sum(box.volume * counts.get(box.kind, 0) for box in boxes)
    payload = sum(box.payload * counts.get(box.kind, 0) for box in boxes)
    volume = sum((kind.volume or 0) * kind.count for kind in loaded)
    weight = sum((kind.weight or 0) * kind.count for kind in loaded)
    return Fraction(volume, max(room, 1)), Fraction(weight, max(payload, 1))


def container(kind: str, price: int, cbm: Fraction, tonnes: Fraction) -> Container:
    """A container from usable cbm and payload in tonnes; price in minor units."""
    return Container(kind, price, int(cbm * CUBIC_METRE), int(tonnes * TONNE))
