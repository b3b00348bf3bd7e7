"""``entrepot cost``: the full cost of what was sold, a unit, by family; and all costs beside all bills."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from entrepot.faces.cli.opening import open_books

LABELS = {
    "refunds": "refunds", "purchase": "purchase", "first_leg": "first leg", "duty_tax": "duty, tax",
    "storage": "storage", "capital": "capital", "imputed": "imputed", "selling": "selling", "unsalable": "returns, loss",
}  # fmt: skip
"""Families in the columns' words: selling is handling, platform and last mile; imputed is what the money in goods costs."""
_TOTALS = {"book": "= book cost (IAS 2)", "full": "= full cost", "all": "= with imputed"}


def cost(
    reconcile: Annotated[bool, typer.Option("--reconcile", help="All costs beside all bills and accruals.")] = False,
    by: Annotated[str, typer.Option(help="sku, lot, channel, destination or order.")] = "sku",
    company: Annotated[str, typer.Option(help="Only this company.")] = "",
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of sale.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of sale.")] = None,
    view: Annotated[str, typer.Option(help="full or book.")] = "full",
    sku: Annotated[str, typer.Option(help="Only this SKU.")] = "",
    limit: Annotated[int, typer.Option(help="Rows shown, dearest loss first.", min=1)] = 20,
) -> None:
    """What a unit really cost and earned, by family of cost."""
    open_books()
    if reconcile:
        _reconcile(company)
        return
    from entrepot.books.access import looking_at, system_viewer

    everyone = system_viewer()
    for one in everyone.offered:
        if company in ("", one.code):
            _table(looking_at(everyone, one.code), one, by, start, end, view, sku, limit)


def _table(viewer: Any, company: Any, by: str, start: Any, end: Any, view: str, sku: str, limit: int) -> None:
    """One company's rows; nothing where it sold nothing."""
    from datetime import date

    from entrepot.books.selectors.economics import CostWish, true_cost
    from entrepot.books.selectors.shapes import Slice
    from entrepot.core.errors import Problem, ProblemError
    from entrepot.core.money import major
    from entrepot.faces.cli.printing import count, table

    ways = ("sku", "lot", "channel", "destination", "order")
    if by not in ways or view not in ("full", "book"):
        bad = by if by not in ways else view
        raise ProblemError(Problem("bad_choice", "this is no way to look at it", f"choose of {', '.join(ways)}; full, book",
                                   found=bad))  # fmt: skip
    first, last = start.date() if start else date(2000, 1, 1), end.date() if end else date(2199, 12, 31)
    told = true_cost(viewer, CostWish(by, first, last, view, sku=sku), Slice("profit", limit=limit))
    rows, families = told.page.rows, told.families
    families = [family for family in families if any(row.costs.get(family) for row in rows)]
    table(
        f"{company.code}, {company.currency} a unit", (by, "units", "net", *(LABELS[f] for f in families), "profit", "in all"),
        [
            (row.label if by != "sku" else row.key, count(row.units), _unit(row.net_sales, row.units, company.currency),
             *(_unit(row.costs.get(f, 0), row.units, company.currency) for f in families),
             _unit(row.profit, row.units, company.currency), "–" if row.profit is None else major(row.profit, company.currency))
            for row in rows
        ],
        right=tuple(range(1, len(families) + 5)),
    )  # fmt: skip


def _unit(amount: int | None, units: int, currency: str) -> str:
    from entrepot.core.money import major

    if amount is None or units <= 0:
        return "–"
    half = (2 * abs(amount) + units) // (2 * units)
    return major(half if amount >= 0 else -half, currency)


def variance(
    by: Annotated[str, typer.Option(help="bill, cause, supplier, forwarder, sku, month or component.")] = "cause",
    company: Annotated[str, typer.Option(help="Only this company.")] = "",
    limit: Annotated[int, typer.Option(help="Rows shown.", min=1)] = 20,
) -> None:
    """Accrue what moved, compare bills with estimates: the difference by cause, and what is not billed."""
    open_books()
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.books.selectors.shapes import Slice
    from entrepot.books.selectors.variance import CAUSES, GROUPS, VarianceWish, unbilled, variances
    from entrepot.core.errors import Problem, ProblemError
    from entrepot.core.money import major
    from entrepot.faces.cli.figures import run_and_say
    from entrepot.faces.cli.printing import count, say, table

    if by not in GROUPS:
        raise ProblemError(Problem("bad_choice", "this is no grouping", f"choose of {', '.join(GROUPS)}", found=by))
    run_and_say("true_up")
    everyone = system_viewer()
    for one in everyone.offered:
        if company not in ("", one.code):
            continue
        viewer = looking_at(everyone, one.code)
        told = variances(viewer, VarianceWish(by), Slice("difference", descending=True, limit=limit))
        table(
            f"{one.code}: bills beside their estimates, {one.currency}",
            (by, "bills", "accrued", "billed", "difference", *CAUSES),
            [(row.label, count(row.bills), *(major(x, one.currency) if x else "–" for x in (
                row.accrued, row.billed, row.difference, *(getattr(row, cause) for cause in CAUSES))))
             for row in told.page.rows],
            right=tuple(range(1, 10)),
        )  # fmt: skip
        waiting = unbilled(viewer, part=Slice("late", descending=True, limit=limit))
        table(
            f"{one.code}: not billed, or not paid, {one.currency}",
            ("document", "what", "supplier", "cost", "estimate", "since", "days late"),
            [(row.number, row.kind, row.supplier, row.component, "–" if row.amount is None else major(row.amount, one.currency),
              str(row.since), str(row.late)) for row in waiting.rows],
            right=(4, 6),
        )  # fmt: skip
        say(f"{one.code}: {count(waiting.total)} costs wait for a bill or a payment")


def _stands(row: Any) -> int:
    """All that stands somewhere, minor units."""
    return row.sold + row.left + row.on_hand + row.unplaced + row.recoverable


def _reconcile(company: str) -> None:
    """Work it out anew and print both views line by line."""
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.books.selectors.reconciliation import reconciliation
    from entrepot.core.money import major
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import count, say, table
    from entrepot.workflows.reconcile import reconcile

    with Bars() as bars:
        reconcile(progress=bars)
    everyone = system_viewer()
    wrong = 0
    for one in everyone.offered:
        found = reconciliation(looking_at(everyone, one.code)) if company in ("", one.code) else None
        if found is None:
            continue

        def said(amount: int) -> str:
            return f"{major(amount, one.currency)}" if amount else "–"  # noqa: B023

        names = [_TOTALS.get(row.kind) or f"  {LABELS[row.family]}" for row in found.rows]
        table(
            f"{one.code}: what came in, {count(found.lines)} lines of bills, accruals and credits, {one.currency}",
            ("family", "bills", "accruals", "credits", "from sister", "all"),
            [(name, *(said(x) for x in (r.bills, r.accruals, r.credits, r.internal)),
              said(r.bills + r.accruals + r.credits + r.internal))
             for name, r in zip(names, found.rows, strict=True) if r.kind not in ("imputed", "all")],
            right=(1, 2, 3, 4, 5),
        )  # fmt: skip
        table(
            f"{one.code}: where it stands, {one.currency}",
            ("family", "sold", "left otherwise", "on hand", "no unit", "recoverable", "all", "residue", "a unit sold"),
            [(name, *(said(x) for x in (r.sold, r.left, r.on_hand, r.unplaced, r.recoverable, _stands(r))),
              "" if r.kind in ("imputed", "all") else str(r.residue), said(r.unit or 0))
             for name, r in zip(names, found.rows, strict=True)],
            right=(1, 2, 3, 4, 5, 6, 7, 8),
        )  # fmt: skip
        rate = f"{found.rate} % a year" + (" (assumed; say your own)" if found.assumed else "")
        say(f"{one.code}: {count(found.units_sold)} units sold, {count(found.units_on_hand)} on hand; capital at {rate}; "
            f"residue {found.residue}")  # fmt: skip
        wrong += found.residue
    if wrong:
        raise typer.Exit(1)
