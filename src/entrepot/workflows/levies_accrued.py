"""Levies on what was sold or imported, accrued until the scheme's bill comes: a document for each levy and month of a run.

The duty to pay arises with the sale into the levy's country, or when goods come into it from abroad, as the seller's own rate
card says. What arose and was not accrued yet is summed exactly and rounded once: a levy is often less than a cent a unit, so
what does not make a cent waits for the next run. A month that the scheme billed in one sum for the company (its fifteenth lies
in the bill's period) is not accrued, and its estimates are withdrawn; days up to the last one that a bill was aimed at are done.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from entrepot.books import models
from entrepot.core import documents as d
from entrepot.core.calendar import DAY, Instant, local_date, to_datetime
from entrepot.core.components import COMPONENTS
from entrepot.core.kinds import Kind
from entrepot.core.money import exponent, round_half_away, split_largest_remainder
from entrepot.workflows.accrue_fees import LEVY as PREFIX
from entrepot.workflows.accrue_moves import Move, supplier_of
from entrepot.workflows.levies import Levies

if TYPE_CHECKING:
    from entrepot.engines.storage import Levy

LOOKED_AT = 548 * DAY
"""Older sales and moves are not accrued any more."""
_NUMBER = re.compile(rf"{PREFIX}(?P<company>.+?)/(?P<levy>.+)-(?P<month>\d{{4}}-\d{{2}})-(?P<place>\d+)")
_OTHER = COMPONENTS["other"]
Key = tuple[str, str, str, str, int]
"""Type, number, account, source and line of the document that the levy falls on: it stays when the document is corrected."""


@dataclass(frozen=True, slots=True)
class Arisen:
    """What a levy fell on: units or grams, when, and the units that they are of."""

    key: Key
    quantity: int
    at: Instant
    on: date


@dataclass(slots=True)
class LevyRun:
    """Estimates to post and numbers of those to withdraw; what could not be accrued and why.

    ``unweighed``: (SKU, material, country) that go by weight and were never weighed; ``nowhere``: units sold of listed SKUs
    whose country of destination is not known.
    """

    documents: list[d.CostBill] = field(default_factory=list[d.CostBill])
    withdrawn: set[str] = field(default_factory=set[str])
    unweighed: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])
    nowhere: int = 0


def levy_accruals(company: models.Company, levies: Levies, moves: Iterable[Move], at: Instant) -> LevyRun:
    """What arose for a company and was neither accrued nor billed yet."""
    run = LevyRun()
    mine = [levy for levy in levies.levies if levy.company in ("", company.code)]
    known = Known(company, {levy.id for levy in mine})
    run.withdrawn = known.billed_otherwise()
    if not mine or not levies.materials:
        return run
    arisen = _sold(company, levies, mine, at, run)
    for levy, found in _imported(company, levies, mine, moves, at, run).items():
        arisen[levy] += found
    by_id = {(levy.id, levy.valid_from): levy for levy in mine}
    for key, found in sorted(arisen.items(), key=lambda pair: (pair[0][0], pair[0][1] or date.min)):
        run.documents += _documents(company, by_id[key], found, known)
    return run


LevyKey = tuple[str, date | None]
"""Id and first day: the rates of a levy in the course of time."""


class Known:
    """What stands already: quantities accrued, months and days billed."""

    def __init__(self, company: models.Company, levies: set[str]) -> None:
        self.company = company
        self.accrued: dict[tuple[str, Key], int] = defaultdict(int)
        self.through: dict[str, date] = {}
        self.numbers: dict[tuple[str, str], int] = defaultdict(int)
        self.standing: dict[str, tuple[str, str]] = {}
        """Number of a standing estimate → its scheme and month."""
        documents = {
            row.pk: row for row in models.Document.objects.filter(
                company=company, source="accrual", type="cost_bill", external_id__startswith=f"{PREFIX}{company.code}/"
            ).select_related(None)
        }  # fmt: skip
        for row in documents.values():
            found = _NUMBER.fullmatch(row.external_id)
            if found:
                spot = found["levy"], found["month"]
                self.numbers[spot] = max(self.numbers[spot], int(found["place"]))
        self._learn(documents)
        self.periods = _periods(company) if documents or levies else {}

    def _learn(self, documents: dict[int, models.Document]) -> None:
        lines = models.CostLine.objects.filter(document__in=documents, document__reversed__isnull=True)
        billed = set(
            models.Replacement.objects.filter(
                cost_line__in=lines, new_cost_line__isnull=False, new_cost_line__estimate=False
            ).values_list("cost_line_id", flat=True)
        )  # fmt: skip
        for pk, document, gone in lines.values_list("pk", "document_id", "replacement__pk"):
            number = documents[document].external_id
            found = _NUMBER.fullmatch(number)
            if found is None:
                continue
            if gone is None:
                self.standing[number] = supplier_of(documents[document]), found["month"]
            if pk in billed:
                last = local_date(documents[document].effective_at, self.company.zone)
                self.through[found["levy"]] = max(last, self.through.get(found["levy"], last))
        shares = models.BasisShare.objects.filter(basis__cost_line__in=lines, basis__version=1)
        for end in ("sales_line", "movement"):
            names = (f"{end}__document__{n}" for n in ("type", "external_id", "account", "source"))
            rows = shares.filter(**{f"{end}__isnull": False}).order_by().values_list(
                "basis__cost_line__document_id", "weight", *names, f"{end}__line"
            )  # fmt: skip
            for document, weight, *key in rows:
                found = _NUMBER.fullmatch(documents[document].external_id)
                if found is not None:
                    self.accrued[found["levy"], (key[0], key[1], key[2], key[3], key[4])] += weight

    def billed_otherwise(self) -> set[str]:
        """Numbers of standing estimates of months that the scheme billed in one sum."""
        return {number for number, (scheme, month) in self.standing.items() if self._summed(scheme, month)}

    def waits(self, levy: Levy, one: Arisen) -> int:
        """The part of what arose that is neither accrued nor billed."""
        if one.on <= self.through.get(levy.id, date.min) or self._summed(levy.scheme, f"{one.on:%Y-%m}"):
            return 0
        done = self.accrued.get((levy.id, one.key), 0)
        if one.key[0] != "sales_order":
            return 0 if done else one.quantity
        return max(one.quantity - done, 0)

    def _summed(self, scheme: str, month: str) -> bool:
        middle = date.fromisoformat(f"{month}-15")
        return any(first <= middle <= last for first, last in self.periods.get(scheme, ()))


def _periods(company: models.Company) -> dict[str, list[tuple[date, date]]]:
    """Supplier → periods that his bills to the company as a whole are for."""
    rows = models.CostLine.objects.filter(
        company=company, target_kind="company", component=_OTHER, estimate=False, replacement__isnull=True,
        document__type="cost_bill", period_from__isnull=False,
    ).select_related("document")  # fmt: skip
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for row in rows:
        first = local_date(row.period_from or 0, company.zone)
        last = local_date((row.period_to or 1) - 1, company.zone)
        found[supplier_of(row.document)].append((first, last))
    return found


def _sold(
    company: models.Company, levies: Levies, mine: list[Levy], at: Instant, run: LevyRun
) -> dict[LevyKey, list[Arisen]]:  # fmt: skip
    """Sales into a levy's country, line by line; a bundle's levy is that of its parts."""
    due = [levy for levy in mine if levy.due == "sold"]
    found: dict[LevyKey, list[Arisen]] = defaultdict(list)
    if not due:
        return found
    rows = models.Movement.objects.filter(
        company=company, kind=int(Kind.SALE), replacement__isnull=True, sales_line__isnull=False,
        sales_line__country__in={"", *(levy.country for levy in due)}, item__sku__in=levies.materials,
        effective_at__gte=at - LOOKED_AT, effective_at__lte=at,
    )  # fmt: skip
    sums: dict[tuple[LevyKey, Key], Arisen] = {}
    for sku, units, country, when, number, account, source, line in rows.order_by("effective_at", "pk").values_list(
        "item__sku", "quantity", "sales_line__country", "effective_at", "sales_line__document__external_id",
        "sales_line__document__account", "sales_line__document__source", "sales_line__line",
    ):  # fmt: skip
        if not country:
            run.nowhere += units
            continue
        on, key = local_date(when, company.zone), ("sales_order", number, account, source, line)
        for levy, quantity in _falls(levies, due, sku, country, on, units, run):
            spot = (levy.id, levy.valid_from), key
            before = sums[spot].quantity if spot in sums else 0
            sums[spot] = Arisen(key, before + quantity, when, on)
    for (levy, _), one in sums.items():
        found[levy].append(one)
    return found


def _imported(
    company: models.Company, levies: Levies, mine: list[Levy], moves: Iterable[Move], at: Instant, run: LevyRun
) -> dict[LevyKey, list[Arisen]]:  # fmt: skip
    """Goods that came into a levy's country from abroad: off a shipment, moved over, or received there from a foreign maker."""
    due = [levy for levy in mine if levy.due == "imported"]
    found: dict[LevyKey, list[Arisen]] = defaultdict(list)
    there = [m for m in moves if due and m.lane[0] != "shipment" and at - LOOKED_AT <= m.at <= at]
    there = [m for m in there if any(levy.country == m.country for levy in due)]
    items = models.Item.objects.in_bulk({row.item for move in there for row in move.rows})
    senders = dict(models.Document.objects.filter(pk__in=[m.document for m in there]).values_list("pk", "account"))
    sources = dict(models.Document.objects.filter(pk__in=[m.document for m in there]).values_list("pk", "source"))
    sums: dict[tuple[LevyKey, Key], Arisen] = {}
    for move in there:
        for row in move.rows:
            item = items[row.item]
            made_abroad = not move.lane[2] and item.origin not in ("", move.country)
            if not (move.abroad or made_abroad):
                continue
            key = (move.type, move.number, senders[move.document], sources[move.document], row.line)
            for levy, quantity in _falls(levies, due, item.sku, move.country, move.on, row.units, run):
                spot = (levy.id, levy.valid_from), key
                before = sums[spot].quantity if spot in sums else 0
                sums[spot] = Arisen(key, before + quantity, move.at, move.on)
    for (levy, _), one in sums.items():
        found[levy].append(one)
    return found


def _falls(
    levies: Levies, due: list[Levy], sku: str, country: str, on: date, units: int, run: LevyRun
) -> Iterable[tuple[Levy, int]]:  # fmt: skip
    """Levies that fall on units of a SKU, with the quantity that they go by."""
    inside = levies.materials.get(sku, {})
    for levy in due:
        if levy.country != country or levy.material not in inside or not levy.holds(on):
            continue
        quantity = levy.quantity(inside[levy.material], units)
        if quantity is None:
            run.unweighed.add((sku, levy.material, country))
        else:
            yield levy, quantity


def _documents(
    company: models.Company, levy: Levy, arisen: list[Arisen], known: Known
) -> list[d.CostBill]:  # fmt: skip
    """An estimate for each month in which something waits that makes a cent."""
    months: dict[str, list[Arisen]] = defaultdict(list)
    for one in arisen:
        waiting = known.waits(levy, one)
        if waiting > 0:
            months[f"{one.on:%Y-%m}"].append(Arisen(one.key, waiting, one.at, one.on))
    found: list[d.CostBill] = []
    for month, waiting in sorted(months.items()):
        whole = sum(one.quantity for one in waiting)
        amount = round_half_away(levy.exact(whole))
        if amount <= 0:
            continue
        known.numbers[levy.id, month] += 1
        last = max(waiting, key=lambda one: one.at)
        found.append(
            d.CostBill(
                id=f"{PREFIX}{company.code}/{levy.id}-{month}-{known.numbers[levy.id, month]}", source="accrual",
                account=levy.scheme, company=company.code, effective_at=to_datetime(last.at), supplier=levy.scheme,
                currency=levy.currency, due=last.on + timedelta(days=levy.bill_days), lines=_lines(levy, waiting, amount),
            )
        )  # fmt: skip
    return found


def _lines(levy: Levy, waiting: list[Arisen], amount: int) -> list[d.CostLine]:
    """One line over all sales; of goods that came in a line for each of the document's lines."""
    shown = (
        f"{levy.name}: {float(levy.rate / 10 ** exponent(levy.currency)):g} {levy.currency} a {levy.per}, {levy.source}"
    )
    said: dict[str, Any] = {"component": "other", "estimate": True, "charge": "card", "note": shown[:300]}
    if levy.due == "sold":
        whole = sum(one.quantity for one in waiting)
        aims = [d.Target(kind="order", document=_ref(one.key)) for one in waiting]
        weights = [one.quantity for one in waiting]
        return [d.CostLine(amount=amount, targets=aims, basis="manual", weights=weights, billed_units=_units(levy, whole),
                           **said)]  # fmt: skip
    parts = split_largest_remainder(amount, [one.quantity for one in waiting])
    return [
        d.CostLine(
            amount=part, targets=[d.Target(kind="births", document=_ref(one.key))], basis="quantity",
            billed_units=_units(levy, one.quantity), **said,
        )
        for one, part in zip(waiting, parts, strict=True) if part > 0
    ]  # fmt: skip


def _units(levy: Levy, quantity: int) -> str:
    """Kilograms or units as a scheme's bill states them."""
    value = Fraction(quantity, 1000 if levy.per == "kg" else 1)
    return f"{float(value):.3f}".rstrip("0").rstrip(".") if value >= Fraction(1, 1000) else ""


def _ref(key: Key) -> d.Ref:
    kind, number, account, source, line = key
    return d.Ref(type=kind, id=number, account=account, source=source, line=line)  # type: ignore[arg-type]


__all__ = ["PREFIX", "Arisen", "LevyRun", "levy_accruals"]
