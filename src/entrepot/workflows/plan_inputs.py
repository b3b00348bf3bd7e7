"""Everything that a plan has to know of an item at a place that sells it; what is assumed is named, what is missing too."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Max, Sum

from entrepot.books import models
from entrepot.core.calendar import midnight
from entrepot.core.components import SERVICE
from entrepot.core.kinds import Kind
from entrepot.workflows.plan_economics import Unit, ageing_of, capital_rate, storage_of, units_of
from entrepot.workflows.plan_grades import fill_duties, grade
from entrepot.workflows.plan_lanes import DIRECT, Lanes, Way
from entrepot.workflows.plan_model import (
    COST_SHARE,
    DISPOSAL_SHARE,
    FEE_SHARE,
    FREIGHT_SHARE,
    HORIZON,
    STALE_DAYS,
    STORAGE_SHARE,
    Inputs,
    Line,
    Waiting,
)
from entrepot.workflows.plan_sisters import Group
from entrepot.workflows.plan_sources import (
    ASSUMED_PRODUCTION,
    Measure,
    Money,
    instructed,
    measures_of,
    production,
)
from entrepot.workflows.plan_suppliers import Source, sources
from entrepot.workflows.plan_terms import in_pallets, own_terms
from entrepot.workflows.positions import inbound
from entrepot.workflows.rule_files import kept_rules

if TYPE_CHECKING:
    from entrepot.workflows.forecast import CompanyForecast


def gather(company: models.Company, one: CompanyForecast, on: date) -> Inputs:
    """Read the books once for every item that has a forecast."""
    rules = kept_rules(settings.HOME)
    frame = one.result.frame.with_row_index("_series").select("_series", "item", "channel", "weekly_mean")
    items = {row.pk: row for row in models.Item.objects.filter(pk__in=frame["item"].unique().to_list())}
    keys = [
        (series, item, int(place), weekly)
        for series, item, place, weekly in frame.iter_rows()
        if items[item].category != SERVICE
    ]
    destinations = {place for _, _, place, _ in keys}
    places = {place.pk: place for place in models.Location.objects.all()}
    money = Money(company, on, rules)
    measures = measures_of(list(items), on)
    lanes = Lanes(company, on, measures, rules, money)
    read = _Read(company, on, items, places, destinations, measures, money, lanes)
    lines = [read.line(series, item, place, weekly) for series, item, place, weekly in keys]
    fill_duties(lines, items, rules.book, on)
    grade(company, one, lines)
    in_pallets(lines, on)
    yearly, guessed = capital_rate(company, on)
    terms = own_terms(company, on, money)
    return Inputs(
        company, on, lines, read.waiting(), money, lanes, terms.order_line, yearly / 52,
        [*(["capital_rate"] if guessed else []), *terms.assumed],
        dict(models.Supplier.objects.values_list("code", "country")), written_off=terms.written_off,
    )  # fmt: skip


class _Read:
    """Tables of one company by item and place."""

    def __init__(
        self, company: models.Company, on: date, items: dict[int, models.Item], places: dict[int, models.Location],
        destinations: set[int], measures: dict[int, Measure], money: Money, lanes: Lanes,
    ) -> None:  # fmt: skip
        self.company, self.on, self.items, self.places = company, on, items, places
        self.destinations, self.measures, self.money, self.lanes = destinations, measures, money, lanes
        self.units = units_of(company, on)
        self.storage, self.room = storage_of(company, destinations, measures, on)
        self.sources = sources(list(items), on, company.zone)
        self.makes = production(company)
        self.cartons = dict(
            models.Packaging.objects.filter(level="carton", item_id__in=list(items))
            .values_list("item_id")
            .annotate(n=Max("units"))
        )
        self.stock = {
            (item, place): (units, held)
            for item, place, units, held in models.Balance.objects.filter(
                cell__company=company, cell__condition="sellable", cell__transit=""
            ).values_list("item_id", "cell__location_id").annotate(units=Sum("on_hand"), held=Sum("reserved"))
        }  # fmt: skip
        self.group = Group(company, on)
        self.elsewhere = self.group.waiting(destinations)
        self.coming, self.stale = self._coming(company)
        self._instructed()
        self.ages = self._ages()
        self.shelf = _shelf_lives(list(items))
        self.ageing = {place: ageing_of(places[place], on) for place in destinations}
        made = models.Movement.objects.filter(kind=int(Kind.CONVERSION_OUT), item_id__in=list(items))
        self.made_here = set(made.values_list("item_id", flat=True).distinct())
        self.usual_origin = self._usual_origin()

    def line(self, series: int, item: int, place: int, weekly: float | None) -> Line:
        """One item at one place."""
        row, unit = self.items[item], self.units.get((item, place), Unit())
        on_hand, held = self.stock.get((item, place), (0, 0))
        known = self.sources.get(item, [])
        source = self._chosen(known)
        assumed: list[str] = []
        missing: list[str] = []
        flags: list[str] = []
        price = self._price(row, unit, item, assumed)
        goods = self._goods(unit, source, item)
        if goods is None and price is not None:
            goods = price * COST_SHARE
            assumed.append("unit_cost")
        fees = unit.fees if unit.fees is not None else (price * FEE_SHARE if price is not None else None)
        if unit.fees is None and price is not None:
            assumed.append("unit_fees")
        origin, ways, made_in = self._chain(row, source, place, assumed)
        measure = self.measures.get(item, Measure(None, None))
        ways = self._priced(ways, measure, unit, goods, assumed)
        storage = self.storage.get((item, place))
        if storage is None and measure.mm3 and place in self.room:
            storage = self.room[place] * measure.mm3 / 1e9
        if storage is None and goods is not None:
            storage = goods * STORAGE_SHARE / 52
            assumed.append("storage_week")
        factors, guessed = self.ageing[place]
        if guessed:
            assumed.append("ageing")
        if source is None:
            flags.append("made_here" if item in self.made_here else "no_supplier")
        if on_hand < 0:
            flags.append("stock_negative")
            assumed.append("on_hand")
        if row.discontinued_on is not None and row.discontinued_on <= self.on + timedelta(weeks=12):
            flags.append("ending")
        if weekly is None:
            missing.append("forecast")
        if price is None:
            missing.append("price")
        if goods is None:
            missing.append("unit_cost")
        carton = self.cartons.get(item) or 1
        if item not in self.cartons:
            assumed.append("carton")
        moq = (source.moq if source and source.moq is not None else row.moq) or carton
        return Line(
            item, row.sku, self.places[place], series, weekly or 0.0, max(on_hand - held, 0), held, price, fees,
            unit.returns, goods, unit.duty, storage, None if goods is None else goods * DISPOSAL_SHARE, carton, moq,
            measure, source, [other for other in known if other is not source], origin, ways, made_in, factors,
            self.shelf.get(item, 0), self.ages.get((item, place), []), self.coming.get((item, place), [0] * HORIZON),
            self.stale.get((item, place), 0), None, assumed, flags, missing,
        )  # fmt: skip

    def _price(self, row: models.Item, unit: Unit, item: int, assumed: list[str]) -> float | None:
        if unit.price is not None:
            return unit.price
        elsewhere = [u.price for (other, _), u in self.units.items() if other == item and u.price is not None]
        if elsewhere:
            assumed.append("price")
            return sum(elsewhere) / len(elsewhere)
        factor = self.money.factor(row.currency) if row.list_price and row.currency else None
        if factor is None or not row.list_price:
            return None
        assumed.append("price")
        return row.list_price * factor

    def _goods(self, unit: Unit, source: Source | None, item: int) -> float | None:
        """Purchase cost as the books have it (what comes with it in it), else of another place, else the supplier's price."""
        if unit.purchase is not None:
            return unit.purchase
        elsewhere = [u.purchase for (other, _), u in self.units.items() if other == item and u.purchase is not None]
        if elsewhere:
            return elsewhere[0]
        factor = self.money.factor(source.currency) if source else None
        if source is None or factor is None:
            return None
        _, amount, per = source.breaks[0]
        return amount / per * factor

    def _chosen(self, known: list[Source]) -> Source | None:
        """The cheapest by its first price, the supplier bought from last where they are equal."""
        priced = [(source, self.money.factor(source.currency)) for source in known]
        usable = [(s.breaks[0][1] / s.breaks[0][2] * f, n, s) for n, (s, f) in enumerate(priced) if f is not None]
        return min(usable, key=lambda one: (one[0], one[1]))[2] if usable else (known[0] if known else None)

    def _chain(
        self, row: models.Item, source: Source | None, place: int, assumed: list[str]
    ) -> tuple[models.Location | None, tuple[Way, ...], tuple[float, ...]]:
        """Where an order is delivered, the ways from there, and the days until it is there."""
        at = source.destination if source else None
        supplier = source.supplier if source else row.supplier
        if at == place:
            days, whence = self.makes(supplier, place)
            if not whence:
                days = self._told(row, source, assumed)
            return None, (Way(DIRECT, (0.0,), source="own"),), days
        if at is None:
            at = self.usual_origin.get(place)
        origin = self.places.get(at) if at is not None else None
        ways = self.lanes.ways(origin, self.places[place])
        days, whence = self.makes(supplier, at) if at is not None else (ASSUMED_PRODUCTION, "")
        if not whence:
            days = self._told(row, source, assumed)
        return origin, ways or (Way(DIRECT, (0.0,), source="own"),), days

    @staticmethod
    def _told(row: models.Item, source: Source | None, assumed: list[str]) -> tuple[float, ...]:
        told = (source.lead_days if source else None) or row.lead_time_days
        if told:
            return (0.9 * told, float(told), 1.25 * told)
        assumed.append("lead_weeks")
        return ASSUMED_PRODUCTION

    def _priced(
        self, ways: tuple[Way, ...], measure: Measure, unit: Unit, goods: float | None, assumed: list[str]
    ) -> tuple[Way, ...]:
        """The ways that have a freight for this item; where none has, of the first leg that the books know, else a share."""
        known = [way for way in ways if way.freight(measure.mm3, measure.grams) is not None]
        if known:
            for way in known:
                assumed.extend(name for name in way.assumed if name not in assumed)
            return tuple(known)
        if goods is None or not ways:
            return ways
        base = unit.first_leg if unit.first_leg is not None else goods * FREIGHT_SHARE["sea"]
        assumed.append("freight")
        for way in ways:
            assumed.extend(name for name in way.assumed if name not in assumed)
        return tuple(_flat(way, base * FREIGHT_SHARE.get(way.mode, 0.1) / FREIGHT_SHARE["sea"]) for way in ways)

    def _coming(self, company: models.Company) -> tuple[dict[tuple[int, int], list[int]], dict[tuple[int, int], int]]:
        weeks: dict[tuple[int, int], list[int]] = {}
        stale: dict[tuple[int, int], int] = defaultdict(int)
        for item, place, units, day in inbound(company, self.on).iter_rows():
            if day is None:
                continue
            if (self.on - day).days > STALE_DAYS:
                stale[item, place] += units
                continue
            week = min(max((day - self.on).days, 0) // 7, HORIZON - 1)
            weeks.setdefault((item, place), [0] * HORIZON)[week] += units
        return weeks, dict(stale)

    def _instructed(self) -> None:
        """Approved loads leave what waits, whichever company's they are; the company's own join what comes to it. What is left
        is shared with the companies that plan with it too."""
        for key in self.group.customers:
            owner = self.company if key == self.company.pk else models.Company.objects.get(pk=key)
            for line in instructed(owner, self.on):
                self._taken(line, key)
                if key == self.company.pk:
                    self._expected(line)
        self.elsewhere = {
            item: [(owner, place, units) for owner, place, units in self._shared(item, rows) if units > 0]
            for item, rows in self.elsewhere.items()
        }

    def _expected(self, line: models.PlanLine) -> None:
        weeks = self.coming.setdefault((line.item_id, line.destination_id), [0] * HORIZON)
        for part in line.modes:
            days = (date.fromisoformat(part["arrives"]) - self.on).days if part.get("arrives") else 30
            weeks[min(max(days, 0) // 7, HORIZON - 1)] += part["units"]

    def _taken(self, line: models.PlanLine, by: int) -> None:
        left, rest = line.units, list[tuple[int, int, int]]()
        rows = self.elsewhere.get(line.item_id, [])
        for owner, place, units in sorted(rows, key=lambda one: one[0] != by):
            able = place == line.origin_id and self.group.may_take(owner, by)
            taken = min(left, units) if able else 0
            left -= taken
            if units > taken:
                rest.append((owner, place, units - taken))
        self.elsewhere[line.item_id] = rest

    def _shared(self, item: int, rows: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        return [(owner, place, self.group.share(owner, item, units)) for owner, place, units in rows]

    def waiting(self) -> dict[int, Waiting]:
        """By item: what stands where nothing is sold, and what suppliers still bring there."""
        ordered: dict[int, dict[int, list[int]]] = defaultdict(dict)
        for key in self.group.members:
            own = key == self.company.pk
            company = self.company if own else models.Company.objects.get(pk=key)
            for (item, place), weeks in (self.coming if own else self._coming(company)[0]).items():
                if place in self.destinations or self.group.is_selling(key, place, self.destinations):
                    continue
                there = ordered[item].setdefault(place, [0] * HORIZON)
                ordered[item][place] = [a + self.group.share(key, item, b) for a, b in zip(there, weeks, strict=True)]
        out: dict[int, Waiting] = {}
        for item in set(self.elsewhere) | set(ordered):
            by_place: dict[int, int] = defaultdict(int)
            for _, place, units in self.elsewhere.get(item, []):
                by_place[place] += units
            for place in ordered.get(item, {}):
                by_place[place] += 0
            if not by_place:
                continue
            place = max(by_place, key=lambda one: by_place[one])
            out[item] = Waiting(
                self.places[place], by_place[place],
                [(c, units) for c, at, units in self.elsewhere.get(item, []) if at == place],
                ordered.get(item, {}).get(place, [0] * HORIZON),
            )  # fmt: skip
        return out

    def _ages(self) -> dict[tuple[int, int], list[tuple[int, int]]]:
        out: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        today = midnight(self.on, self.company.zone)
        rows = models.StockFigure.objects.filter(
            company=self.company, cell__location_id__in=self.destinations, cell__transit="", cell__condition="sellable"
        )
        for item, place, layers in rows.values_list("item_id", "cell__location_id", "layers"):
            for born, units, _ in layers:
                if born is not None and units > 0:
                    out[item, place].append((max(0, (today - born) // 604_800_000_000), units))
        return out

    def _usual_origin(self) -> dict[int, int]:
        """Place → where most shipments to it began."""
        counts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for origin, end in models.Shipment.objects.filter(company=self.company).values_list(
            "origin_id", "destination_id"
        ):
            counts[end][origin] += 1
        return {end: max(found, key=lambda one: found[one]) for end, found in counts.items()}


def _flat(way: Way, amount: float) -> Way:
    return Way(way.mode, way.days, flat=amount, source="share", assumed=way.assumed)


def _shelf_lives(items: list[int]) -> dict[int, int]:
    """Weeks from receipt to expiry of the batches that came, the shortest; items without expiry are left out."""
    rows = models.Movement.objects.filter(
        item_id__in=items, kind__in=(int(Kind.RECEIPT), int(Kind.OPENING)), to_cell__expiry__isnull=False
    ).values_list("item_id", "to_cell__expiry", "effective_at")
    out: dict[int, int] = {}
    for item, expiry, at in rows:
        weeks = max(1, (midnight(expiry, "UTC") - at) // 604_800_000_000)
        out[item] = min(out.get(item, weeks), weeks)
    return out
