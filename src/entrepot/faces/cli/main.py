"""The command ``entrepot``: one file a group of commands, each loading what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from entrepot import __version__
from entrepot.faces.cli import (
    agreeing,
    blanks,
    checking,
    costing,
    demanding,
    demo,
    exchanging,
    figures,
    importing,
    keeping,
    levying,
    losing,
    opening,
    ordering,
    periods,
    planning,
    quarantine,
    quoting,
    recoverable,
    recovering,
    refusing,
    serving,
    simulating,
    sourcing,
    starting,
    stock,
    stocktaking,
    typing_in,
    users,
    why,
)

app = typer.Typer(
    name="entrepot",
    cls=refusing.Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Inventory cost management for cross-border sellers: what every unit cost, and what to decide today.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"entrepot {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    home: Annotated[
        str, typer.Option(envvar="ENTREPOT_HOME", help="Folder of the books.", show_default="./entrepot-data")
    ] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    if home:
        opening.use_home(home)


app.command("demo")(demo.demo)
app.command("set-up")(starting.set_up)
app.command("import")(importing.import_files)
app.command("undo")(importing.undo)
app.add_typer(quarantine.app, name="quarantine")
app.command("template")(blanks.template)
app.command("revalue")(figures.revalue)
app.command("forecast")(figures.forecast)
app.command("opportunities")(demanding.opportunities)
app.command("course")(demanding.course)
app.add_typer(planning.app, name="plan")
app.command("scorecard")(planning.scorecard)
app.command("simulate")(simulating.simulate)
app.command("daily")(figures.daily)
app.command("compare-stock")(stock.compare_stock)
app.command("explain")(why.explain)
app.command("cost")(costing.cost)
app.command("variance")(costing.variance)
app.command("fx")(exchanging.fx)
app.command("quote")(quoting.quote)
app.command("whatif")(quoting.whatif)
app.command("rules")(quoting.rules)
app.command("bill-audit")(recovering.bill_audit)
app.command("storage")(recovering.storage)
app.command("rebates")(recovering.rebates)
app.command("duty-refunds")(recovering.duty_refunds)
app.command("recoverable-tax")(recoverable.recoverable_tax)
app.command("salvage")(recovering.salvage)
app.command("levies")(levying.levies)
app.command("levy-bill")(levying.levy_bill)
app.command("losses")(losing.losses)
app.command("check")(checking.check)
app.command("close")(periods.close)
app.command("reopen")(periods.reopen)
app.command("roll-forward")(periods.roll_forward)
app.command("late-facts")(periods.late_facts)
app.command("vouchers")(periods.vouchers)
app.command("cut-off")(periods.cut_off)
app.command("group-value")(periods.group_value)
app.command("write-down")(periods.write_down)
app.command("budget")(periods.budget)
app.command("capitalise")(periods.capitalise)
app.command("supplier-terms")(agreeing.supplier_terms)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.command("move")(keeping.move)
app.command("erase")(keeping.erase)
app.command("serve")(serving.serve)
app.command("worker")(serving.worker)
app.add_typer(ordering.app, name="order")
app.add_typer(stocktaking.app, name="count")
app.add_typer(typing_in.app, name="draft")
app.add_typer(sourcing.app, name="source")
app.add_typer(users.app, name="user")
