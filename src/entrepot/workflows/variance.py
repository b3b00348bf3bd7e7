"""What estimates turned out to be: every bill beside what it replaced, the difference by cause; and what is not billed yet.

Item by item: billed − accrued = price + quantity + rate + rule + exchange rate, exactly. The exchange rate is the bill's amount
at its own rate less the same at the estimate's; quantity is units that were not accrued, and the weight or volume that a bill
states beyond the estimated; the rest is the price where an order or an offer was the estimate, the rate where a card or earlier
bills were, the rule where the rule book was. Stored, dropped and rebuilt. Method: docs/methods/variance.md.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.db import transaction

from entrepot.books import bulk, models
from entrepot.books.import_tax import IMPORT_TAX, decisions
from entrepot.core.calendar import Instant, local_date
from entrepot.core.money import round_half_away, split_largest_remainder
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now
from entrepot.workflows.unbilled import unbilled

CAUSES: tuple[str, ...] = ("price", "quantity", "rate", "rule", "fx")
_MAIN = {"order": "price", "card": "rate", "history": "rate", "rule": "rule"}


@dataclass(frozen=True, slots=True)
class Variances:
    """How many differences were found, and how many costs wait for a bill."""

    company: str
    variances: int
    unbilled: int


def variance(*, progress: Progress = SILENT, at: Instant | None = None) -> list[Variances]:
    """Rebuild the stored variances and the list of what is not billed, company by company."""
    moment = now() if at is None else at
    found: list[Variances] = []
    companies = list(models.Company.objects.order_by("code"))
    progress.begin("comparing bills", len(companies))
    for company in companies:
        rows = list(_rows(company))
        waiting = unbilled(company, moment)
        with transaction.atomic():
            bulk.writer_lock()
            models.VarianceFigure.objects.filter(company=company).delete()
            models.VarianceFigure.objects.bulk_create(rows, 2_000)
            models.UnbilledFigure.objects.filter(company=company).delete()
            models.UnbilledFigure.objects.bulk_create(waiting, 2_000)
        found.append(Variances(company.code, len(rows), len(waiting)))
        progress.advance()
    return found


@dataclass(slots=True)
class Side:
    """What fell on one item on one side: base and foreign minor units."""

    base: int = 0
    foreign: int = 0


@dataclass(slots=True)
class Pair:
    """A bill's lines of one component and the estimates whose place they took."""

    bill: models.Document
    component: int
    lines: list[models.CostLine] = field(default_factory=list[models.CostLine])
    estimates: list[models.CostLine] = field(default_factory=list[models.CostLine])


def _rows(company: models.Company) -> Iterable[models.VarianceFigure]:
    kinds = dict(models.Supplier.objects.values_list("code", "kind"))
    for pair in _pairs(company):
        body = _body(pair.bill)
        supplier = str(body.get("supplier", "") or body.get("shop", ""))
        accrual = pair.estimates[0].document
        basis, reference = _basis(accrual, pair.estimates[0].line)
        accrued, billed = _by_item(pair.estimates), _by_item(pair.lines)
        fx_rate = _rate(pair)
        stated = _stated(pair, body)
        on = local_date(pair.bill.effective_at, company.zone)
        for item in sorted(accrued.keys() | billed.keys()):
            was, now_ = accrued.get(item, Side()), billed.get(item, Side())
            causes = split_causes(was, now_, fx_rate, stated, _MAIN.get(basis, "price"))
            yield models.VarianceFigure(
                company=company, item_id=item or None, bill=pair.bill, bill_line=pair.lines[0].line, accrual=accrual,
                supplier=supplier, supplier_kind=kinds.get(supplier, "shop" if body.get("shop") else ""),
                component=pair.component, month=on.year * 100 + on.month, basis=basis, reference=reference[:300],
                accrued=was.base, billed=now_.base, **causes,
            )  # fmt: skip


def split_causes(
    accrued: Side, billed: Side, fx_rate: Fraction | None, more: Fraction | None, main: str
) -> dict[str, int]:  # fmt: skip
    """The five causes of one difference, base minor units; they sum to billed − accrued.

    ``fx_rate``: base for one foreign minor unit at the estimate's rate (``None`` = other currencies) · ``more``: share by which
    the billed weight or volume exceeds the estimated · ``main``: what the rest is.

    >>> split_causes(Side(7_000, 1_000), Side(8_580, 1_100), Fraction(7), Fraction(5, 100), "rate")
    {'price': 0, 'quantity': 350, 'rate': 350, 'rule': 0, 'fx': 880}
    """
    found: dict[str, int] = dict.fromkeys(CAUSES, 0)
    if fx_rate is not None:
        found["fx"] = billed.base - round_half_away(billed.foreign * fx_rate)
    rest = billed.base - accrued.base - found["fx"]
    if not accrued.base:
        found["quantity"] = rest
        return found
    if more is not None:
        found["quantity"] = round_half_away(accrued.base * more)
    found[main] += rest - found["quantity"]
    return found


def _pairs(company: models.Company) -> list[Pair]:
    """Bills with the estimates they took the place of, through later corrections of the bill."""
    links = models.Replacement.objects.filter(cost_line__isnull=False, cost_line__company=company)
    step = dict(links.values_list("cost_line_id", "new_cost_line_id"))
    starts = set(
        links.filter(cost_line__estimate=True, new_cost_line__isnull=False).values_list("cost_line_id", flat=True)
    )
    ends: dict[int, int] = {}
    for start in starts:
        line: int | None = start
        while line is not None and line in step:
            line = step[line]
        if line is not None:
            ends[start] = line
    lines = models.CostLine.objects.select_related("document").in_bulk([*ends, *ends.values()])
    pairs: dict[tuple[int, int], Pair] = {}
    for start, end in sorted(ends.items()):
        bill, old = lines[end], lines[start]
        following = lines.get(step[start] or 0)
        if bill.estimate or bill.document.type == "reversal" or (following is not None and following.estimate):
            continue  # an estimate told anew is no bill; the last one before the bill counts
        key = (bill.document_id, bill.component)
        pair = pairs.setdefault(key, Pair(bill.document, bill.component))
        pair.estimates.append(old)
        if bill not in pair.lines:
            pair.lines.append(bill)
    _with_siblings(pairs)
    return list(pairs.values())


def _with_siblings(pairs: dict[tuple[int, int], Pair]) -> None:
    """Further lines of the same bill and component on the same goods (a surcharge beside the freight) belong to it."""
    documents = {document for document, _ in pairs}
    live = models.CostLine.objects.filter(document_id__in=documents, replacement__isnull=True, estimate=False)
    by_key: dict[tuple[int, int], list[models.CostLine]] = defaultdict(list)
    for line in live.select_related("document").order_by("pk"):
        if (line.document_id, line.component) in pairs:
            by_key[line.document_id, line.component].append(line)
    aims = _aims([line.pk for lines in by_key.values() for line in lines])
    for key, pair in pairs.items():
        mine = {target for line in pair.lines for target, _ in aims.get(line.pk, ())}
        for line in by_key[key]:
            if line not in pair.lines and mine & {target for target, _ in aims.get(line.pk, ())}:
                pair.lines.append(line)


Target = tuple[int | None, int | None]
"""Movement or sales line."""


def _aims(lines: list[int]) -> dict[int, list[tuple[Target, int]]]:
    """Line → its latest basis: targets with weights, in order."""
    latest: dict[int, tuple[int, int]] = {}
    for start in range(0, len(lines), 500):
        rows = models.Basis.objects.filter(cost_line_id__in=lines[start : start + 500])
        for pk, line, version in rows.values_list("pk", "cost_line_id", "version"):
            latest[line] = max(latest.get(line, (0, 0)), (version, pk))
    line_of = {pk: line for line, (_, pk) in latest.items()}
    found: dict[int, list[tuple[Target, int]]] = defaultdict(list)
    bases = sorted(line_of)
    for start in range(0, len(bases), 500):
        shares = models.BasisShare.objects.filter(basis_id__in=bases[start : start + 500]).order_by(
            "basis_id", "ordinal"
        )
        for basis, movement, sale, weight in shares.values_list("basis_id", "movement_id", "sales_line_id", "weight"):
            found[line_of[basis]].append(((movement, sale), weight))
    return found


def _by_item(lines: list[models.CostLine]) -> dict[int, Side]:
    """What falls on each item of these lines; 0 stands for bundles, which have no item of their own."""
    aims = _aims([line.pk for line in lines])
    movements = {t[0] for shares in aims.values() for t, _ in shares if t[0]}
    sales = {t[1] for shares in aims.values() for t, _ in shares if t[1]}
    item_of: dict[Target, int | None] = {}
    for pk, item in models.Movement.objects.filter(pk__in=movements).values_list("pk", "item_id"):
        item_of[pk, None] = item
    for pk, item in models.SalesLine.objects.filter(pk__in=sales).values_list("pk", "item_id"):
        item_of[None, pk] = item
    found: dict[int, Side] = defaultdict(Side)
    back = _comes_back(lines)
    for line in lines:
        shares = aims.get(line.pk, [])
        weights = [weight for _, weight in shares]
        home, own = back.get(
            line.pk, (0, 0)
        )  # import tax that comes back is no cost, so it is no difference of cost either
        bases = split_largest_remainder(line.base_amount - home, weights)
        foreign = split_largest_remainder(line.amount - own, weights)
        for (target, _), base, amount in zip(shares, bases, foreign, strict=True):
            side = found[item_of.get(target) or 0]
            side.base += base
            side.foreign += amount
    return dict(found)


def _comes_back(lines: list[models.CostLine]) -> dict[int, tuple[int, int]]:
    """Lines of import tax → what of them comes back, in base and in foreign minor units."""
    taxed = [line.pk for line in lines if line.component == IMPORT_TAX]
    return {one.line: (one.back, one.back_amount) for one in decisions(taxed)} if taxed else {}


def _rate(pair: Pair) -> Fraction | None:
    """Base for one foreign minor unit, as the estimate was converted; ``None`` across currencies."""
    currencies = {line.currency for line in (*pair.lines, *pair.estimates)}
    foreign = sum(line.amount for line in pair.estimates)
    if len(currencies) > 1 or foreign == 0:
        return None
    return Fraction(sum(line.base_amount for line in pair.estimates), foreign)


def _stated(pair: Pair, body: dict[str, Any]) -> Fraction | None:
    """By what share the bill's weight or volume exceeds the estimated, where both say it."""
    billed = [_units(body, line.line) for line in pair.lines]
    bodies: dict[int, dict[str, Any]] = {}
    for line in pair.estimates:
        if line.document_id not in bodies:
            bodies[line.document_id] = _body(line.document)
    estimated = [_units(bodies[line.document_id], line.line) for line in pair.estimates]
    whole = sum((u for u in estimated if u), Fraction(0))
    if None in estimated or whole == 0 or not any(billed):
        return None
    return sum((u for u in billed if u), Fraction(0)) / whole - 1


def _units(body: dict[str, Any], line: int) -> Fraction | None:
    lines = body.get("lines", [])
    text = lines[line - 1].get("billed_units", "") if 0 < line <= len(lines) else ""
    return Fraction(text) if text else None


def _basis(document: models.Document, line: int) -> tuple[str, str]:
    """What an estimate was made by, and its name."""
    body = _body(document)
    if document.type != "cost_bill":
        order = body.get("order") or {}
        return "order", str(order.get("id", "") or document.external_id)
    lines = body.get("lines", [])
    said = lines[line - 1] if 0 < line <= len(lines) else {}
    basis = str(said.get("charge", ""))
    return (basis if basis in _MAIN else "offer"), str(said.get("note", "") or document.external_id)


def _body(document: models.Document) -> dict[str, Any]:
    return json.loads(bytes(document.body))


__all__ = ["CAUSES", "Variances", "split_causes", "variance"]
