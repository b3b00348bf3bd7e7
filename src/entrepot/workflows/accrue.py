"""Accrue, then true up: what goods that moved will cost is posted as an estimate until its bill takes its place.

For every move (shipment, arrival, receipt, transfer) the costs are expected that a supplier billed on at least two of three of
the last moves of that lane, and duty where goods crossed a border; what is neither billed nor accrued yet is estimated
(``accrue_estimates``) and posted as a ``cost_bill`` of source ``accrual``, one for each move, supplier and component, marked as
an estimate with its reference. The books let the bill replace it. What was billed in another way (on the arrival and not on the
shipment) is withdrawn here. Run again without news it changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from entrepot.books import intake, models
from entrepot.core import documents as d
from entrepot.core.calendar import DAY, Instant, to_datetime
from entrepot.core.money import split_largest_remainder
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.accrue_estimates import LOOKED_AT, Estimate, Past, by_card, by_history, by_rules
from entrepot.workflows.accrue_fees import fee_accruals
from entrepot.workflows.accrue_moves import Charged, Lane, Move, charges_on, moves_since, part_of
from entrepot.workflows.bill_audit import Packing
from entrepot.workflows.clock import now
from entrepot.workflows.levies_accrued import levy_accruals
from entrepot.workflows.rule_files import SellerRules, kept_rules

SOURCE = "accrual"
_LOOKED_AT = 548 * DAY
"""Older moves are not accrued any more: what was never billed in a year and a half will not be."""
_HISTORY = 730 * DAY


@dataclass(frozen=True, slots=True)
class Accrued:
    """What a run did: estimates posted and withdrawn, and lines that were already there."""

    company: str
    posted: int
    withdrawn: int
    standing: int
    amounts: dict[str, int] = field(default_factory=dict[str, int])
    """Minor units posted, by currency."""
    unweighed: tuple[tuple[str, str, str], ...] = ()
    """SKU, material, country of levies by weight that could not be accrued: the material was never weighed."""
    nowhere: int = 0
    """Units sold of SKUs with levies whose country of destination is not known."""


def accrue(*, progress: Progress = SILENT, at: Instant | None = None, home: Path | None = None) -> list[Accrued]:
    """Post what is missing and withdraw what was billed otherwise, company by company."""
    moment = now() if at is None else at
    rules = kept_rules(home or settings.HOME)
    found: list[Accrued] = []
    companies = list(models.Company.objects.order_by("code"))
    progress.begin("accruing", len(companies))
    for company in companies:
        found.append(_company(company, rules, moment))
        progress.advance()
    return found


def _company(company: models.Company, rules: SellerRules, at: Instant) -> Accrued:
    told = Told(company, at, frozenset(levy.scheme for levy in rules.levies.levies))
    known = _known(company)
    new = [
        _document(company, move, estimate, told.terms_of(move, estimate))
        for move in told.moves.values() if move.at >= at - _LOOKED_AT
        for estimate in told.expected(move, rules)
        if _number(move, estimate) not in known
    ]  # fmt: skip
    fees = [document for document in fee_accruals(company, at) if document.id not in known]
    levied = levy_accruals(company, rules.levies, told.moves.values(), at)
    gone = told.billed_otherwise()
    amounts: Counter[str] = Counter()
    for document in [*new, *fees, *levied.documents]:
        amounts[document.currency] += sum(line.amount for line in document.lines)
    if new or fees or gone or levied.documents or levied.withdrawn:
        withdrawn = [_reversal(company, refs, at) for refs in _chunks(sorted(gone), 200)]
        withdrawn += [_reversal(company, refs, at, _SUMMED) for refs in _chunks(sorted(levied.withdrawn - gone), 200)]
        intake.post(
            [*new, *fees, *levied.documents, *withdrawn],
            name="accruals",
            recorded_at=at,
            actor="accrue",
            layout="accrual",
        )
    return Accrued(
        company.code, len(new) + len(fees) + len(levied.documents), len(gone | levied.withdrawn), len(known), dict(amounts),
        tuple(sorted(levied.unweighed)), levied.nowhere,
    )  # fmt: skip


def _known(company: models.Company) -> set[str]:
    """Numbers of the estimates that were posted and not withdrawn."""
    rows = models.Document.objects.filter(company=company, source=SOURCE, type="cost_bill", reversed__isnull=True)
    return set(rows.values_list("external_id", flat=True))


class Told:
    """What the books know of a company's moves and their bills."""

    def __init__(self, company: models.Company, at: Instant, schemes: frozenset[str] = frozenset()) -> None:
        """``schemes`` bill levies: what they billed on a move is accrued by the levy and not by the lane's history."""
        self.company, self.at, self.schemes = company, at, schemes
        self.moves = moves_since(company, at - _HISTORY)
        charges = charges_on(company, at - _HISTORY)
        self.charges: dict[int, list[Charged]] = defaultdict(list)
        for charge in charges:
            self.charges[charge.move].append(charge)
        numbers = models.Document.objects.filter(pk__in={c.document for c in charges})
        self.numbers = dict(numbers.values_list("pk", "external_id"))
        self.past: dict[tuple[Lane, str, str], list[Past]] = defaultdict(list)
        self.billed: dict[Lane, list[tuple[Move, set[tuple[str, str]]]]] = defaultdict(list)
        for move in self.moves.values():
            self._learn(move)
        self.ends = self._other_ends(set(self.moves))
        self.packing = Packing({row.item for move in self.moves.values() for row in move.rows})

    def _learn(self, move: Move) -> None:
        """What was billed on a move is what the next ones of its lane are held to."""
        sums: dict[tuple[str, str, str], int] = defaultdict(int)
        last: dict[tuple[str, str, str], int] = {}
        for charge in self.charges.get(move.document, ()):
            if not charge.estimate and charge.supplier not in self.schemes:
                sums[charge.supplier, charge.component, charge.currency] += charge.amount
                last[charge.supplier, charge.component, charge.currency] = charge.document
        for (supplier, component, currency), amount in sums.items():
            if amount > 0:
                number = self.numbers.get(last[supplier, component, currency], "")
                self.past[move.lane, supplier, component].append(Past(move, amount, currency, number))
        if sums:
            self.billed[move.lane].append((move, {(supplier, component) for supplier, component, _ in sums}))

    def expected(self, move: Move, rules: SellerRules) -> list[Estimate]:
        """Estimates of what this move still lacks."""
        whole_way = {move.document, *self.ends.get(move.document, ())}
        charged = [c for one in whole_way for c in self.charges.get(one, ())]
        there = {(c.supplier, c.component) for c in charged}
        nobody = {c.component for c in charged if not c.supplier}
        before = [billed for other, billed in self.billed[move.lane] if other.at < move.at][-6:]
        counts = Counter(pair for billed in before for pair in billed)
        found: list[Estimate] = []
        for (supplier, component), n in sorted(counts.items()):
            if (supplier, component) in there or component in nobody or n < 2 or 3 * n < 2 * len(before):
                continue
            estimate = self._estimate(move, supplier, component, rules)
            if estimate is not None:
                found.append(estimate)
        duty_known = any(component == "duty" for _, component in (*there, *counts))
        if move.abroad and not duty_known and move.lane[0] in ("arrival", "receipt"):
            duty = by_rules(move, self.company, rules, "")
            if duty is not None:
                found.append(duty)
        return found

    def _estimate(self, move: Move, supplier: str, component: str, rules: SellerRules) -> Estimate | None:
        """The card before the rule book, the rule book before earlier bills."""
        for estimate in by_card(move, supplier, rules, self.packing):
            if estimate.component == component:
                return estimate
        if component == "duty":
            ruled = by_rules(move, self.company, rules, supplier)
            if ruled is not None:
                return ruled
        past = [p for p in self.past[move.lane, supplier, component] if p.move.at < move.at]
        return by_history(move, supplier, component, past[-LOOKED_AT:])

    def terms_of(self, move: Move, estimate: Estimate) -> dict[str, Any]:
        """Who imported, where and how the tax was accounted for by the last bill that an estimate of import tax follows: the next
        one is expected to say the same."""
        past = [p for p in self.past[move.lane, estimate.supplier, estimate.component] if p.move.at < move.at]
        if estimate.component != "import_tax" or not past:
            return {}
        told = models.ImportTerms.objects.filter(
            company=self.company, document__type="cost_bill", document__external_id=past[-1].number
        )
        last = told.order_by("document__version").last()
        if last is None:
            return {}
        return {"importer": last.importer, "tax_country": last.country or None, "tax_scheme": last.scheme or None}

    def billed_otherwise(self) -> set[str]:
        """Numbers of standing estimates whose goods were billed for the same on the other end of their way."""
        standing = {
            c.document: c for charges in self.charges.values() for c in charges
            if c.estimate and self.numbers.get(c.document, "").startswith(_PREFIX)
        }  # fmt: skip
        found: set[str] = set()
        for document, accrued in standing.items():
            for move in self.ends.get(accrued.move, ()):
                for charge in self.charges.get(move, ()):
                    same = charge.component == accrued.component and accrued.supplier in ("", charge.supplier)
                    if same and not charge.estimate:
                        found.add(self.numbers[document])
        return found

    def _other_ends(self, moves: set[int]) -> dict[int, set[int]]:
        """Move → the moves that took its units on, or brought them: those that share a shipment's cell."""
        live = models.Movement.objects.filter(company=self.company, replacement__isnull=True).order_by()
        cells: dict[int, set[int]] = defaultdict(set)
        touching: dict[int, set[int]] = defaultdict(set)
        for name in ("from_cell", "to_cell"):
            rows = live.filter(**{f"{name}__isnull": False}).exclude(**{f"{name}__transit": ""})
            for cell, document in rows.values_list(f"{name}_id", "document_id").distinct():
                touching[cell].add(document)
                if document in moves:
                    cells[document].add(cell)
        return {move: {o for cell in mine for o in touching[cell]} - {move} for move, mine in cells.items()}


_PREFIX = "ACC-"
_ELSEWHERE, _SUMMED = "billed on another end of the way", "billed in one sum for the period"


def _number(move: Move, estimate: Estimate) -> str:
    """The estimate's number: one for each move, component and supplier."""
    return f"{_PREFIX}{estimate.component}-{estimate.supplier or 'any'}-{move.number}"[:120]


def _document(company: models.Company, move: Move, estimate: Estimate, terms: dict[str, Any]) -> d.CostBill:
    """The estimate as a document: a line for each movement, cut by what the amount follows."""
    weights = [part_of(row, estimate.driver) for row in move.rows]
    scale = 10**6
    whole = [max(int(w * scale), 0) if w is not None else 0 for w in weights]
    if sum(whole) <= 0:
        weights, whole = [None] * len(whole), [row.units for row in move.rows]
    lines = []
    for row, weight, amount in zip(move.rows, weights, split_largest_remainder(estimate.amount, whole), strict=True):
        if amount <= 0:
            continue
        aim = d.Target(kind="births", document=d.Ref(type=move.type, id=move.number, line=row.line))
        units = f"{float(weight):.6f}".rstrip("0").rstrip(".") if weight and estimate.driver in _STATED else ""
        lines.append(
            d.CostLine(
                component=estimate.component, amount=amount, targets=[aim], basis="quantity", estimate=True,  # type: ignore[arg-type]
                charge=estimate.basis, billed_units=units, note=estimate.reference,
            )
        )  # fmt: skip
    return d.CostBill(
        id=_number(move, estimate), source=SOURCE, account=estimate.supplier, company=company.code,
        effective_at=to_datetime(move.at), supplier=estimate.supplier, currency=estimate.currency, lines=lines,
        **terms,
    )  # fmt: skip


_STATED = ("volume", "chargeable", "weight")
"""Drivers that a bill states too, so that a difference of quantity can be told from one of price."""


def _reversal(company: models.Company, numbers: list[str], at: Instant, why: str = _ELSEWHERE) -> d.Reversal:
    refs = [d.Ref(type="cost_bill", id=number, source=SOURCE) for number in numbers]
    return d.Reversal(
        id=f"ACC-OFF-{at}-{numbers[0]}"[:120], source=SOURCE, company=company.code, effective_at=to_datetime(at),
        documents=refs, reason=why,
    )  # fmt: skip


def _chunks(values: list[str], size: int) -> Iterable[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
