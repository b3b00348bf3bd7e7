"""By which ways goods come to a place: days and freight by mode, from the seller's cards, his own shipments and bills, or
the rule book's lanes; how long each supplier makes, from his own receipts.

Freight is taken from the card of the lane that is in force, else from what own shipments of the last year cost (freight,
insurance and handling of the arrival), else from the rule book's lanes, which is an assumption and named so. Days are those of
own shipments where three were seen, else the card's, else the rule book's with days for the way to the door.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from entrepot.books import models
from entrepot.core.calendar import DAY, midnight
from entrepot.core.components import COMPONENTS
from entrepot.core.kinds import Kind
from entrepot.workflows.plan_sources import LEAST_SEEN, Measure, Money, thirds
from entrepot.workflows.rule_files import SellerRules

DOOR = {"sea": 9.0, "rail": 5.0, "air": 3.0, "express": 0.0, "truck": 1.0}
"""Days added to the rule book's port-to-port transit until goods can be sold: customs, pre- and on-carriage, receiving."""
SPEED = ("express", "air", "truck", "rail", "sea")
"""Fastest first."""
LOADED = 60.0
"""Cubic metres that are really filled in a forty-foot container."""
_AIRPORTS = {"LAX": "US", "JFK": "US", "LHR": "GB", "FRA": "DE", "KUL": "MY", "CGK": "ID", "GRU": "BR"}
_RAIL_ENDS = {"Duisburg": "DE"}
_EUROPE = frozenset(
    ("AT", "BE", "BG", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "NL", "PL",
     "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip
_FREIGHT = (COMPONENTS["freight"], COMPONENTS["insurance"])
PAYLOAD_KG = 26_500.0
"""Kilograms that a forty-foot container may carry."""
LOOSE_OVER_FULL = 1.5
"""Freight of a loose m³ over that of one in a full container, where only the container's price is known."""
DIRECT = "direct"
"""The mode of goods that the supplier sends straight to the place that sells them."""


@dataclass(frozen=True)
class Box:
    """A container: what it costs on the lane, all charges in it, minor units of the company; m³ really filled, kg at most."""

    kind: str
    price: float
    m3: float = LOADED
    kg: float = PAYLOAD_KG
    assumed: bool = False
    """The rule book's price, not the seller's."""


@dataclass(frozen=True)
class Way:
    """One mode between two places. ``days`` equally likely; freight in minor units of the company a m³ or a chargeable kg of
    ``divisor`` cm³ (``None``: not that way), or ``flat`` a unit; ``assumed`` names what is not the seller's own."""

    mode: str
    days: tuple[float, ...]
    per_m3: float | None = None
    per_kg: float | None = None
    divisor: float = 6000.0
    flat: float | None = None
    source: str = ""
    assumed: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    """Containers that are offered, where any is known."""

    def freight(self, mm3: float | None, grams: float | None) -> float | None:
        """Minor units for one unit; ``None`` where its measure is not known."""
        if self.flat is not None:
            return self.flat
        if self.per_m3 is not None:
            return None if mm3 is None else self.per_m3 * mm3 / 1e9
        if self.per_kg is not None:
            if grams is None and mm3 is None:
                return None
            return self.per_kg * max((grams or 0.0) / 1e3, (mm3 or 0.0) / 1e3 / self.divisor)
        return 0.0 if self.mode == DIRECT else None


@dataclass
class _Seen:
    days: list[float]
    units: float = 0.0
    m3: float = 0.0
    kg: float = 0.0
    chargeable: float = 0.0
    amount: float = 0.0


class Lanes:
    """Ways of one company; reads the books once."""

    def __init__(
        self, company: models.Company, on: date, measures: dict[int, Measure], rules: SellerRules, money: Money
    ) -> None:  # fmt: skip
        self.company, self.on, self.measures, self.rules, self.money = company, on, measures, rules, money
        self._ways: dict[tuple[int | None, int], tuple[Way, ...]] = {}

    def ways(self, origin: models.Location | None, destination: models.Location) -> tuple[Way, ...]:
        """Fastest first. ``origin`` ``None``: not known, taken to be in China."""
        key = (origin.pk if origin else None), destination.pk
        if key not in self._ways:
            self._ways[key] = self._find(origin, destination)
        return self._ways[key]

    def _find(self, origin: models.Location | None, destination: models.Location) -> tuple[Way, ...]:
        found: dict[str, Way] = {way.mode: way for way in self._by_lanes(origin, destination)}
        own: dict[str, Way] = {}
        for (start, end, mode), seen in self._seen.items():
            if origin is not None and (start, end) == (origin.pk, destination.pk):
                own[mode] = self._own(mode, seen, found.get(mode))
        if own:
            found = own  # a seller who ships by two modes is not told to take a third from a table
        for way in self._by_cards(origin, destination, found):
            found[way.mode] = way
        return tuple(sorted(found.values(), key=lambda way: SPEED.index(way.mode) if way.mode in SPEED else 9))

    def _own(self, mode: str, seen: _Seen, table: Way | None) -> Way:
        assumed: list[str] = []
        days = thirds(seen.days)
        if len(seen.days) < LEAST_SEEN:
            days = tuple(sorted(seen.days)) or (table.days if table else (30.0,))
            assumed.append("lead_weeks")
        if seen.amount > 0 and mode in ("air", "express") and seen.chargeable > 0:
            return Way(mode, days, per_kg=seen.amount / seen.chargeable, source="bills", assumed=tuple(assumed))
        if seen.amount > 0 and seen.m3 > 0:
            # A table's price is from port to port: the door is added as the seller's loose freight is above the table's.
            door = seen.amount / seen.m3 / table.per_m3 if table and table.per_m3 else 1.0
            boxes = tuple(replace(box, price=box.price * max(door, 1.0)) for box in table.boxes) if table else ()
            return Way(mode, days, per_m3=seen.amount / seen.m3, source="bills", assumed=tuple(assumed), boxes=boxes)
        assumed.append("freight")
        return replace(table, days=days, assumed=tuple(assumed)) if table else Way(mode, days, assumed=tuple(assumed))

    @cached_property
    def _seen(self) -> dict[tuple[int, int, str], _Seen]:
        """Own shipments of the last year and a half by (origin, destination, mode)."""
        since = midnight(self.on - timedelta(days=540), self.company.zone)
        rows = list(models.Shipment.objects.filter(company=self.company, departed_at__gte=since))
        came: dict[int, list[tuple[int, int]]] = defaultdict(list)
        cells = {row.cell_id: row for row in rows}
        moves = models.Movement.objects.filter(
            kind=int(Kind.ARRIVAL), from_cell_id__in=list(cells), replacement__isnull=True
        )
        for cell, units, at in moves.values_list("from_cell_id", "quantity", "effective_at"):
            came[cell].append((units, at))
        left: dict[int, list[tuple[int, int]]] = defaultdict(list)
        departures = models.Movement.objects.filter(
            kind=int(Kind.DEPARTURE), to_cell_id__in=list(cells), replacement__isnull=True
        )
        for cell, item, units in departures.values_list("to_cell_id", "item_id", "quantity"):
            left[cell].append((item, units))
        billed = self._billed(cells)
        out: dict[tuple[int, int, str], _Seen] = {}
        for cell, row in cells.items():
            seen = out.setdefault((row.origin_id, row.destination_id, row.mode), _Seen([]))
            if came[cell]:
                units = sum(n for n, _ in came[cell])
                mean = sum(n * at for n, at in came[cell]) / units
                seen.days.append(max(1.0, (mean - row.departed_at) / DAY))
            if billed.get(cell, 0.0) > 0:
                m3, kg = self._size(left[cell])
                if m3 is not None and kg is not None:
                    seen.m3 += m3
                    seen.kg += kg
                    seen.chargeable += max(kg, m3 * 1e6 / 6000)
                    seen.amount += billed[cell]
        return out

    def _billed(self, cells: dict[int, models.Shipment]) -> dict[int, float]:
        """Freight and insurance of a shipment's departure, and handling of its arrival, by its cell."""
        found: dict[int, float] = defaultdict(float)
        shares = models.BasisShare.objects.filter(
            basis__cost_line__replacement__isnull=True, basis__cost_line__internal=False, basis__cost_line__amount__gt=0
        )
        for components, field in ((_FREIGHT, "to_cell"), ((*_FREIGHT, COMPONENTS["handling"]), "from_cell")):
            rows = shares.filter(
                basis__cost_line__component__in=components, **{f"movement__{field}_id__in": list(cells)}
            ).values_list("basis__cost_line_id", f"movement__{field}_id", "basis__cost_line__base_amount").distinct()  # fmt: skip
            lines: dict[int, tuple[int, set[int]]] = {}
            for line, cell, amount in rows:
                lines.setdefault(line, (amount, set()))[1].add(cell)
            for amount, hit in lines.values():
                for cell in hit:
                    found[cell] += amount / len(hit)
        return found

    def _size(self, units: list[tuple[int, int]]) -> tuple[float | None, float | None]:
        m3 = kg = 0.0
        for item, count in units:
            one = self.measures.get(item)
            if one is None or one.mm3 is None or one.grams is None:
                return None, None
            m3 += one.mm3 * count / 1e9
            kg += one.grams * count / 1e3
        return m3, kg

    def _by_cards(
        self, origin: models.Location | None, destination: models.Location, found: dict[str, Way]
    ) -> list[Way]:
        """A way for each card in force on the lane, priced on an ordinary consignment of its mode."""
        out: dict[str, Way] = {}
        boxes: dict[str, list[Box]] = defaultdict(list)
        days: dict[str, Way] = {}
        for card in self.rules.cards:
            ends = (card.destination in {"", destination.country, destination.code}) and (
                card.origin in {"", origin.code if origin else "", origin.country if origin else "CN"}
            )
            live = (card.valid_from or self.on) <= self.on <= (card.valid_to or self.on)
            if not ends or not live or card.all_in or card.leg != "border":
                continue
            if card.containers and card.mode in ("sea", "rail"):
                boxes[card.mode] += self._boxes(card)
                days.setdefault(card.mode, self._timed(card, found.get(card.mode)))
                if not card.bands:
                    continue
            way = self._priced(card, found.get(card.mode))
            if way is not None and (card.mode not in out or _cheaper(way, out[card.mode])):
                out[card.mode] = way
        for mode, offered in boxes.items():
            if not offered:
                continue
            loose = out.get(mode) or found.get(mode)
            if loose is None or loose.per_m3 is None:
                least = min(box.price / box.m3 for box in offered)
                assumed = (*days[mode].assumed, "freight")
                loose = replace(days[mode], per_m3=least * LOOSE_OVER_FULL, source="card", assumed=assumed)
            out[mode] = replace(loose, boxes=_best_boxes(offered))
        return list(out.values())

    def _boxes(self, card: Any) -> list[Box]:
        """Containers of a card with the card's charges, each as one container costs."""
        from entrepot.engines.freight import Cartons, Consignment, quote

        factor = self.money.factor(card.currency)
        out: list[Box] = []
        for one in card.containers:
            consignment = Consignment((Cartons(1, 1_000, 100, 100, 100),), self.on)
            told = quote(replace(card, bands=()), consignment, {one.kind: 1})
            amounts = [line.amount for line in told.lines]
            if factor is not None and amounts and all(amount is not None for amount in amounts):
                price = sum(amount or 0 for amount in amounts) * factor
                out.append(Box(one.kind, price, one.volume / 1e9, one.payload / 1e3))
        return out

    def _timed(self, card: Any, known: Way | None) -> Way:
        """Days of a card's lane: own ones where three were seen, else the card's."""
        days = known.days if known and "lead_weeks" not in known.assumed else None
        if card.transit_days is not None and days is None:
            days = _spread(float(card.transit_days[0]), float(card.transit_days[1]))
        return Way(card.mode, days or (known.days if known else (30.0,)), assumed=() if days else ("lead_weeks",))

    def _priced(self, card: Any, known: Way | None) -> Way | None:
        from entrepot.engines.freight import Cartons, Consignment, quote

        factor = self.money.factor(card.currency)
        by_weight = card.mode in ("air", "express")
        cartons = Cartons(20 if by_weight else 100, 15_000, 600, 500, 333)
        told = quote(replace(card, containers=()) if card.bands else card, Consignment((cartons,), self.on))
        amounts = [line.amount for line in told.lines]
        if factor is None or not amounts or any(amount is None for amount in amounts):
            return None
        total = sum(amount or 0 for amount in amounts) * factor
        way = replace(self._timed(card, known), source="card")
        if by_weight:
            chargeable = max(20 * 15.0, 20 * 0.0999 * 1e6 / 6000)
            return replace(way, per_kg=total / chargeable)
        return replace(way, per_m3=total / (100 * 0.0999), boxes=known.boxes if known else ())

    def _by_lanes(self, origin: models.Location | None, destination: models.Location) -> list[Way]:
        """The rule book's lanes from China to the country, or to its continent's ports where it has none of its own."""
        from entrepot.rules.freight_lanes import freight_lanes

        if origin is not None and origin.country == destination.country and origin.country:
            return []
        country = destination.country or "US"
        near = [country] if not (country in _EUROPE or country == "GB") else [country, "DE", "NL"]
        out: dict[str, Way] = {}
        for place in near:
            for lane in freight_lanes():
                mode = lane.mode.partition("_")[0]
                if _country_of(lane.destination) != place or lane.cost is None or mode == "express":
                    continue
                factor = self.money.factor(lane.currency)
                if factor is None:
                    continue
                days = _spread(float(lane.usual_days) + DOOR[mode], float(lane.slow_days) + DOOR[mode])
                cost = lane.cost * factor
                kept = out.get(mode)
                if lane.unit == "kg" and kept is None:
                    out[mode] = Way(
                        mode,
                        days,
                        per_kg=cost,
                        divisor=lane.divisor or 6000,
                        source="lanes",
                        assumed=("lead_weeks", "freight"),
                    )
                elif lane.unit == "cbm" and (kept is None or kept.source == "box"):
                    boxes = kept.boxes if kept else ()
                    out[mode] = Way(
                        mode, days, per_m3=cost, source="lanes", assumed=("lead_weeks", "freight"), boxes=boxes
                    )
                elif lane.unit == "container":
                    if kept is None:
                        out[mode] = Way(
                            mode, days, per_m3=cost / LOADED * LOOSE_OVER_FULL, source="box",
                            assumed=("lead_weeks", "freight"), boxes=(Box("40'", cost, assumed=True),),
                        )  # fmt: skip
                    elif not kept.boxes:
                        out[mode] = replace(kept, boxes=(Box("40'", cost, assumed=True),))
        return [replace(way, source="lanes") for way in out.values()]


def _spread(usual: float, slow: float) -> tuple[float, ...]:
    """Days equally likely, of a middle and a nine-of-ten figure."""
    return (usual - 0.3 * (slow - usual), usual, usual + 0.8 * (slow - usual))


def _country_of(end: str) -> str:
    if end in _AIRPORTS:
        return _AIRPORTS[end]
    return _RAIL_ENDS.get(end, end[:2] if len(end) == 5 else "")


def _best_boxes(offered: list[Box]) -> tuple[Box, ...]:
    """The cheapest of each size, the smallest first."""
    best: dict[tuple[float, float], Box] = {}
    for box in offered:
        size = box.m3, box.kg
        if size not in best or box.price < best[size].price:
            best[size] = box
    return tuple(sorted(best.values(), key=lambda box: (box.m3, box.price)))


def _cheaper(one: Way, other: Way) -> bool:
    return (one.per_m3 or one.per_kg or 0.0) < (other.per_m3 or other.per_kg or 0.0)
