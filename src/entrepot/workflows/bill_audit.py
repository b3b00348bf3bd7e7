"""Forwarders' bills of the books beside the seller's rate cards and the cartons as packed: what to dispute, and the letter.

A bill is audited where a rate card of its forwarder is there (its id, name or source names the supplier's code), for the
shipment's mode and the day of departure. The cartons are those of the goods that the bill is aimed at, by the packaging
that was valid then: whole cartons, and one more for the rest. Lines are compared by the forwarder's charge code
(``charge``); a line without one is taken for the card's charge of its cost component, and freight for the freight itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from entrepot.books import models
from entrepot.books.selectors.packs import Pack, packs
from entrepot.core.calendar import Instant, local_date, midnight
from entrepot.core.kinds import Kind
from entrepot.engines.freight import (
    BillLine,
    Cartons,
    Cause,
    Consignment,
    Difference,
    RateCard,
    audit,
)
from entrepot.engines.freight.words import plain

FREIGHT = ("freight", "insurance", "handling", "last_mile", "domestic_freight", "packaging", "other")
"""Cost components that a forwarder bills."""
_MOVED = ("shipment", "transfer", "receipt")
_KINDS = (int(Kind.DEPARTURE), int(Kind.TRANSFER), int(Kind.RECEIPT), int(Kind.ARRIVAL))


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One difference of a bill, in minor units of ``currency``. ``disputed`` where it is in the forwarder's favour."""

    bill: str
    number: str
    supplier: str
    on: date
    due: date | None
    shipment: str
    card: str
    code: str
    cause: str
    billed: int
    expected: int | None
    amount: int | None
    currency: str
    disputed: bool
    reason: str
    parameters: Mapping[str, str]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditedBill:
    """A bill with its differences; ``problem`` says why it could not be compared (no_card, several_cards, no_goods)."""

    key: str
    number: str
    supplier: str
    on: date
    due: date | None
    shipments: tuple[str, ...]
    currency: str
    billed: int
    card: str = ""
    source: str = ""
    cartons: int = 0
    kilograms: str = ""
    cubic_metres: str = ""
    problem: str = ""
    lines: tuple[AuditLine, ...] = ()
    evidence: tuple[str, ...] = field(default=())

    @property
    def disputed(self) -> int:
        """Minor units in dispute."""
        return sum(line.amount or 0 for line in self.lines if line.disputed)


@dataclass(frozen=True, slots=True)
class BillAudits:
    """Bills of a period, those with most in dispute first."""

    bills: tuple[AuditedBill, ...]

    @property
    def lines(self) -> list[AuditLine]:
        """All differences, disputes first, dearest first."""
        found = [line for bill in self.bills for line in bill.lines]
        return sorted(found, key=lambda line: (not line.disputed, -(line.amount or 0), line.number, line.code))

    @property
    def disputed(self) -> dict[str, int]:
        """Minor units in dispute by currency."""
        sums: dict[str, int] = defaultdict(int)
        for bill in self.bills:
            if bill.disputed:
                sums[bill.currency] += bill.disputed
        return dict(sums)


def bill_audit(
    company: models.Company,
    cards: Sequence[RateCard],
    since: date,
    until: date,
    *,
    supplier: str = "",
    tolerance: int = 0,
) -> BillAudits:
    """Audit the freight bills dated from ``since`` to ``until``; differences up to ``tolerance`` minor units are let pass.

    Bills of suppliers without any rate card are listed with the problem ``no_card``, not compared.
    """
    bills = _bills(company, since, until, supplier)
    moved = _moved(company, {ref for _, groups in bills for ref in groups})
    packed = Packing({item for goods in moved.values() for item in goods.units})
    found: list[AuditedBill] = []
    for bill, groups in bills:
        on = local_date(bill.effective_at, company.zone)
        for ref, lines in groups.items():
            found.append(_audited(bill, on, ref, lines, moved.get(ref), packed, cards, tolerance))
    found.sort(key=lambda bill: (-bill.disputed, bool(bill.problem), bill.on, bill.number))
    return BillAudits(tuple(found))


Ref = tuple[str, str]
"""Type and number of what a bill is aimed at."""


@dataclass(frozen=True, slots=True)
class _Goods:
    """Units by item, the day on which they left, how, and the country that they went to."""

    units: dict[int, int]
    left: date
    mode: str
    country: str


class _Bill(NamedTuple):
    """A bill's document, a plain row: there are thousands."""

    pk: int
    external_id: str
    account: str
    effective_at: Instant
    body: bytes


def _bills(
    company: models.Company, since: date, until: date, supplier: str
) -> list[tuple[_Bill, dict[Ref, list[dict[str, Any]]]]]:
    """Live bills with their freight lines by what these are aimed at."""
    same = ("type", "external_id", "source", "account")
    later = models.Document.objects.filter(**{name: OuterRef(name) for name in same}, version__gt=OuterRef("version"))
    start, end = midnight(since, company.zone), midnight(until + timedelta(days=1), company.zone)
    rows = models.Document.objects.filter(
        ~Exists(later), type="cost_bill", company=company, reversed__isnull=True, effective_at__gte=start,
        effective_at__lt=end,
    )  # fmt: skip
    if supplier:
        rows = rows.filter(account=supplier)
    found: list[tuple[_Bill, dict[Ref, list[dict[str, Any]]]]] = []
    for bill in map(_Bill._make, rows.order_by("effective_at", "pk").values_list(*_Bill._fields)):
        written = bytes(bill.body)
        if b'"freight"' not in written:
            continue
        body = json.loads(written)
        groups: dict[Ref, list[dict[str, Any]]] = defaultdict(list)
        for line in body["lines"]:
            refs = [t["document"] for t in line["targets"] if t["kind"] == "births" and "document" in t]
            charged = line["component"] in FREIGHT and not line.get("estimate")
            if charged and len(refs) == 1 and refs[0]["type"] in _MOVED:
                groups[refs[0]["type"], refs[0]["id"]].append({**line, "currency": body["currency"], **_due(body)})
        freight = {ref: lines for ref, lines in groups.items() if any(x["component"] == "freight" for x in lines)}
        if freight:
            found.append((bill, freight))
    return found


def _due(body: dict[str, Any]) -> dict[str, Any]:
    return {"due": date.fromisoformat(body["due"]) if body.get("due") else None, "by": body.get("supplier", "")}


def _moved(company: models.Company, refs: set[Ref]) -> dict[Ref, _Goods]:
    """What the bills moved: live movements of the named documents."""
    numbers = sorted({number for _, number in refs})
    found: dict[Ref, _Goods] = {}
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        sent = models.Shipment.objects.filter(company=company, number__in=part).select_related("destination")
        shipped = {row.number: row for row in sent.order_by("pk")}
        named = models.Document.objects.filter(company=company, type__in=_MOVED, external_id__in=part)
        refs_of = {key: (kind, number) for key, kind, number in named.values_list("pk", "type", "external_id")}
        # Along the documents: asked with the company, the database would walk all of its movements.
        rows = models.Movement.objects.filter(
            document__in=list(refs_of), kind__in=_KINDS, replacement__isnull=True
        ).values_list("document_id", "item_id", "quantity", "effective_at", "to_cell__location__country")
        for document, item, quantity, at, country in rows.order_by("pk"):
            ref = refs_of[document]
            goods = found.get(ref)
            if goods is None:
                row = shipped.get(ref[1]) if ref[0] == "shipment" else None
                mode, there = (row.mode, row.destination.country) if row else ("truck", country or "")
                goods = found[ref] = _Goods({}, local_date(at, company.zone), mode, there)
            goods.units[item] = goods.units.get(item, 0) + quantity
    return {ref: goods for ref, goods in found.items() if ref in refs}


class Packing:
    """Cartons of units by the packaging that was valid on a day."""

    def __init__(self, items: Iterable[int]) -> None:
        chosen = set(items)
        self._of = packs()
        self._sku = {pk: sku for pk, sku in models.Item.objects.values_list("pk", "sku") if pk in chosen}

    def cartons(self, goods: Mapping[int, int], on: date) -> tuple[Cartons, ...]:
        """Whole cartons of each item and one for the rest; units by themselves where no carton is known."""
        found: list[Cartons] = []
        for item, units in goods.items():
            sku = self._sku.get(item, "")
            carton = self._valid(item, "carton", on)
            if carton is None:
                unit = self._valid(item, "unit", on)
                found.append(_kind(units, unit, unit.weight_g if unit else None, sku))
                continue
            whole, rest = divmod(units, carton.units)
            if whole:
                found.append(_kind(whole, carton, carton.weight_g, sku))
            if rest:
                weight = None if carton.weight_g is None else -(-carton.weight_g * rest // carton.units)
                found.append(_kind(1, carton, weight, sku))
        return tuple(found)

    def _valid(self, item: int, level: str, on: date) -> Pack | None:
        rows = [r for r in self._of[item] if r.level == level and (r.valid_from or date.min) <= on]
        return max(rows, key=lambda r: (r.valid_from or date.min, r.pk), default=None)


def _kind(count: int, pack: Pack | None, weight: int | None, sku: str) -> Cartons:
    sides = (pack.length_mm, pack.width_mm, pack.height_mm) if pack else (None, None, None)
    return Cartons(count, weight, *sides, label=sku)


def card_of(cards: Sequence[RateCard], supplier: str, mode: str, country: str, on: date) -> tuple[RateCard | None, str]:
    """The forwarder's card for a shipment, or why there is none."""
    name = supplier.casefold()
    own = [c for c in cards if name and any(name in text.casefold() for text in (c.id, c.name, c.source))]
    own = [c for c in own if (c.valid_from or date.min) <= on <= (c.valid_to or date.max)]
    for fits in (
        lambda c: c.mode == mode,
        lambda c: not country or len(c.destination) != 2 or c.destination.upper() == country,
    ):
        own = [c for c in own if fits(c)] or own
    if not own:
        return None, "no_card"
    newest = max(c.valid_from or date.min for c in own)
    own = [c for c in own if (c.valid_from or date.min) == newest]
    return (own[0], "") if len(own) == 1 else (None, "several_cards")


def _audited(
    bill: _Bill, on: date, ref: Ref, lines: list[dict[str, Any]], goods: _Goods | None, packed: Packing,
    cards: Sequence[RateCard], tolerance: int,
) -> AuditedBill:  # fmt: skip
    supplier, currency, due = lines[0]["by"] or bill.account, lines[0]["currency"], lines[0]["due"]
    bare = AuditedBill(
        str(bill.pk), bill.external_id, supplier, on, due, (ref[1],), currency,
        sum(line["amount"] for line in lines),
    )  # fmt: skip
    if goods is None:
        return replace(bare, problem="no_goods")
    card, problem = card_of(cards, supplier, goods.mode, goods.country, goods.left)
    if card is None:
        return replace(bare, problem=problem)
    cartons = packed.cartons(goods.units, goods.left)
    codes = _codes(card)
    charged = [
        BillLine(
            str(line.get("charge") or codes.get(line["component"], line["component"])), line["amount"], currency,
            Fraction(line["billed_units"]) if line.get("billed_units") else None,
            line.get("note") or line.get("charge") or line["component"],
        )
        for line in lines
    ]  # fmt: skip
    told = audit(card, Consignment(cartons, goods.left), charged, tolerance=tolerance)
    weight = [c.weight for c in cartons]
    kilograms = None if None in weight else Fraction(sum(c.count * (c.weight or 0) for c in cartons), 1000)
    volume = [c.volume for c in cartons]
    metres = None if None in volume else Fraction(sum(c.count * (c.volume or 0) for c in cartons), 10**9)
    evidence = tuple(line.explain() for line in told.quote.lines)
    disputes = set(map(id, told.disputes))
    currency = card.currency
    return replace(
        bare, card=card.id, source=card.source or card.name, cartons=sum(c.count for c in cartons),
        kilograms="" if kilograms is None else plain(kilograms),
        cubic_metres="" if metres is None else plain(Fraction(round(metres * 1000), 1000)), evidence=evidence,
        lines=tuple(_line(bare, card, d, currency, id(d) in disputes, evidence) for d in told.differences),
    )  # fmt: skip


def _codes(card: RateCard) -> dict[str, str]:
    """Cost component → the card's only charge of it; the freight itself is ``freight``."""
    found: dict[str, list[str]] = defaultdict(list)
    for charge in card.charges:
        found[charge.component].append(charge.code)
    return {**{name: codes[0] for name, codes in found.items() if len(codes) == 1}, card.component: "freight"}


def _line(
    bill: AuditedBill, card: RateCard, found: Difference, currency: str, disputed: bool, evidence: tuple[str, ...]
) -> AuditLine:
    money = bill.currency if found.cause is Cause.CURRENCY else currency
    return AuditLine(
        bill.key, bill.number, bill.supplier, bill.on, bill.due, ", ".join(bill.shipments), card.id, found.code,
        found.cause.value, found.billed, found.expected, found.amount, money, disputed, found.reason,
        found.parameters, evidence,
    )  # fmt: skip
