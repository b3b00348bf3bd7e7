"""What codes mean: companies, shops, places, items, cells, rates and closed periods, read once and kept for a session."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from django.db.models import Q

from entrepot.books import models
from entrepot.books.intake.trouble import Waits, refused, unknown
from entrepot.core.calendar import Instant, local_date
from entrepot.core.documents import CellRef
from entrepot.core.errors import Problem
from entrepot.core.money import exponent


class Rate(NamedTuple):
    """Target per source in major units, with its date and publisher."""

    value: Fraction
    date: date | None
    source: str


ONE = Rate(Fraction(1), None, "")


class Directory:
    """Look-ups of one session; every method either answers or raises :class:`Waits` naming what is missing.

    ``known``: rates as they had been recorded until then (µs UTC); all by default.
    """

    def __init__(self, known: Instant | None = None) -> None:
        self._known = known
        self._companies: dict[str, models.Company] = {}
        self._company_ids: dict[int, models.Company] = {}
        self._shops: dict[str, models.Shop] = {}
        self._locations: dict[str, models.Location] = {}
        self._items: dict[str, int] = {}
        self._listings: dict[int, dict[str, int]] = {}
        self._bundles: dict[str, list[tuple[int, int]]] = {}
        self._cells: dict[tuple[int, int, str, str, str, str, str], int] = {}
        self._rates: dict[tuple[str, str], tuple[list[date], list[Rate]]] = {}
        self._closings: dict[int, list[tuple[Instant, Instant]]] = {}

    def forget(self, *parts: str) -> None:
        """Drop what was kept of ``parts`` (``rates``, ``items``, ``closings`` …) after it changed."""
        for part in parts:
            getattr(self, f"_{part}").clear()

    def company(self, code: str) -> models.Company:
        if not code:
            found = list(models.Company.objects.all()[:2])
            if len(found) == 1:
                return found[0]
            raise (
                refused("no_company", "the document does not say whose it is", "name the company", field="company")
                if found
                else unknown("company", code, "set up a company first", field="company")
            )
        if code not in self._companies:
            row = models.Company.objects.filter(code=code).first()
            if row is None:
                raise unknown("company", code, "create the company or fix its code", field="company")
            self._companies[code] = row
            self._company_ids[row.pk] = row
        return self._companies[code]

    def company_by_id(self, pk: int) -> models.Company:
        if pk not in self._company_ids:
            row = models.Company.objects.get(pk=pk)
            self._company_ids[pk] = self._companies[row.code] = row
        return self._company_ids[pk]

    def shop(self, code: str) -> models.Shop:
        if code not in self._shops:
            row = models.Shop.objects.filter(code=code).select_related("company", "location").first()
            if row is None:
                raise unknown("shop", code, "create the shop or fix its code", field="shop")
            self._shops[code] = row
        return self._shops[code]

    def location(self, code: str) -> models.Location:
        if code not in self._locations:
            row = models.Location.objects.filter(code=code).first()
            if row is None:
                raise unknown("location", code, "create the location or fix its code", field="location")
            self._locations[code] = row
        return self._locations[code]

    def item(self, sku: str, line: int | None = None) -> int:
        found = self._items.get(sku)
        if found is None:
            found = models.Item.objects.filter(sku=sku).values_list("pk", flat=True).first()
            if found is None:
                raise unknown("item", sku, "create the item, or map the SKU to one", line=line, field="sku")
            self._items[sku] = found
        return found

    def has_item(self, sku: str) -> bool:
        try:
            self.item(sku)
        except Waits:
            return False
        return True

    def parts(self, shop: models.Shop | None, sku: str, line: int | None) -> tuple[int | None, list[tuple[int, int]]]:
        """What selling one ``sku`` moves: (item, [(item, units)]); the item is ``None`` for a bundle.

        What the shop lists under the SKU comes first, then the item of that SKU, then a bundle.
        """
        if shop is not None:
            if shop.pk not in self._listings:
                listings = models.Listing.objects.filter(shop=shop)
                self._listings[shop.pk] = dict(listings.values_list("seller_sku", "item_id"))
            listed = self._listings[shop.pk].get(sku)
            if listed is not None:
                return listed, [(listed, 1)]
        if not self.has_item(sku):
            if sku not in self._bundles:
                rows = models.BundlePart.objects.filter(bundle_sku=sku).order_by("pk")
                self._bundles[sku] = [(row.item_id, row.quantity) for row in rows]
            if self._bundles[sku]:
                return None, self._bundles[sku]
        item = self.item(sku, line)
        return item, [(item, 1)]

    def cell(self, company: models.Company, ref: CellRef, *, transit: str = "") -> int:
        location = self.location(ref.location)
        return self.cell_at(company, location, ref.condition, ref.label, ref.batch, ref.expiry, transit)

    def cell_at(
        self,
        company: models.Company,
        location: models.Location,
        condition: str = "sellable",
        label: str = "",
        batch: str = "",
        expiry: date | None = None,
        transit: str = "",
    ) -> int:
        expiry_key = expiry.isoformat() if expiry else ""
        key = (company.pk, location.pk, condition, label, batch, expiry_key, transit)
        if key not in self._cells:
            row, _ = models.Cell.objects.get_or_create(
                company=company,
                location=location,
                condition=condition,
                label=label,
                batch=batch,
                expiry_key=expiry_key,
                transit=transit,
                defaults={"expiry": expiry},
            )
            self._cells[key] = row.pk
        return self._cells[key]

    def rate(self, source: str, target: str, company: models.Company, at: Instant) -> Rate:
        """The books rate of the day in the company's zone: the last one published on or before it."""
        if source == target:
            return ONE
        exponent(source)  # refuses what is no currency: no rate will ever come for it
        day = local_date(at, company.zone)
        found = self._known_rate(source, target, day)
        if found is None:
            raise Waits(
                f"fx:{'/'.join(sorted((source, target)))}",
                Problem(
                    "missing_rate",
                    f"no exchange rate {source} to {target} on or before {day.isoformat()}",
                    "import or type the rate; the document is then posted by itself",
                    field="currency",
                    found=source,
                ),
            )
        return found

    def _known_rate(self, source: str, target: str, day: date) -> Rate | None:
        direct = self._published(source, target, day)
        if direct is not None:
            return direct
        for bridge in ("USD", "EUR", "CNY"):
            if bridge in (source, target):
                continue
            first, second = self._published(source, bridge, day), self._published(bridge, target, day)
            if first and second:
                older = min(d for d in (first.date, second.date) if d is not None)
                return Rate(first.value * second.value, older, f"{first.source} via {bridge}")
        return None

    def _published(self, source: str, target: str, day: date) -> Rate | None:
        pair = (source, target)
        if pair not in self._rates:
            rows = models.FxRate.objects.filter(
                Q(base=source, quote=target) | Q(base=target, quote=source),
                purpose="books",
            )
            if self._known is None:
                rows = rows.filter(document__reversed__isnull=True)
            else:
                gone = models.Reversed.objects.filter(by__recorded_at__lte=self._known).values("document")
                rows = rows.filter(recorded_at__lte=self._known).exclude(document__in=gone)
            rows = rows.order_by("date", "recorded_at", "pk")
            by_day: dict[date, Rate] = {}
            for row in rows:
                value = Fraction(row.numerator, row.denominator)
                by_day[row.date] = Rate(value if row.base == source else 1 / value, row.date, row.publisher or "typed")
            self._rates[pair] = (list(by_day), list(by_day.values()))
        days, rates = self._rates[pair]
        place = bisect_right(days, day)
        return rates[place - 1] if place else None

    def fold_at(self, company_id: int, effective_at: Instant, recorded_at: Instant) -> tuple[Instant, int]:
        """Where the fold takes a fact: (instant, 1 if it was recorded after its period was closed)."""
        late_at = effective_at
        for ends, closed_at in self.closings(company_id):
            if effective_at < ends and recorded_at > closed_at:
                late_at = max(late_at, ends)
        return (late_at, 1) if late_at != effective_at else (effective_at, 0)

    def closings(self, company_id: int) -> list[tuple[Instant, Instant]]:
        """(end, closed at) of the periods of a company that are closed now."""
        if company_id not in self._closings:
            rows = models.Period.objects.filter(company_id=company_id).order_by("recorded_at", "version")
            state: dict[tuple[int, int], tuple[int, bool]] = {}
            for row in rows:
                state[(row.starts, row.ends)] = (row.recorded_at, row.closed)
            self._closings[company_id] = [(span[1], at) for span, (at, closed) in state.items() if closed]
        return self._closings[company_id]
