"""From whom an item can be bought, at which price from which quantity on: offers as typed or read, else past orders."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from entrepot.books import audit_trail, models
from entrepot.books.access import Viewer
from entrepot.core.calendar import Instant, midnight
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import minor, round_half_away

if TYPE_CHECKING:
    from entrepot.engines.replenish.price_breaks import PriceBreaks

COLUMNS = ("supplier", "sku", "from_units", "price", "currency")
"""Columns that a price list must have; these may follow: per, all_units, moq, lead_days, capacity_week, valid_from, valid_to."""
SAME_DAYS = 120
"""Orders of one item at one supplier that lie so close together show his breaks rather than his price over time."""


def order_price(breaks: Sequence[tuple[int, int, int]], every_unit: bool, units: int) -> tuple[int, int, int]:
    """The break (from units) that ``units`` reach, and what all of them cost as amount per units.

    Where the price of a break holds only for the units beyond it, the amount is that of the whole order, per all its units.

    >>> order_price([(1, 300, 1), (101, 200, 1)], True, 150), order_price([(1, 300, 1), (101, 200, 1)], False, 150)
    ((101, 200, 1), (101, 40000, 150))
    """
    reached = next((b for b in reversed(breaks) if units >= b[0]), breaks[0])
    if every_unit or units <= 0 or reached == breaks[0]:
        return reached
    ends = [*(start - 1 for start, _, _ in breaks[1:]), units]
    total = sum(
        (Fraction(amount, per) * max(min(units, end) - max(start, 1) + 1, 0)
         for (start, amount, per), end in zip(breaks, ends, strict=True)),
        Fraction(0),
    )  # fmt: skip
    return reached[0], round_half_away(total), units


@dataclass(frozen=True)
class Source:
    """A supplier of one item. ``breaks`` rise: (from units, price amount, per units); ``origin``: list | orders | last_order.

    ``destination`` is where he delivered last (a place's number), ``buyer`` the company that ordered last."""

    supplier: str
    currency: str
    breaks: tuple[tuple[int, int, int], ...]
    origin: str
    every_unit: bool = True
    moq: int | None = None
    lead_days: int | None = None
    capacity_week: int | None = None
    destination: int | None = None
    buyer: int | None = None

    def price_at(self, units: int) -> tuple[int, int, int]:
        """(from, amount, per): the break that ``units`` reach and the price of the whole order, see :func:`order_price`."""
        return order_price(self.breaks, self.every_unit, units)

    def tiers(self, factor: float) -> PriceBreaks:
        """As the engine takes them; ``factor``: minor units of the company's currency for one of the supplier's."""
        from entrepot.engines.replenish.price_breaks import PriceBreaks

        starts = (1, *(start for start, _, _ in self.breaks[1:]))
        return PriceBreaks(
            starts, tuple(Fraction(amount, per) for _, amount, per in self.breaks), self.every_unit,
            Fraction(factor).limit_denominator(10**9),
        )  # fmt: skip


def sources(items: list[int], on: date, zone: str) -> dict[int, list[Source]]:
    """Suppliers of each item, the last one that was bought from first."""
    bought = _bought(items, on, zone)
    offered = _offered(items, on)
    out: dict[int, list[Source]] = {}
    for item in items:
        found: dict[str, Source] = {}
        for past in bought.get(item, []):
            found[past.supplier] = past
        for offer in offered.get(item, []):
            before = found.get(offer.supplier)
            there = (before.destination, before.buyer) if before else (None, None)
            found[offer.supplier] = Source(
                offer.supplier, offer.currency, offer.breaks, "list", offer.every_unit, offer.moq, offer.lead_days,
                offer.capacity_week, *there,
            )  # fmt: skip
        if found:
            out[item] = list(found.values())
    return out


def _bought(items: list[int], on: date, zone: str) -> dict[int, list[Source]]:
    """From purchase orders of the last two years; a lower price of a larger order close by is a break."""
    since, until = (midnight(on + timedelta(days=n), zone) for n in (-730, 1))
    codes = dict(models.Location.objects.values_list("code", "pk"))
    rows = models.PurchaseLine.objects.filter(
        item_id__in=items, effective_at__gte=since, effective_at__lt=until, document__reversed__isnull=True
    ).order_by("-effective_at", "-pk")
    by: dict[tuple[int, str], list[models.PurchaseLine]] = defaultdict(list)
    for row in rows:
        by[row.item_id, row.supplier].append(row)
    out: dict[int, list[Source]] = defaultdict(list)
    for (item, supplier), lines in by.items():
        last = lines[0]
        breaks, origin = ((1, last.price_amount, last.price_per),), "last_order"
        span = SAME_DAYS * 86_400_000_000
        close = [
            line for line in lines if line.currency == last.currency and last.effective_at - line.effective_at <= span
        ]
        stairs = _stairs(close)
        if len(stairs) > 1:
            breaks, origin = tuple(stairs), "orders"
        place = codes.get(last.destination)
        out[item].append(Source(supplier, last.currency, breaks, origin, destination=place, buyer=last.company_id))
    return out


def _stairs(lines: list[models.PurchaseLine]) -> list[tuple[int, int, int]]:
    """Breaks that orders of different size show: each at least 1 % below the one before; newest price of each size."""
    price: dict[int, tuple[int, int]] = {}
    for line in lines:
        price.setdefault(line.quantity, (line.price_amount, line.price_per))
    out: list[tuple[int, int, int]] = []
    for quantity, (amount, per) in sorted(price.items()):
        if not out:
            out.append((1, amount, per))
        elif Fraction(amount, per) <= Fraction(out[-1][1], out[-1][2]) * Fraction(99, 100):
            out.append((quantity, amount, per))
    return out


def _offered(items: list[int], on: date) -> dict[int, list[Source]]:
    rows = models.SupplierOffer.objects.filter(item_id__in=items, withdrawn_at=None).filter(
        Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
    )
    by: dict[tuple[int, str, str], list[models.SupplierOffer]] = defaultdict(list)
    for row in rows.order_by("from_units", "pk"):
        by[row.item_id, row.supplier, row.currency].append(row)
    out: dict[int, list[Source]] = defaultdict(list)
    for (item, supplier, currency), offers in by.items():
        steps = {max(o.from_units, 1): (o.price_amount, o.price_per) for o in offers}
        first = offers[0]
        breaks = tuple((start, *steps[start]) for start in sorted(steps))
        moq = first.moq if first.moq is not None else (breaks[0][0] if breaks[0][0] > 1 else None)
        out[item].append(
            Source(supplier, currency, breaks, "list", first.every_unit, moq, first.lead_days, first.capacity_week)
        )
    return out


def read_price_list(viewer: Viewer, file: Path, at: Instant, *, origin: str = "") -> int:
    """Keep a supplier's price list (CSV, see :data:`COLUMNS`); it takes the place of his older prices of the same items.

    Needs the permission ``post``. Raises :class:`ProblemError` with each row that cannot be read; then nothing is kept.
    Returns the number of prices.
    """
    viewer.need("post")
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    absent = [name for name in COLUMNS if not rows or name not in rows[0]]
    if absent:
        raise ProblemError(
            Problem("columns_missing", f"the file has no {', '.join(absent)}", f"give the columns {', '.join(COLUMNS)}",
                    document=file.name)
        )  # fmt: skip
    items = dict(models.Item.objects.filter(sku__in={row["sku"].strip() for row in rows}).values_list("sku", "pk"))
    problems: list[Problem] = []
    offers: list[models.SupplierOffer] = []
    for number, row in enumerate(rows, start=2):
        offer = _offer(row, items, viewer.name, at)
        if offer is None:
            problems.append(
                Problem("bad_price_row", "this price cannot be read",
                        "write a known SKU, whole units, a price like 12.34 and a currency code", document=file.name,
                        line=number, found=str(dict(row))[:200])
            )  # fmt: skip
        else:
            offers.append(offer)
    if problems:
        raise ProblemError(*problems[:50])
    with transaction.atomic():
        for supplier in {offer.supplier for offer in offers}:
            mine = {offer.item_id for offer in offers if offer.supplier == supplier}
            old = models.SupplierOffer.objects.filter(supplier=supplier, item_id__in=mine, withdrawn_at=None)
            old.update(withdrawn_at=at)
        models.SupplierOffer.objects.bulk_create(offers, batch_size=1_000)
        audit_trail.record(viewer.name, origin, "prices.read", file.name, after={"prices": len(offers)}, at=at)
    return len(offers)


def _offer(row: dict[str, str], items: dict[str, int], name: str, at: Instant) -> models.SupplierOffer | None:
    def number(column: str) -> int | None:
        text = (row.get(column) or "").strip()
        return int(text) if text else None

    def day(column: str) -> date | None:
        text = (row.get(column) or "").strip()
        return date.fromisoformat(text) if text else None

    try:
        currency = row["currency"].strip().upper()
        amount, per = minor(row["price"].strip(), currency), number("per") or 1
        start = number("from_units") or 1
        item = items[row["sku"].strip()]
        supplier = row["supplier"].strip()
        if amount <= 0 or per < 1 or start < 1 or not supplier or len(currency) != 3:
            return None
        whole = (row.get("all_units") or "yes").strip().lower() not in ("no", "0", "false", "n")
        return models.SupplierOffer(
            supplier=supplier, item_id=item, from_units=start, price_amount=amount, price_per=per, currency=currency,
            every_unit=whole, moq=number("moq"), lead_days=number("lead_days"), capacity_week=number("capacity_week"),
            valid_from=day("valid_from"), valid_to=day("valid_to"), made_at=at, made_by=name,
        )  # fmt: skip
    except (KeyError, ValueError, ProblemError):
        return None
