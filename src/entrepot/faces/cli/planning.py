"""``entrepot plan``: what to buy and what to load this week, within limits; why; approve; papers; ``entrepot scorecard``."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import actor, open_books

app = typer.Typer(no_args_is_help=False, invoke_without_command=True, rich_markup_mode=None)
LISTED = 15
Company = Annotated[str, typer.Option(help="Code of the company.", show_default="the first that has a plan")]
Many = Annotated[list[str] | None, typer.Option()]


@app.callback(help="Plan what to buy, what to load and what to sell down, and what it is worth.")
def plan(
    context: typer.Context,
    cash: Annotated[
        str, typer.Option(help="Money for today's orders and loads: 50000, or 50000:8 for eight weeks.")
    ] = "",
    container: Annotated[list[str] | None, typer.Option(help="Forty-foot containers at most: 1, or FBA-US:1.")] = None,
    service: Annotated[str, typer.Option(help="Share of demand to be met: 95.")] = "",
    closed: Annotated[
        list[str] | None, typer.Option(help="SUPPLIER:first day:last day, or CN:lny (lunar new year).")
    ] = None,
    warehouse: Annotated[list[str] | None, typer.Option(help="Free room in m³: FBA-US:30.")] = None,
    supplier: Annotated[
        list[str] | None, typer.Option(help="Units that a supplier takes on: F01:5000, or makes in a week: F01:800/w.")
    ] = None,
    funds: Annotated[str, typer.Option(help="Money there is now; with what comes in it pays what is owed too.")] = "",
    income: Annotated[str, typer.Option(help="Money that comes in a week: 9000, or by week 9000/0/15000.")] = "",
    free: Annotated[bool, typer.Option("--free", help="Drop the limits of the last plan.")] = False,
) -> None:
    """Run unless a sub-command is asked for."""
    if context.invoked_subcommand is not None:
        return
    open_books()
    asked = {
        "cash": cash, "container": tuple(container or ()), "service": service, "closed": tuple(closed or ()),
        "warehouse": tuple(warehouse or ()), "supplier": tuple(supplier or ()),
        "funds": funds, "income": income,
    }  # fmt: skip
    limited = any(asked.values())
    run_and_say({name: value for name, value in asked.items() if value} if limited or free else None)


def run_and_say(asked: dict[str, Any] | None = None) -> None:
    """Plan with a bar, and say what came of it."""
    from time import monotonic

    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import say
    from entrepot.workflows.plan import plan as work

    begun = monotonic()
    with Bars() as bars:
        done = work(asked=asked, progress=bars)
    for one in done:
        say(f"plan {one.run} of {one.company}: {one.orders} to buy, {one.loads} to load, {one.excess} to sell down, "
            f"{one.unplanned} not planned, in {monotonic() - begun:.1f} s")  # fmt: skip
        shown(one.company)


@app.command("show")
def show(company: Company = "", run: Annotated[str, typer.Option(help="An older plan's number.")] = "") -> None:
    """The newest plan, or an older one."""
    open_books()
    shown(company, run)


def shown(company: str = "", run: str = "") -> None:
    """Head, limits and the lines that save most."""
    from entrepot.books.selectors.plan import PlanWish, plan
    from entrepot.books.selectors.shapes import Slice
    from entrepot.faces.cli.plan_limits import how, limits
    from entrepot.faces.cli.printing import count, money, say, table

    viewer = _viewer(company)
    found = plan(viewer, PlanWish(kind="acts"), Slice("saving", descending=True, limit=LISTED), run)
    head = found.head
    if head is None:
        say("nothing was planned yet: entrepot plan")
        return
    currency = head.currency
    say(f"plan {head.id} of {head.on}, inputs {head.version[:12]}: saves {money(head.saving or 0, currency)}, "
        f"takes {money(head.cash or 0, currency)} of cash")  # fmt: skip
    table(
        f"What to do ({count(found.page.total)} lines)",
        ("line", "do", "SKU", "units", "from", "to", "by", "there", "cash", "saves", "storage later"),
        [(row.id, row.kind, row.sku, count(row.units), row.supplier or row.origin, row.destination,
          " + ".join(f"{part.units} {part.mode}" for part in row.modes), row.arrives or "", _bare(row.cash or 0, currency),
          _bare(row.saving or 0, currency), _bare(row.later_storage or 0, currency)) for row in found.page.rows],
        right=(3, 8, 9, 10),
    )  # fmt: skip
    limits(head)
    months: dict[str, list[int]] = {}
    for week in head.weeks:
        entry = months.setdefault(f"{week.week:%Y-%m}", [0, 0])
        entry[0] += week.owed or 0
        entry[1] += week.planned or 0
    table(
        "Cash by month", ("month", "owed already", "of this plan"),
        [(month, money(owed, currency), money(new, currency)) for month, (owed, new) in months.items()], right=(1, 2),
    )  # fmt: skip
    table(
        "What goes together", ("do", "from", "to", "by", "units", "m³", "kg", "containers", "fill", "freight", "otherwise"),
        [(one.kind, one.supplier or one.origin, one.destination, how(one), count(one.units), f"{one.cbm / 1000:.2f}",
          f"{one.kg / 1000:.0f}", " + ".join(f"{n} {kind}" for kind, n in one.boxes),
          "" if one.fill is None else f"{one.fill / 10:.0f} %", money(one.freight or 0, currency),
          "" if one.freight_other is None else money(one.freight_other, currency)) for one in head.fills],
        right=(4, 5, 6, 8, 9, 10),
    )  # fmt: skip
    if head.assumed:
        say("assumed: " + ", ".join(f"{one.text} ({one.parameters['lines']} lines)" for one in head.assumed))
    if head.unplanned:
        say(f"{count(head.unplanned)} items and places not planned: entrepot plan gaps")


@app.command("why")
def why(skus: Annotated[list[str], typer.Argument(help="SKUs.")], company: Company = "") -> None:
    """Why these SKUs are bought, loaded or left: the line, its alternatives, what happens without it."""
    open_books()
    from entrepot.books.selectors.plan import PlanWish, line, plan
    from entrepot.books.selectors.shapes import Slice
    from entrepot.core.components import FAMILIES
    from entrepot.faces.cli.printing import say, table

    viewer = _viewer(company)
    currency = viewer.company.currency
    for sku in skus:
        rows = [row for row in plan(viewer, PlanWish(text=sku), Slice("kind", limit=50)).page.rows if row.sku == sku]
        if not rows:
            raise ProblemError(
                Problem(
                    "nothing_found", "the plan has no such SKU", "look at: entrepot plan gaps", field="sku", found=sku
                )
            )
        for row in rows:
            page = line(viewer, row.id)
            say("", f"{row.sku} {row.name} → {row.destination} ({row.kind}, line {row.id})")
            say(*(f"  {reason.text}" for reason in page.reasons))
            costs = ", ".join(
                f"{name} {_bare(row.families[name], currency)}" for name in FAMILIES if name in row.families
            )
            if row.units:
                say(f"  cost by family: {costs}")
            if page.nothing:
                say(f"  doing nothing: {page.nothing['lost_units']} units ({_bare(page.nothing['lost_margin'], currency)} "
                    f"of margin) run out until {page.nothing['until']}")  # fmt: skip
            table(
                "", ("instead", "units", "by", "expected cost", "cash"),
                [(one.code, one.units, " + ".join(f"{part.units} {part.mode}" for part in one.modes),
                  _bare(one.cost or 0, currency), _bare(one.cash or 0, currency)) for one in page.options], right=(1, 3, 4),
            )  # fmt: skip
            if page.assumed:
                say("  assumed: " + ", ".join(one.text for one in page.assumed))


@app.command("gaps")
def gaps(company: Company = "") -> None:
    """What could not be planned, and what is missing."""
    open_books()
    from entrepot.books.selectors import plan as stored
    from entrepot.books.selectors.shapes import Slice
    from entrepot.faces.cli.printing import table

    found = stored.gaps(_viewer(company), Slice(limit=200))
    table(f"Not planned ({found.total})", ("SKU", "place", "missing"),
          [(row.sku, row.destination, ", ".join(row.missing)) for row in found.rows])  # fmt: skip


@app.command("try")
def attempt(
    line: Annotated[str, typer.Argument(help="Number of a line.")],
    units: Annotated[int | None, typer.Option(help="Another quantity.")] = None,
    by: Annotated[str, typer.Option(help="Another way (sea), or a split: air=40,sea=200.")] = "",
    on: Annotated[str, typer.Option(help="Another day: 2026-11-16.")] = "",
    supplier: Annotated[str, typer.Option(help="Another supplier.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Store the change.")] = False,
    note: Annotated[str, typer.Option(help="Why; kept with the change.")] = "",
    company: Company = "",
) -> None:
    """What a line would cost and risk done otherwise."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import plan_acts
    from entrepot.workflows.plan_trial import try_line

    viewer = _viewer(company)
    wish: dict[str, Any] = {
        "units": units, "modes": _split(viewer, line, by, units), "on": _day(on) if on else None,
        "supplier": supplier or None,
    }  # fmt: skip
    if keep:
        plan_acts.change(viewer, line, **wish, note=note)
        wish = {}
    found = try_line(viewer, line, **wish)
    row, currency = found.row, viewer.company.currency
    say(f"{row.sku} → {row.destination}: {row.units} units by {row.mode or 'nothing'}, there {row.arrives or '–'}",
        f"cash {_bare(row.cash or 0, currency)}, {_bare(found.dearer or 0, currency)} dearer than proposed, "
        f"{(row.risk or 0) / 10:.1f} % of demand missed ({(row.risk_nothing or 0) / 10:.1f} % without), "
        f"storage later {_bare(row.later_storage or 0, currency)}")  # fmt: skip
    say(*(f"note: {problem.text}" for problem in found.problems))


def _split(viewer: Any, line: str, by: str, units: int | None) -> dict[str, int] | None:
    if not by:
        return None
    if "=" not in by:
        from entrepot.books.selectors.plan import find_line

        return {by: find_line(viewer, line).units if units is None else units}
    try:
        return {name.strip(): int(count) for name, _, count in (part.partition("=") for part in by.split(","))}
    except ValueError:
        raise _refused("by", by, "write a mode, or sea=80,air=20") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _refused("on", text, "write it as 2026-12-31") from None


def _refused(field: str, found: str, remedy: str) -> Exception:
    from entrepot.core.errors import Problem, ProblemError

    return ProblemError(Problem("bad_option", "this cannot be read", remedy, field=field, found=found[:80]))


@app.command("approve")
def approve(lines: Annotated[list[str], typer.Argument(help="Numbers of lines.")], company: Company = "") -> None:
    """Approve lines: purchase orders and shipping instructions are written."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import plan_acts

    for line in plan_acts.approve(_viewer(company), lines, origin="cli"):
        say(f"{line.document}: {line.units} {line.item.sku} → {line.destination.code}")


@app.command("undo")
def undo(line: Annotated[str, typer.Argument(help="Number of a line.")], company: Company = "") -> None:
    """Take an answer back; an order is reversed with all of its lines."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import plan_acts

    say(f"{len(plan_acts.undo(_viewer(company), line, origin='cli'))} lines are open again")


@app.command("papers")
def papers(
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Order or instruction numbers; all approved without.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder that the files go to.", show_default="here")] = Path(),
    form: Annotated[str, typer.Option(help="xlsx or csv.")] = "xlsx",
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    company: Company = "",
) -> None:
    """Purchase orders and shipping instructions as files."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import plan_papers

    viewer, asked = _viewer(company), numbers or []
    made = [
        work(viewer, [one for one in asked if one.startswith(prefix)], language, form)
        for work, prefix in ((plan_papers.purchase_orders, "PO-"), (plan_papers.shipping_instructions, "SI-"))
        if not asked or any(one.startswith(prefix) for one in asked)
    ]
    out.mkdir(parents=True, exist_ok=True)
    for paper in made:
        (out / paper.name).write_bytes(paper.content)
        say(str(out / paper.name))


@app.command("set")
def settle(
    sku: str, field: Annotated[str, typer.Argument(help="review_weeks, service, modes or ordered.")], value: str,
    place: Annotated[str, typer.Option(help="At one place only.")] = "",
    note: Annotated[str, typer.Option(help="Why; kept with the books.")] = "",
    company: Company = "",
) -> None:  # fmt: skip
    """Set an item's strategy until it is taken back (value -: take it back)."""
    open_books()
    from entrepot.books.selectors.plan import overrides
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import plan_acts

    viewer = _viewer(company)
    if value == "-":
        standing = [
            o for o in overrides(viewer, sku) if o.field == field and o.withdrawn_at is None and o.destination == place
        ]
        done = sum(plan_acts.withdraw(viewer, int(one.id), origin="cli") for one in standing)
        say(f"{done} taken back")
        return
    plan_acts.override(viewer, sku, field, _value(field, value), place=place, note=note, origin="cli")
    say(f"{sku}: {field} = {value}; the next plan follows it")


def _value(field: str, text: str) -> Any:
    """What was typed, as the field takes it; what does not fit is refused by the workflow."""
    if field == "modes":
        return [part.strip() for part in text.split(",") if part.strip()]
    if field == "ordered":
        return {"yes": True, "no": False}.get(text.lower(), text)
    try:
        number = float(text.rstrip("%"))
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    if field == "service":
        return number / 100 if number > 1 or text.endswith("%") else number
    return int(number) if number == int(number) else number


@app.command("prices")
def prices(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Read a supplier's price list (CSV): supplier, sku, from_units, price, currency; per, all_units, moq, lead_days …"""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows.clock import now
    from entrepot.workflows.plan_suppliers import read_price_list

    say(f"{read_price_list(_viewer(''), file, now(), origin='cli')} prices kept; the next plan uses them")


def _bare(amount: int, currency: str) -> str:
    """An amount whose currency stands elsewhere."""
    from entrepot.faces.cli.printing import money

    return money(amount, currency).rpartition(" ")[0]


def _viewer(company: str) -> Any:
    """The owner's view of the company, or of the first that has a plan."""
    from entrepot.books.access import system_viewer
    from entrepot.books.models import PlanRun

    if not company:
        last = PlanRun.objects.order_by("-made_at", "pk").select_related("company").first()
        company = last.company.code if last else ""
    return system_viewer(company, actor())


def scorecard(
    months: Annotated[int, typer.Option(min=1, max=60, help="How many months.")] = 6, company: Company = ""
) -> None:  # fmt: skip
    """How months went: days of turnover and out of stock, old stock, return on stock; what advice taken or ignored paid."""
    open_books()
    from entrepot.books.selectors import scorecard as kept
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import table
    from entrepot.workflows.scorecard import scorecard as work

    with Bars() as bars:
        work(max(months, 13), progress=bars)
    viewer = _viewer(company)
    currency = viewer.company.currency

    def amount(value: int | None) -> str:
        return "–" if value is None else _bare(value, currency).partition(".")[0]

    table(
        f"Scorecard ({currency})",
        ("month", "place", "turns in", "out", "old", "stock", "profit", "a year", "advice", "taken", "earned", "ignored", "cost"),
        [(f"{row.month:%Y-%m}", row.place, "–" if row.turnover_days is None else row.turnover_days,
          "–" if row.out_days is None or not row.sku_days else f"{row.out_days / row.sku_days:.1%}", amount(row.aged_value),
          amount(row.stock_value), amount(row.profit),
          "–" if row.return_on_stock is None else f"{row.return_on_stock / 10:.0f} %", row.advice, row.taken,
          amount(row.taken_effect), row.ignored, amount(row.ignored_cost)) for row in kept.scorecard(viewer, months)],
        right=(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    )  # fmt: skip
