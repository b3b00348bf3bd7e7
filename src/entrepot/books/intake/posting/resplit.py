"""Corrected prices, quantities, weights and sizes re-split the cost lines that were split by the old ones (a new basis
version)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from entrepot.books import models, retelling
from entrepot.books.intake import rows as r
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.references import told_before
from entrepot.books.intake.posting.weights import of_movements
from entrepot.books.intake.session import Session
from entrepot.core.components import GOODS
from entrepot.core.errors import ProblemError

_CHARGEABLE = "chargeable_weight"
_MEASURED = ("quantity", "value", "weight", "volume", _CHARGEABLE)
"""Bases whose weights grow with the units of their targets."""


def resplit_items(b: Builder, items: set[int], kinds: Collection[str]) -> None:
    """After the measures of ``items`` changed."""
    b.session.flush()
    _resplit(
        b.session,
        set(
            models.BasisShare.objects.filter(movement__item_id__in=items, basis__kind__in=kinds).values_list(
                "basis__cost_line_id", flat=True
            )
        ),
    )


def resplit_movements(b: Builder, movements: set[int]) -> None:
    """After the goods cost of ``movements`` changed."""
    if movements:
        _at_the_end(b.session)
        b.session.recosted |= movements


def resplit_replaced(b: Builder) -> None:
    """After lines were replaced or taken back: what was split by their quantity or value follows."""
    moved = {row.movement_id for row in b.postings.replacements if row.new_movement_id and row.movement_id}
    if moved:
        _at_the_end(b.session)
        b.session.remeasured |= moved
    gone = sorted({row.cost_line_id for row in b.postings.replacements if row.cost_line_id is not None})
    for start in range(0, len(gone), 500):
        shares = models.BasisShare.objects.filter(
            basis__cost_line__in=gone[start : start + 500], basis__cost_line__component=GOODS, movement__isnull=False
        )
        resplit_movements(b, set(shares.values_list("movement_id", flat=True)))


def resplit_told_again(b: Builder, older: Collection[int]) -> None:
    """After a document was told again: what was split over what had been taken back of it follows."""
    if older:
        _at_the_end(b.session)
        b.session.retold |= set(older)


def _at_the_end(session: Session) -> None:
    """One pass when every document is written, however many of them ask for it."""
    if not (session.recosted or session.remeasured or session.retold):
        session.later.append(lambda: _catch_up(session))


def _catch_up(session: Session) -> None:
    """Goods first: what they cost is the weight of a split by value."""
    moved = session.remeasured | retelling.taken_up(session.retold)
    recosted, session.recosted, session.remeasured, session.retold = session.recosted, set(), set(), set()
    lines = _split_over(moved, _MEASURED)
    goods: set[int] = set()
    for part in _parts(lines):
        goods |= set(models.CostLine.objects.filter(pk__in=part, component=GOODS).values_list("pk", flat=True))
    recosted |= _resplit(session, goods)
    _resplit(session, (lines | _split_over(recosted, ["value"])) - goods)


def _parts(rows: Collection[int]) -> Iterator[list[int]]:
    every = sorted(rows)
    for start in range(0, len(every), 500):
        yield every[start : start + 500]


def _split_over(movements: Collection[int], kinds: Collection[str]) -> set[int]:
    """Cost lines split over these movements, or what they replaced, by one of ``kinds``."""
    lines: set[int] = set()
    for part in _parts(told_before(movements)):
        shares = models.BasisShare.objects.filter(movement_id__in=part, basis__kind__in=kinds)
        lines |= set(shares.values_list("basis__cost_line_id", flat=True))
    return lines


def _divisor(line: models.CostLine) -> int:
    """The volume divisor that the bill of ``line`` states (of what came back with a withdrawal: the bill that told it)."""
    same = models.CostLine.objects.filter(
        company=line.company_id, component=line.component, amount=line.amount, currency=line.currency,
        effective_at=line.effective_at, document__type__in=("cost_bill", "supplier_credit"),
    )  # fmt: skip
    told = line if line.document.type != "reversal" else same.order_by("-pk").first()
    lines = json.loads(bytes(told.document.body)).get("lines", []) if told is not None else []
    number = told.line if told is not None else 0
    return int(lines[number - 1].get("divisor", 6000)) if 0 < number <= len(lines) else 6000


def _resplit(session: Session, cost_lines: set[int]) -> set[int]:
    """Split the lines anew where their weights changed; the movements that they are split over."""
    touched: set[int] = set()
    for part in _parts(cost_lines):
        for line in models.CostLine.objects.filter(pk__in=part, replacement__isnull=True).order_by("pk"):
            touched |= _resplit_line(session, line)
    session.flush()
    return touched


def _resplit_line(session: Session, line: models.CostLine) -> set[int]:
    latest = models.Basis.objects.filter(cost_line=line).order_by("-version").first()
    if latest is None:
        return set()
    shares = list(models.BasisShare.objects.filter(basis=latest).order_by("ordinal").select_related("movement"))
    rows = _now([share.movement for share in shares if share.movement is not None])
    if rows is None:
        return set()  # a target was taken back: its part stays where it is told, unallocated
    try:
        weights = of_movements(latest.kind, rows, divisor=_divisor(line) if latest.kind == _CHARGEABLE else 6000)
    except ProblemError:
        return set()  # the old weights stay until the figure is there again
    if weights == [share.weight for share in shares]:
        return set()
    basis = r.BasisRow(session.new_id(r.BasisRow), line.pk, latest.version + 1, latest.kind, session.recorded_at)
    session.append(r.BasisRow, [basis])
    session.append(
        r.BasisShareRow,
        [
            r.BasisShareRow(session.new_id(r.BasisShareRow), basis.id, ordinal, row.pk, None, weight)
            for ordinal, (row, weight) in enumerate(zip(rows, weights, strict=True))
        ],
    )
    session.touched |= {row.item_id for row in rows}
    return {row.pk for row in rows}


def _now(rows: list[models.Movement]) -> list[models.Movement] | None:
    """The movements that count in the place of ``rows``; ``None`` where one of them has none."""
    now = {row.pk: row.pk for row in rows}
    last = set(now)
    while last:
        following: dict[int, int | None] = {}
        for part in _parts(last):
            links = models.Replacement.objects.filter(movement__in=part)
            following |= dict(links.values_list("movement_id", "new_movement_id"))
        steps = {old: new or retelling.after(old) for old, new in following.items()}
        if None in steps.values():
            return None
        now = {row: steps.get(end) or end for row, end in now.items()}
        last = {new for new in steps.values() if new is not None}
    known = {row.pk: row for row in rows}
    for part in _parts(set(now.values()) - set(known)):
        known |= models.Movement.objects.in_bulk(part)
    return [known[now[row.pk]] for row in rows]
