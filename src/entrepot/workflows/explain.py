"""Why this figure? One item's facts folded anew, and every amount traced to its layer, its bill and their documents.

An item's history folds in milliseconds, so nothing is stored for this: the answer is always that of the facts as known
now (or at ``known``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from entrepot.books import facts, figures, models
from entrepot.books.facts import FOREVER
from entrepot.books.import_tax import IMPORT_TAX
from entrepot.books.selectors.shapes import LayerRow, RangeCost
from entrepot.books.selectors.tax_why import whys
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.components import NAMES, family_of
from entrepot.core.kinds import Kind
from entrepot.core.money import major
from entrepot.workflows.valuing import Valued, companies, evaluate

if TYPE_CHECKING:
    from entrepot.engines.valuation import ExplainedLine


@dataclass(frozen=True)
class LineShare:
    """What of one cost line falls on an item: on units that left, on units on hand; minor units."""

    line: int
    sold: int
    on_hand: int

    @property
    def share(self) -> int:
        return self.sold + self.on_hand


def sale(movement: int, *, known: Instant = FOREVER) -> list[RangeCost]:
    """The ranges that a sale took, bill by bill, and what its returns gave back; they sum to its unit cost."""
    row = models.Movement.objects.get(pk=movement)
    valued = _valued(row.item_id, known)
    valuation = valued.valuation_of(row.company_id)
    back = valued.facts.movements.filter((pl.col("kind") == int(Kind.RETURN)) & (pl.col("of") == movement))["movement"]
    lines: list[ExplainedLine] = []
    for one in (movement, *back.to_list()):
        try:
            lines += valuation.explain_movement(one)
        except KeyError:
            continue  # it waits for its units and has no cost yet
    return _ranges(lines, valued.books[row.company_id].currency)


def stock(item: int, cell: int, *, known: Instant = FOREVER) -> list[RangeCost]:
    """What stands in a cell, layer by layer and bill by bill."""
    company = models.Cell.objects.get(pk=cell).company_id
    valued = _valued(item, known)
    return _ranges(valued.valuation_of(company).explain_stock(item, cell), valued.books[company].currency)


def line_shares(item: int, company: int) -> dict[int, LineShare]:
    """Every cost line that reaches an item of a company: how much of it left and how much is on hand."""
    valued = _valued(item, FOREVER)
    valuation = valued.valuation_of(company)
    sold: dict[int, int] = defaultdict(int)
    held: dict[int, int] = defaultdict(int)
    mine = valued.facts.movements.filter((pl.col("company") == company) & (pl.col("item") == item))
    for movement in valuation.movement_units.join(mine.select("movement"), on="movement", how="semi")["movement"]:
        _add(sold, valuation.explain_movement(movement))
    cells = valued.cells.filter(pl.col("company") == company)["cell"]
    for cell in cells:
        _add(held, valuation.explain_stock(item, cell))
    return {line: LineShare(line, sold[line], held[line]) for line in sorted({*sold, *held})}


def layers(item: int, company: int) -> list[LayerRow]:
    """Layers of an item with units on hand, with their cost by family, oldest first."""
    valued = _valued(item, FOREVER)
    rows = valued.layers().filter(pl.col("item") == item)
    rows = rows.join(valued.cells.filter(pl.col("company") == company), on="cell", how="semi")
    if rows.is_empty():
        return []
    sizes = dict(valued.valuation_of(company).layers.select("layer", "n").iter_rows())
    places = {
        cell.pk: cell for cell in models.Cell.objects.filter(pk__in=rows["cell"].to_list()).select_related("location")
    }
    births = _births(rows["movement"].to_list())
    found = []
    for (layer,), part in rows.group_by("layer", maintain_order=True):
        head = part.row(0, named=True)
        costs: dict[str, int] = defaultdict(int)
        for component, amount in part.select("component", "amount").drop_nulls().iter_rows():
            costs[family_of(component)] += amount
        birth = births.get(head["movement"])
        cell = places[head["cell"]]
        found.append(
            LayerRow(
                layer=str(layer),
                document_id=str(birth.document_id) if birth else "",
                document=birth.document.external_id if birth else "",
                born_at=to_datetime(head["born_at"] or 0),
                place=cell.location.code if not cell.transit else f"→ {cell.location.code}",
                origin=Kind(birth.kind).name.lower() if birth else "",
                units=sizes.get(layer, head["units"]),
                remaining=head["units"],
                costs=dict(costs),
                total=None if head["missing"] else sum(costs.values()),
                missing=bool(head["missing"]),
            )
        )
    return sorted(found, key=lambda row: row.born_at)


def _valued(item: int, known: Instant) -> Valued:
    return evaluate(facts.load(figures.joined({item}), known=known), companies())


def _add(sums: dict[int, int], lines: Iterable[ExplainedLine]) -> None:
    for line in lines:
        if line.line is not None:
            sums[line.line] += line.amount


def _births(movements: Iterable[int]) -> dict[int, Any]:
    rows = models.Movement.objects.filter(pk__in=set(movements)).select_related("document")
    return {row.pk: row for row in rows.defer("document__body")}


def _ranges(lines: list[ExplainedLine], currency: str) -> list[RangeCost]:
    births = _births(line.movement for line in lines if line.movement is not None)
    bills = {
        row.pk: row
        for row in models.CostLine.objects.filter(pk__in={line.line for line in lines if line.line is not None})
        .select_related("document")
        .defer("document__body")
    }
    taxes = whys([pk for pk, row in bills.items() if row.component == IMPORT_TAX])
    found = []
    for line in lines:
        birth = births.get(line.movement) if line.movement is not None else None
        bill = bills.get(line.line) if line.line is not None else None
        found.append(
            RangeCost(
                layer=str(line.layer) if line.layer is not None else "",
                start=line.a or 0,
                stop=line.b or 0,
                document_id=str(birth.document_id) if birth else "",
                document=birth.document.external_id if birth else "",
                component=NAMES[line.component],
                bill_id=str(bill.document_id) if bill else "",
                bill=bill.document.external_id if bill else "",
                amount=line.amount,
                arithmetic=_arithmetic(line, currency),
                tax=taxes.get(bill.pk) if bill else None,
            )
        )
    return found


def _arithmetic(line: ExplainedLine, currency: str) -> str:
    """R(T·b/n) − R(T·a/n) with its numbers, for who wants to follow the rounding."""
    if line.n is None or line.a is None or line.b is None:
        return ""
    return f"{major(line.total, currency)} · ({line.b} − {line.a}) / {line.n}"
