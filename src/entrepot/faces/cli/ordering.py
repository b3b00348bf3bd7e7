"""``entrepot order``: purchase orders from proposal to payment, by the rules of their page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.faces.cli.opening import acting, open_books
from entrepot.faces.cli.order_told import amounts, inspected, read_told, units

if TYPE_CHECKING:
    from entrepot.books.selectors.shapes import Money
    from entrepot.workflows.order_asked import Done

app = typer.Typer(no_args_is_help=True, help="Purchase orders: propose, approve, follow, receive, bill, pay.")
Number = Annotated[str, typer.Argument(help="Number of the order.")]
User = Annotated[
    str, typer.Option("--as", envvar="ENTREPOT_USER", help="Act as this user, with his rights and limits.")
]
Company = Annotated[str, typer.Option(help="Code of the company.", show_default="the first")]
Reason = Annotated[str, typer.Option(help="Why.")]
On = Annotated[str, typer.Option(help="The day, 2026-01-31; today unless said.")]
Lines = Annotated[list[str] | None, typer.Option("--line", help="Line of the order and what of it, 1=40 (repeat).")]
Name = Annotated[str, typer.Option("--name", help="Number of the document itself.", show_default="given")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command("list")
def listed(
    state: Annotated[str, typer.Option(help="Only this state.")] = "", user: User = "", company: Company = ""
) -> None:
    """Open orders and proposals, the next step due first."""
    open_books()
    from entrepot.faces.cli.printing import count, say, table
    from entrepot.workflows import order_pages

    viewer = acting(user, company)
    priced = viewer.can("see_supplier_price")
    rows = [row for row in order_pages.orders(viewer) if (row.open or state) and state in ("", row.state)]
    rows.sort(key=lambda row: (row.next_due is None, row.next_due, row.number))
    if not rows:
        say("no open orders")
    table(
        "Orders", ("order", "supplier", "state", "next", "by", "units", "received", "to pay"),
        [(r.number, r.supplier, r.state.replace("_", " "), r.next.replace("_", " "), r.next_due or "", count(r.units),
          count(r.received), _money(r.to_pay) if priced else "") for r in rows], right=(5, 6, 7),
    )  # fmt: skip


@app.command()
def propose(
    file: Annotated[Path, typer.Argument(help="Orders: a JSON document, or a CSV or XLSX in the columns of the template.")],
    user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Propose orders from a file, all or none; a second person approves each, unless nobody else may."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import order_files

    for placed in order_files.propose(acting(user, company), file, origin="cli"):
        say(f"{placed.number} {placed.state}")


@app.command()
def show(number: Number, user: User = "", company: Company = "") -> None:
    """One order: its lines beside receipts and bills, what is due."""
    open_books()
    from entrepot.faces.cli.printing import count, money, say, table
    from entrepot.workflows import order_pages

    viewer = acting(user, company)
    found, priced = order_pages.order_page(viewer, number), viewer.can("see_supplier_price")
    currency = found.facts.currency
    say(f"{number} {found.facts.supplier}: {found.standing.state.replace('_', ' ')}"
        + (f", next {found.standing.next.replace('_', ' ')}" if found.standing.next else ""))  # fmt: skip
    more = ("amount", "billed", "differs") if priced else ()
    table(
        "Lines", ("line", "SKU", "ordered", "confirmed", "accepted", "received", *more),
        [(x.line.line, x.sku, count(x.line.quantity), "–" if x.line.confirmed is None else count(x.line.confirmed),
          "–" if x.line.accepted is None else count(x.line.accepted), count(x.line.received),
          *((_money(x.amount), money(x.match.billed, currency), x.match.cause) if priced else ()))
         for x in found.lines], right=(2, 3, 4, 5, 6, 7),
    )  # fmt: skip
    table("Due", ("for", "day", "amount", "open"),
          [(d.trigger, f"{'≈ ' if d.estimate else ''}{d.day}", money(d.amount, currency), money(d.open, currency))
           for d in found.standing.dues] if priced else [], right=(2, 3))  # fmt: skip
    table("Steps", ("step", "what", "by"),
          [(e.document, (e.state or e.kind).replace("_", " "), e.by) for e in found.events if e.step])  # fmt: skip


@app.command()
def approve(number: Number, user: User = "", company: Company = "") -> None:
    """Approve a proposal; nobody approves his own."""
    _do(number, "approve", {}, user, company)


@app.command()
def reject(number: Number, reason: Reason, user: User = "", company: Company = "") -> None:
    """Say no to a proposal."""
    _do(number, "reject", {"reason": reason}, user, company)


@app.command("take-back")
def take_back(number: Number, user: User = "", company: Company = "") -> None:
    """Take the decision back while nothing was received, billed or paid."""
    _do(number, "take-back", {}, user, company)


@app.command()
def heard(
    number: Number,
    stage: Annotated[str, typer.Argument(help="sent, started, produced, delayed, ready, held, released, loaded, bl_copy …")],
    percent: Annotated[int | None, typer.Option(help="How far production is.")] = None,
    expected: Annotated[str, typer.Option(help="When the goods will be ready.")] = "",
    reason: Reason = "", user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Production and delivery: what was heard of the order."""
    _do(
        number,
        "heard",
        {"stage": stage, "percent": percent, "expected": expected or None, "reason": reason},
        user,
        company,
    )


@app.command()
def confirm(
    number: Number, line: Lines = None, due: Annotated[str, typer.Option(help="When the goods are ready.")] = "",
    user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """The supplier's confirmation: --line 1=100 --line 2=40 --due 2026-02-10."""
    _do(number, "confirm", {"lines": [{**x, "due": due or None} for x in units(line)]}, user, company)


@app.command()
def inspect(
    number: Number,
    result: Annotated[str, typer.Argument(help="passed, failed or hold.")],
    line: Annotated[list[str] | None, typer.Option("--line", help="1=lot:100,sample:20,major:1,accepted:99,rework:1")] = None,
    inspector: Annotated[str, typer.Option(help="Who looked.")] = "", user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """What an inspection found: --line 1=lot:100,sample:20,major:1,accepted:99,rework:1."""
    _do(number, "inspect", {"result": result, "inspector": inspector, "lines": inspected(line)}, user, company)


@app.command()
def receive(
    number: Number, location: Annotated[str, typer.Argument(help="Code of the place.")], line: Lines = None, name: Name = "",
    on: On = "", user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Goods that came, partly, short or over within the tolerance: --line 1=40."""
    _do(number, "receive", {"location": location, "lines": units(line), "name": name, "on": on or None}, user, company)


@app.command()
def bill(
    number: Number, name: Annotated[str, typer.Argument(help="Number of the bill.")], line: Lines = None,
    due: Annotated[str, typer.Option(help="When it is to be paid.")] = "", on: On = "", user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """The supplier's bill by line, --line 1=700.00; it is matched with order and receipts."""
    told = {"name": name, "lines": [("amount", line)], "due": due or None, "on": on or None}
    _do(number, "bill", told, user, company)


@app.command()
def credit(
    number: Number, line: Lines = None, returned: Annotated[str, typer.Option(help="Supplier return that it pays.")] = "",
    name: Name = "", on: On = "", user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """A credit note by line, --line 1=50.00."""
    _do(
        number,
        "credit",
        {"lines": [("amount", line)], "returned": returned, "name": name, "on": on or None},
        user,
        company,
    )


@app.command("return")
def give_back(
    number: Number, location: Annotated[str, typer.Argument(help="Code of the place they leave.")], line: Lines = None,
    name: Name = "", on: On = "", user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Units that go back to the supplier: --line 1=5."""
    _do(number, "return", {"location": location, "lines": units(line), "name": name, "on": on or None}, user, company)


@app.command()
def pay(
    number: Number,
    deposit: Annotated[str, typer.Option(help="Amount on the order itself, 210.00.")] = "",
    paid: Annotated[list[str] | None, typer.Option("--bill", help="Bill and amount, B-77=490.00 (repeat).")] = None,
    base: Annotated[str, typer.Option(help="What left the bank, in the company's currency.")] = "",
    name: Name = "", on: On = "", user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """A payment: --deposit on the order, --bill on its bills; below 0 is a refund."""
    told = {"shares": [("shares", deposit, paid)], "base_amount": base, "name": name, "on": on or None}
    _do(number, "pay", told, user, company)


@app.command()
def match(
    number: Number, line: Annotated[int, typer.Argument(help="Line of the order.")],
    decision: Annotated[str, typer.Argument(help="accepted or disputed.")],
    owner: Annotated[str, typer.Option(help="Who follows it up.")] = "", user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Accept or dispute a difference between order, receipts and bill."""
    _do(number, "match", {"order_line": line, "decision": decision, "owner": owner}, user, company)


@app.command()
def end(
    number: Number, how: Annotated[str, typer.Argument(help="closed, cancelled or reopened.")], reason: Reason = "",
    user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Close an order, cancel it for a reason, or let it go on."""
    _do(number, "end", {"end": how, "reason": reason}, user, company)


@app.command()
def undo(
    number: Number,
    step: Annotated[int, typer.Argument(help="Step, as in show.")],
    user: User = "",
    company: Company = "",
) -> None:
    """Take a step back."""
    _do(number, "undo", {"step": step}, user, company)


@app.command()
def do(
    number: Number, act: Annotated[str, typer.Argument(help="As POST /api/orders/{number}/do/{act}.")],
    told: Annotated[Path, typer.Argument(help="Its fields as JSON; amounts in minor units.", allow_dash=True)],
    user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Any act, its fields from a JSON file (- reads the pipe)."""
    _do(number, act, read_told(told), user, company)


def _do(number: str, act: str, told: dict[str, Any], user: str, company: str) -> None:
    open_books()
    from entrepot.workflows import order_asked, order_pages

    viewer = acting(user, company)
    found = order_pages.order_page(viewer, number)
    told = amounts(told, number, found.facts.currency, viewer.company.currency)
    _said(
        order_asked.do(viewer, number, act, told, origin="cli"), viewer.can("see_supplier_price"), found.facts.currency
    )


def _said(done: Done, priced: bool, currency: str) -> None:
    from entrepot.faces.cli.printing import money, say

    words: Sequence[str] = [f"{done.number}: {done.state.replace('_', ' ')}"]
    if done.document:
        words = [*words, f"posted {done.document}"]
    if done.next:
        words = [*words, f"next {done.next.replace('_', ' ')}"]
    say(", ".join(words))
    for one in done.differences if priced and done.act in ("bill", "credit", "receive", "match") else ():
        differs = f"{one.cause.replace('_', ' ')} {money(one.amount, currency)} {one.decision}"
        say(f"  line {one.order_line} {one.sku}: {differs}".rstrip())


def _money(value: Money) -> str:
    from entrepot.faces.cli.printing import money

    return "–" if value.amount is None else money(value.amount, value.currency)
