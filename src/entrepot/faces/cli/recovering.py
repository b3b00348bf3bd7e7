"""``entrepot bill-audit``, ``storage``, ``rebates``, ``duty-refunds`` and ``salvage``: money that can be had back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.faces.cli.opening import open_books

if TYPE_CHECKING:
    from entrepot.books.access import Viewer

Company = Annotated[str, typer.Option(help="Only this company.")]
Limit = Annotated[int, typer.Option(min=1, help="Rows shown.")]


def _viewers(company: str) -> Iterable[Viewer]:
    """The owner's view of each company."""
    from entrepot.books.access import looking_at, system_viewer

    everyone = system_viewer()
    return [looking_at(everyone, one.code) for one in everyone.offered if company in ("", one.code)]


def _home() -> Path:
    from django.conf import settings

    home: Path = settings.HOME
    return home


def _money(amount: int | None, currency: str) -> str:
    from entrepot.faces.cli.printing import money

    return "–" if amount is None else money(amount, currency)


def bill_audit(
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; half a year back unless said.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    supplier: Annotated[str, typer.Option(help="Only this forwarder.")] = "",
    letters: Annotated[
        Path | None, typer.Option(help="Write the letters to the forwarders into this folder.", file_okay=False)
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the letters: en or zh.")] = "en",
    company: Company = "",
) -> None:
    """Forwarders' bills beside your rate cards and the packed weight: what to dispute."""
    open_books()
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows import recovery
    from entrepot.workflows.bill_letter import said, written

    for viewer in _viewers(company):
        last = until.date() if until else recovery.today(viewer)
        first = since.date() if since else last - timedelta(days=182)
        found = recovery.audited_bills(viewer, _home(), first, last, supplier=supplier)
        if not found.bills:
            say(f"{viewer.company.code}: no freight bill of this time is in the books")
            continue
        compared = sum(1 for bill in found.bills if not bill.problem)
        say(f"{viewer.company.code}: {len(found.bills)} freight bills, {compared} compared with a rate card")
        table(
            "To dispute", ("bill", "charge", "cause", "too much", "reason"),
            [(x.number, x.code, x.cause, _money(x.amount, x.currency), said(x)) for x in found.lines if x.disputed],
            right=(3,),
        )  # fmt: skip
        for code, amount in found.disputed.items():
            say(f"in dispute: {_money(amount, code)}")
        for bill in found.bills if letters is not None else ():
            text = written(bill, viewer.company.name, language)
            if text and letters is not None:
                letters.mkdir(parents=True, exist_ok=True)
                name = "".join(c if c.isalnum() or c in "-_" else "-" for c in bill.number)
                (letters / f"dispute-{name}.txt").write_text(text, "utf-8")


def storage(
    sku: Annotated[str, typer.Argument(help="Only this SKU, with its fees month by month.")] = "",
    days: Annotated[int, typer.Option(min=1, max=730, help="Days ahead.")] = 180,
    company: Company = "",
    limit: Limit = 20,
) -> None:
    """What the platform's stock will cost in storage and age surcharge if it sells as forecast."""
    open_books()
    from entrepot.faces.cli.printing import count, say, table
    from entrepot.workflows import recovery

    for viewer in _viewers(company):
        found = recovery.storage(viewer, _home(), recovery.today(viewer), days, sku=sku)
        table(
            f"{viewer.company.code}: storage until {found.lots[0].until}" if found.lots else "",
            ("SKU", "lot", "units", "fees", "for age", "left then", "needs"),
            [(x.sku, x.lot, count(x.units), _money(x.amount, x.currency), _money(x.surcharge, x.currency),
              count(round(x.left)), ", ".join(x.needs)) for x in found.lots[:limit]],
            right=(2, 3, 4, 5),
        )  # fmt: skip
        for lot in found.lots if sku else ():
            say(f"{lot.lot}:", *(f"  {line}" for line in lot.lines))
        sums: dict[str, int] = {}
        for lot in found.lots:
            sums[lot.currency] = sums.get(lot.currency, 0) + (lot.amount or 0)
        for code, amount in sums.items():
            say(f"{viewer.company.code}, all {len(found.lots)} lots: ≈ {_money(amount, code)}")
        for name, units in found.ageless.items():
            say(f"note: {count(units)} units of {name} have no known arrival and no age")


def rebates(
    discount: Annotated[float, typer.Option(min=0, max=100, help="Discount without invoice, per cent.")] = 0,
    capital: Annotated[float, typer.Option(min=0, max=100, help="Cost of capital a year, per cent.")] = 0,
    company: Company = "",
    limit: Limit = 20,
) -> None:
    """Export rebates: claims and cash, invoices and exports that wait with their deadlines, suppliers compared."""
    open_books()
    from entrepot.faces.cli.printing import count, say, table
    from entrepot.workflows import recovery

    for viewer in _viewers(company):
        on = recovery.today(viewer)
        terms = recovery.terms(discount_bp=round(discount * 100))
        found = recovery.rebates(viewer, on, terms=terms, capital_bp=round(capital * 100))
        if not (found.invoices or found.lines or found.declarations):
            say(f"{viewer.company.code}: no VAT invoice, declaration or claim is in the books")
            continue
        say(f"{viewer.company.code} on {on}")
        for word, sums in (("outstanding", found.outstanding), ("waiting to be claimed", found.waiting),
                           ("tax that stays in the cost", found.kept)):  # fmt: skip
            for code, amount in sums.items():
                say(f"{word}: {_money(amount, code)}")
        table("Claims", ("claim", "on", "refund", "received", "outstanding"),
              [(x.claim, x.on, _money(x.amount, x.currency), _money(x.received, x.currency),
                _money(x.outstanding, x.currency)) for x in found.claims], right=(2, 3, 4))  # fmt: skip
        table("To settle", ("claim", "SKU", "provisional refund", "by"),
              [(f"{x.claim}#{x.line}", x.sku, _money(x.amount, x.currency), x.deadline)
               for x in found.lines if x.state == "provisional"][:limit], right=(2,))  # fmt: skip
        table("Can be claimed now", ("invoice", "declaration", "SKU", "units", "refund", "by"),
              [(x.invoice, x.declaration, x.sku, count(x.units), _money(x.rebate, x.currency), x.deadline)
               for x in found.proposals[:limit]], right=(3, 4))  # fmt: skip
        table("Invoices without claim", ("invoice", "SKU", "units", "VAT", "claim by"),
              [(f"{x.invoice}#{x.line}", x.sku, count(x.units), _money(x.tax, x.currency), x.deadline or "not exported")
               for x in found.invoices[:limit]], right=(2, 3))  # fmt: skip
        table("Exports without invoice", ("declaration", "SKU", "units", "claim by"),
              [(f"{x.declaration}#{x.line}", x.sku, count(x.units), x.deadline) for x in found.declarations[:limit]],
              right=(2,))  # fmt: skip
        table("With an invoice or without", ("supplier", "bought", "refund", "even at", "cheapest"),
              [(x.supplier, _money(x.gross, x.currency), _money(x.refund + x.waiting, x.currency),
                "–" if x.break_even_bp is None else f"{x.break_even_bp / 100:.2f} % off",
                x.ways[0].way.replace("_", " ")) for x in found.suppliers], right=(1, 2, 3))  # fmt: skip


def duty_refunds(
    refund: Annotated[str, typer.Argument(help="Number of one refund: what fell on each SKU.")] = "",
    company: Company = "",
) -> None:
    """Refunds of import duty, followed to the units that bore it."""
    open_books()
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows import recovery

    for viewer in _viewers(company):
        rows = [row for row in recovery.refunds(viewer) if refund in ("", row.refund)]
        home = viewer.company.currency
        if not rows:
            say(f"{viewer.company.code}: no duty refund is in the books")
        table("Duty refunds", ("refund", "on", "entry or bill", "duty back", "interest", "off the lots"),
              [(x.refund, x.on, x.aimed, _money(x.amount, x.currency), _money(x.interest, x.currency),
                _money(x.base, home)) for x in rows], right=(3, 4, 5))  # fmt: skip
        for key in dict.fromkeys(row.document for row in rows) if refund else ():
            fell = recovery.refund(viewer, key)[1]
            table("By SKU", ("SKU", "less cost", "on units that left", "on units on hand"),
                  [(x.sku, *(_money(a, home) for a in (x.total, x.sold, x.on_hand))) for x in fell],
                  right=(1, 2, 3))  # fmt: skip


def salvage(
    sku: Annotated[str, typer.Argument(help="Only this SKU, with every way and its lines.")] = "",
    company: Company = "",
    limit: Limit = 20,
) -> None:
    """Unsalable stock: recover or dispose, every way out ranked by money."""
    open_books()
    from entrepot.faces.cli.printing import count, say, table
    from entrepot.workflows import recovery

    for viewer in _viewers(company):
        rows = [row for row in recovery.unsalable(viewer, _home(), recovery.today(viewer)) if sku in ("", row.sku)]
        home = viewer.company.currency
        if not rows:
            say(f"{viewer.company.code}: nothing stands unsalable")
        table(f"{viewer.company.code}: unsalable",
              ("SKU", "place", "condition", "units", "best way", "net cost", "saves", "book value"),
              [(x.sku, x.place, x.condition, count(x.units), x.best_name or "prices missing", _money(x.net, home),
                _money(x.gain, home), _money(x.carrying, home)) for x in rows[:limit]], right=(3, 5, 6, 7))  # fmt: skip
        for row in rows if sku else ():
            for way in row.ways:
                say(
                    f"{row.place} {row.condition}, {way.name}: {_money(way.net, home)}",
                    *(_line(line, home) for line in way.lines),
                )


def _line(line: Any, currency: str) -> str:
    if line.amount is None:
        return f"  {line.label}: needs {', '.join(line.needs)}"
    return f"  {line.label}: {_money(line.amount, currency)} = {' × '.join(x for x in (line.rate, line.base) if x)}"
