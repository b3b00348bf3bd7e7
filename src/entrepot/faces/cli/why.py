"""``entrepot explain``: a figure opened down to its layers and bills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import open_books

if TYPE_CHECKING:
    from entrepot.books.selectors.shapes import RangeCost

SALES_SHOWN = 20


def explain(
    what: Annotated[str, typer.Argument(metavar="SKU|ORDER", help="An SKU (its stock), or the number of an order.")],
) -> None:
    """What units on hand, or the units of an order, cost, and from which bills."""
    open_books()
    from entrepot.books.models import Item

    item = Item.objects.filter(sku=what).first()
    if item is not None:
        _stock(item)
    elif not _order(what):
        raise ProblemError(
            Problem("nothing_found", "there is no such SKU or order", "check the number", field="what", found=what)
        )


def _stock(item: Any) -> None:
    from entrepot.books.models import StockFigure
    from entrepot.faces.cli.printing import count, money, say
    from entrepot.workflows import explain as why

    figures = StockFigure.objects.filter(item=item).select_related("cell__location", "company").order_by("pk")
    if not figures:
        say(f"{item.sku}: nothing on hand has been valued")
    for figure in figures:
        cell, currency = figure.cell, figure.company.currency
        place = f"{cell.location.code}{f' → in transit {cell.transit}' if cell.transit else ''} ({cell.condition})"
        missing = f", {count(figure.missing)} without cost" if figure.missing else ""
        _ranges(
            f"{item.sku} at {place}: {count(figure.units)} units, book cost {money(figure.book_cost, currency)}{missing}",
            why.stock(item.pk, figure.cell_id), currency,
        )  # fmt: skip


def _order(number: str) -> bool:
    from entrepot.books.models import SaleFigure
    from entrepot.faces.cli.printing import count, money, say
    from entrepot.workflows import explain as why

    rows = SaleFigure.objects.filter(movement__document__external_id=number, movement__document__type="sales_order")
    found = list(rows.select_related("item", "company").order_by("movement_id")[:SALES_SHOWN])
    for row in found:
        currency = row.company.currency
        earned = "price unknown" if row.net is None else f"net {money(row.net - row.refunded, currency)}"
        _ranges(
            f"{number} {row.item.sku}: {count(row.quantity)} sold, {count(row.returned)} returned, {earned}, "
            f"book cost {money(row.book_cost, currency)}",
            why.sale(row.movement_id), currency,
        )  # fmt: skip
        others = {"selling": row.selling, "storage": row.storage, "capital": row.capital, "unsalable": row.unsalable}
        told = " · ".join(f"{name} {money(amount, currency)}" for name, amount in others.items() if amount)
        if told:
            say(f"  and aimed at the order itself or its time on the shelf: {told}")
    return bool(found)


def _ranges(title: str, ranges: Iterable[RangeCost], currency: str) -> None:
    from entrepot.faces.cli.printing import money, say, table

    say("", title)
    table(
        "", ("layer", "units", "came with", "component", "bill", "amount", "reckoned"),
        [(r.layer, f"{r.start}-{r.stop}", r.document, _what(r), r.bill, money(r.amount, currency), r.arithmetic)
         for r in ranges],
        right=(5,),
    )  # fmt: skip


def _what(row: RangeCost) -> str:
    """The component; of import tax also why it is cost or not."""
    return f"{row.component}, {row.tax.code.replace('_', ' ')}" if row.tax else row.component
