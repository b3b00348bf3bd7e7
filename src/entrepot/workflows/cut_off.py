"""Cut-off at a month's end: goods that were ordered and not received, where they stood, whose they were, and what proves it.

Stock under way counts when its risks have passed (:mod:`entrepot.core.incoterms`); what a supplier still owes is a
commitment and never part of the stock. An auditor asks of each shipment around a closing for the paper that dates the
passing: a pick-up note (EXW, FCA, CPT, CIP), a bill of lading (FAS, FOB, CFR, CIF) or a proof of delivery (DAP, DPU, DDP);
where it is missing the books took the departure, and the row says so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal

import polars as pl
from django.db.models import Sum

from entrepot.books import models
from entrepot.books.facts import FOREVER
from entrepot.books.intake.directory import Directory
from entrepot.core.calendar import Instant, local_date, to_instant
from entrepot.core.errors import ProblemError
from entrepot.core.incoterms import HANDOVER, owned_from
from entrepot.core.kinds import Kind
from entrepot.core.money import convert, round_half_away
from entrepot.workflows.month_figures import MonthFigures, month_figures

Stage = Literal["supplier", "carrier", "under_way", "border"]
PAPER = {"picked_up": "pickup_note", "on_board": "bill_of_lading", "received": "delivery_note"}
"""What proves the moment at which goods pass."""


@dataclass(frozen=True)
class Underway:
    """Units of an order, or of a shipment between own places, that were not received at the cut-off.

    ``stage``: with the supplier, with the carrier before departure, under way, at the border of the destination.
    ``owned``: in the books; ``since``: the day from which. ``amount``: book cost of owned goods, else their price at the
    order, minor units of the company's currency (None: no exchange rate). ``paper``: what proves the moment that matters,
    empty for own shipments; ``papered``: its date is known.
    """

    order: str
    supplier: str
    incoterm: str
    shipment: str
    sku: str
    units: int
    amount: int | None
    stage: Stage
    owned: bool
    since: date | None
    paper: str
    papered: bool


@dataclass(frozen=True)
class CutOff:
    """Everything under way at the end of the month; ``owned`` is part of the closing stock, ``committed`` is not."""

    figures: MonthFigures
    rows: tuple[Underway, ...]

    @property
    def owned(self) -> int:
        """Book cost of goods under way that are ours."""
        return sum(row.amount or 0 for row in self.rows if row.owned)

    @property
    def committed(self) -> int:
        """Price of goods that suppliers still have to hand over; rows without a rate are left out."""
        return sum(row.amount or 0 for row in self.rows if not row.owned)

    @property
    def unproven(self) -> int:
        """Rows of owned goods without the paper that dates their passing."""
        return sum(row.owned and bool(row.paper) and not row.papered for row in self.rows)


@dataclass(frozen=True)
class _Sent:
    """A shipment as told then: its document's body and instants, and the order whose supplier sent it."""

    body: Mapping[str, Any]
    departed: Instant
    order: str


def cut_off(company: str, months: str, *, known: Instant = FOREVER) -> CutOff:
    """Goods under way at the end of ``months``; raises ``ProblemError`` for an unknown company or what is no month."""
    return of_figures(month_figures(company, months, known=known))


def of_figures(figures: MonthFigures) -> CutOff:
    """Goods under way at the closing state."""
    orders, sent = _orders(figures), _shipments(figures)
    rows = [*_owned(figures, orders, sent), *_with_suppliers(figures, orders, sent)]
    return CutOff(figures, tuple(sorted(rows, key=lambda r: (not r.owned, r.order, r.shipment, r.sku))))


def _told(figures: MonthFigures, kind: str) -> Iterable[tuple[str, Instant, dict[str, Any]]]:
    """Number, instant and body of the company's documents of a kind as they were known then."""
    known = figures.closing.known
    gone = models.Reversed.objects.filter(by__recorded_at__lte=known).values("document")
    rows = models.Document.objects.filter(type=kind, company=figures.company, recorded_at__lte=known)
    last: dict[tuple[str, str, str], models.Document] = {}
    for row in rows.exclude(pk__in=gone).order_by("pk"):
        last[row.source, row.account, row.external_id] = row
    return [(row.external_id, row.effective_at, json.loads(bytes(row.body))) for row in last.values()]


def _orders(figures: MonthFigures) -> dict[str, dict[str, Any]]:
    return {number: body for number, at, body in _told(figures, "purchase_order") if at < figures.ends}


def _shipments(figures: MonthFigures) -> dict[str, _Sent]:
    found = {}
    for number, at, body in _told(figures, "shipment"):
        found[number] = _Sent(body, at, (body.get("order") or {}).get("id", ""))
    return found


def _instant(body: Mapping[str, Any], field: str) -> Instant | None:
    told = body.get(field)
    if not told:
        return None
    return to_instant(datetime.fromisoformat(told))


def _stage(sent: _Sent, ends: Instant) -> Stage:
    arrived = _instant(sent.body, "arrived_at")
    if arrived is not None and arrived < ends:
        return "border"
    if sent.departed < ends:
        return "under_way"
    picked = _instant(sent.body, "picked_up_at")
    return "carrier" if picked is not None and picked < ends else "supplier"


def _passing(figures: MonthFigures, order: Mapping[str, Any], sent: _Sent) -> tuple[Instant | None, str, bool]:
    """From when a supplier's shipment is ours, the paper that proves it, and whether its date was told."""
    incoterm = order.get("incoterm", "EXW")
    dates = {name: _instant(sent.body, f"{name}_at") for name in ("picked_up", "on_board")}
    moment = HANDOVER[incoterm]
    owned = owned_from(incoterm, sent.departed, dates["picked_up"], dates["on_board"])
    return owned, PAPER[moment], dates.get(moment) is not None


def _owned(
    figures: MonthFigures, orders: Mapping[str, Mapping[str, Any]], sent: Mapping[str, _Sent]
) -> Iterable[Underway]:
    """What stands in transit cells: units and book cost of the closing stock."""
    cells = dict(models.Cell.objects.exclude(transit="").filter(company=figures.company).values_list("pk", "transit"))
    there = figures.owned(figures.closing.stock).filter(pl.col("cell").is_in(list(cells)))
    units = there.unique(["item", "cell"]).filter(pl.col("units") > 0).select("item", "cell", "units")
    amounts = {
        (item, cell): amount
        for item, cell, amount in figures.mine(there).group_by("item", "cell").agg(pl.col("amount").sum()).iter_rows()
    }
    skus = dict(models.Item.objects.filter(pk__in=units["item"].to_list()).values_list("pk", "sku"))
    zone = figures.company.zone
    for item, cell, count in units.iter_rows():
        one = sent.get(cells[cell])
        order = orders.get(one.order, {}) if one else {}
        since, paper, papered = None, "", True
        if one is not None and one.order:
            passed, paper, papered = _passing(figures, order, one)
            since = local_date(passed, zone) if passed is not None else None
        yield Underway(
            one.order if one else "", order.get("supplier", ""), order.get("incoterm", "") if paper else "",
            cells[cell], skus[item], count, amounts.get((item, cell), 0),
            _stage(one, figures.ends) if one else "under_way", True, since, paper, papered,
        )  # fmt: skip


def _with_suppliers(
    figures: MonthFigures, orders: Mapping[str, Mapping[str, Any]], sent: Mapping[str, _Sent]
) -> Iterable[Underway]:
    """What suppliers have not handed over: by shipment where it is on its way, else at the supplier's."""
    born = _born(figures)
    price = _Prices(figures)
    under_way = _unowned(figures, orders, sent)
    for number, body in orders.items():
        ordered: dict[str, int] = defaultdict(int)
        for line in body["lines"]:
            ordered[line["sku"]] += line["quantity"]
        shipped: dict[str, int] = defaultdict(int)
        for shipment, lines in under_way.get(number, {}).items():
            for sku, units in lines.items():
                shipped[sku] += units
                owned, paper, papered = _passing(figures, body, sent[shipment])
                yield Underway(
                    number, body["supplier"], body.get("incoterm", "EXW"), shipment, sku, units,
                    price.of(body, sku, units), _stage(sent[shipment], figures.ends), False,
                    local_date(owned, figures.company.zone) if owned is not None else None, paper, papered,
                )  # fmt: skip
        for sku, units in ordered.items():
            left = units - born.get((number, sku), 0) - shipped[sku]
            if left > 0:
                yield Underway(
                    number, body["supplier"], body.get("incoterm", "EXW"), "", sku, left, price.of(body, sku, left),
                    "supplier", False, None, PAPER[HANDOVER[body.get("incoterm", "EXW")]], False,
                )  # fmt: skip


def _moved(figures: MonthFigures) -> Any:
    """Movements that counted then."""
    known = figures.closing.known
    gone = models.Replacement.objects.filter(recorded_at__lte=known, movement__isnull=False).values("movement")
    rows = models.Movement.objects.filter(
        company=figures.company, recorded_at__lte=known, effective_at__lt=figures.ends
    )
    return rows.exclude(pk__in=gone)


def _born(figures: MonthFigures) -> dict[tuple[str, str], int]:
    """(order, SKU) → units that became ours before the end."""
    rows = _moved(figures).filter(kind=int(Kind.RECEIPT), purchase_line__isnull=False)
    fields = ("purchase_line__document__external_id", "item__sku")
    return {(order, sku): n for order, sku, n in rows.values_list(*fields).annotate(n=Sum("quantity"))}


def _unowned(
    figures: MonthFigures, orders: Mapping[str, Mapping[str, Any]], sent: Mapping[str, _Sent]
) -> dict[str, dict[str, dict[str, int]]]:
    """order → shipment → SKU → units on their way that were still the supplier's at the end."""
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    received = _received(figures)
    for number, one in sent.items():
        order = orders.get(one.order)
        if order is None or min(one.departed, _instant(one.body, "picked_up_at") or one.departed) >= figures.ends:
            continue
        owned, _, _ = _passing(figures, order, one)
        if owned is not None and owned < figures.ends:
            continue
        left: dict[str, int] = defaultdict(int)
        for line in one.body["lines"]:
            left[line["sku"]] += line["quantity"]
        for sku, units in received.get(number, {}).items():
            left[sku] -= units
        if standing := {sku: units for sku, units in left.items() if units > 0}:
            found[one.order][number] = standing
    return found


def _received(figures: MonthFigures) -> dict[str, dict[str, int]]:
    """Shipment → SKU → units that receipts of goods that were the supplier's until then took up before the end."""
    rows = _moved(figures).filter(document__type="receipt", kind=int(Kind.RECEIPT), purchase_line__isnull=False)
    taken: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for sku, units, body in rows.values_list("item__sku", "quantity", "document__body"):
        shipment = (json.loads(bytes(body)).get("shipment") or {}).get("id")
        if shipment:
            taken[shipment][sku] += units
    return taken


class _Prices:
    """What ordered units cost at the order's price, in the company's currency at the rate of the cut-off."""

    def __init__(self, figures: MonthFigures) -> None:
        self._figures = figures
        self._directory = Directory()

    def of(self, order: Mapping[str, Any], sku: str, units: int) -> int | None:
        """Minor units; None without an exchange rate."""
        line = next(line for line in order["lines"] if line["sku"] == sku)
        amount = round_half_away(Fraction(line["price"]["amount"] * units, line["price"].get("per", 1)))
        company = self._figures.company
        try:
            rate = self._directory.rate(order["currency"], company.currency, company, self._figures.ends - 1)
        except ProblemError:
            return None
        return convert(amount, order["currency"], company.currency, rate.value)
