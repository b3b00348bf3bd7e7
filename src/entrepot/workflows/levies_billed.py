"""The bill of a producer scheme takes the place of what was accrued for its levies, on the very units that they were accrued on.

A scheme bills a period in one sum, by weight or units put on the market. Here that sum is aimed at the sales and moves whose
estimates stand for the period, by what each of them was accrued at: the books then let the bill replace the estimates, and the
difference is told by cause. A bill that comes in another way, for the company and a period, withdraws the estimates instead and
is spread as other costs of the company are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from entrepot.books import intake, models
from entrepot.books.access import Viewer
from entrepot.core import documents as d
from entrepot.core.calendar import local_date, midnight, to_datetime
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import split_largest_remainder
from entrepot.workflows.accrue_fees import LEVY
from entrepot.workflows.accrue_moves import supplier_of
from entrepot.workflows.clock import now
from entrepot.workflows.levies import levies

_SCALE = 1000
"""Weights of the bill are thousandths of the accrued minor units, so that what was accrued under a cent counts."""


@dataclass(frozen=True, slots=True)
class LevyBill:
    """What the scheme's bill says: minor units of ``currency`` for goods sold or imported from ``since`` to ``until``.

    ``country`` narrows to the levies of one country; ``quantity`` is the weight (kg) or count that it states, empty = none.
    """

    scheme: str
    number: str
    on: date
    amount: int
    currency: str
    since: date
    until: date
    country: str = ""
    quantity: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Levied:
    """A standing estimate: its number, scheme, levy, days and amount in its currency and the company's."""

    number: str
    scheme: str
    levy: str
    on: date
    amount: int
    currency: str
    base: int
    note: str
    line: int
    """Primary key of the cost line."""


def standing_levies(company: models.Company, scheme: str = "") -> list[Levied]:
    """Estimates of levies that wait for their bill, oldest first."""
    lines = models.CostLine.objects.filter(
        company=company, estimate=True, replacement__isnull=True, document__source="accrual",
        document__external_id__startswith=LEVY,
    ).select_related("document").order_by("effective_at", "pk")  # fmt: skip
    found: list[Levied] = []
    for line in lines:
        who = supplier_of(line.document)
        if scheme not in ("", who):
            continue
        body = _body(line.document)
        told = body["lines"][line.line - 1]
        number = line.document.external_id
        levy = number.split("/", 1)[1].rsplit("-", 3)[0]
        on = local_date(line.effective_at, company.zone)
        found.append(
            Levied(number, who, levy, on, line.amount, line.currency, line.base_amount, str(told.get("note", "")), line.pk)
        )  # fmt: skip
    return found


def _body(document: models.Document) -> dict[str, Any]:
    return json.loads(bytes(document.body))


def bill_of(company: models.Company, told: LevyBill, countries: dict[str, str] | None = None) -> d.CostBill:
    """The scheme's bill as a document aimed at what was accrued. ``countries``: levy → country, to narrow by.

    Raises :class:`~entrepot.core.errors.ProblemError` where nothing was accrued for the scheme and period.
    """
    _checked(told)
    mine = [
        one for one in standing_levies(company, told.scheme)
        if told.since <= one.on <= told.until and told.country in ("", (countries or {}).get(one.levy, ""))
    ]  # fmt: skip
    if not mine:
        raise ProblemError(
            Problem("no_levy_accrued", "no estimate of this scheme stands for the period",
                    "accrue first (entrepot variance), or enter the bill for the company and the period",
                    document=told.number, found=f"{told.scheme} {told.since} – {told.until}")
        )  # fmt: skip
    by_kind: dict[str, dict[d.Ref, int]] = {"order": defaultdict(int), "births": defaultdict(int)}
    for one in mine:
        _share(one, by_kind)
    kinds = [kind for kind in by_kind if by_kind[kind]]
    parts = split_largest_remainder(told.amount, [sum(by_kind[kind].values()) for kind in kinds])
    lines: list[d.CostLine] = []
    for kind, part in zip(kinds, parts, strict=True):
        lines += _lines(kind, part, by_kind[kind], told)
    return d.CostBill(
        id=told.number, source="levies", account=told.scheme, company=company.code, supplier=told.scheme,
        effective_at=to_datetime(midnight(told.on, company.zone)), currency=told.currency, due=told.due, lines=lines,
    )  # fmt: skip


def post_levy_bill(
    viewer: Viewer, told: LevyBill, countries: dict[str, str] | None = None, *, actor: str = ""
) -> intake.IntakeReport:
    """Post the scheme's bill. Raises :class:`~entrepot.core.errors.ProblemError` where it cannot be posted."""
    viewer.need("see_cost")
    company = models.Company.objects.get(code=viewer.company.code)
    document = bill_of(company, told, countries)
    report = intake.post([document], name=told.number, recorded_at=now(), actor=actor or "levies", layout="levies")
    if report.quarantined:
        raise ProblemError(*report.problems)
    return report


def _checked(told: LevyBill) -> None:
    wrong = None
    if told.until < told.since:
        wrong = ("empty_period", "the period ends before it begins", "fix its dates", f"{told.since} – {told.until}")
    elif told.amount <= 0:
        wrong = ("bad_amount", "a bill has an amount above 0", "enter a credit as a supplier credit", str(told.amount))
    elif not told.number or not told.scheme:
        wrong = ("bill_number", "the bill has no number or scheme", "give both", told.number)
    if wrong is not None:
        raise ProblemError(Problem(wrong[0], wrong[1], wrong[2], document=told.number, found=wrong[3]))


def _share(one: Levied, by_kind: dict[str, dict[d.Ref, int]]) -> None:
    """What each sale or move was accrued at, in thousandths of the company's minor units."""
    shares = models.BasisShare.objects.filter(basis__cost_line=one.line, basis__version=1).order_by("ordinal")
    rows = list(shares.select_related("sales_line__document", "movement__document"))
    whole = sum(row.weight for row in rows)
    for row in rows:
        aimed = row.sales_line or row.movement
        if aimed is None or not whole:
            continue
        source = aimed.document
        ref = d.Ref(
            type=source.type, id=source.external_id, account=source.account, source=source.source, line=aimed.line
        )
        by_kind["order" if row.sales_line_id else "births"][ref] += round(
            Fraction(one.base * row.weight * _SCALE, whole)
        )


def _lines(kind: str, amount: int, aims: dict[d.Ref, int], told: LevyBill) -> list[d.CostLine]:
    said: dict[str, Any] = {"component": "other", "note": f"{told.since} – {told.until}"}
    if kind == "order":
        targets = [d.Target(kind="order", document=ref) for ref in aims]
        return [d.CostLine(amount=amount, targets=targets, basis="manual", weights=list(aims.values()),
                           billed_units=told.quantity, **said)]  # fmt: skip
    parts = split_largest_remainder(amount, list(aims.values()))
    return [
        d.CostLine(amount=part, targets=[d.Target(kind="births", document=ref)], basis="quantity", **said)
        for (ref, _), part in zip(aims.items(), parts, strict=True) if part > 0
    ]  # fmt: skip


def levies_of(viewer: Viewer, scheme: str = "") -> list[Levied]:
    """The looked at company's estimates of levies that wait for their bill. Raises ``ProblemError`` for who may not see cost."""
    viewer.need("see_cost")
    return standing_levies(models.Company.objects.get(pk=viewer.company.id), scheme)


def enter_levy_bill(viewer: Viewer, told: LevyBill, home: Path, *, actor: str = "") -> intake.IntakeReport:
    """A scheme's bill as a person has it in his hand; levies are known by the seller's own card in ``home``.

    Raises :class:`~entrepot.core.errors.ProblemError`: not allowed, no estimate of the period, cannot be posted.
    """
    viewer.need("post")
    countries = {levy.id: levy.country for levy in levies(home).levies}
    return post_levy_bill(viewer, told, countries, actor=actor or viewer.name)
