"""``entrepot revalue``, ``forecast``, ``plan``, ``daily`` and ``explain``: figures from facts, and why."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import open_books


def revalue(
    everything: Annotated[
        bool, typer.Option("--all", help="Value every item, not only those with newer facts.")
    ] = False,
) -> None:
    """Value what has newer facts than figures: stock, sales, margins."""
    open_books()
    revalue_and_say(everything=everything)


def forecast(
    sku: Annotated[
        str, typer.Argument(metavar="[SKU]", help="Only say what the newest forecast says of this SKU.")
    ] = "",
    place: Annotated[str, typer.Option(help="At this place only.")] = "",
    language: Annotated[str, typer.Option("--language", metavar="en|zh", help="Language of the sentences.")] = "en",
) -> None:
    """Forecast the demand of every item, and say how good that has been and where most is at stake.

    With an SKU nothing is forecast anew: what its page says, and why.
    """
    open_books()
    if sku:
        from entrepot.faces.cli.demanding import demand_of

        return demand_of(sku, place, language)
    run_and_say("forecast")
    return expected()


def expected() -> None:
    """The newest forecast of every company: what is expected, how good it has been, where most is at stake."""
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.books.selectors.demand import demand
    from entrepot.books.selectors.shapes import Slice
    from entrepot.faces.cli.printing import count, money, table

    def share(tenths: int | None) -> str:
        return "–" if tenths is None else f"{tenths / 10:.1f} %"

    everyone = system_viewer()
    found = [
        (company, demand(looking_at(everyone, company.code), None, Slice("at_stake", descending=True, limit=10)))
        for company in everyone.offered
    ]
    shown = [(company, one) for company, one in found if one.series]
    if not shown:
        return
    table(
        "How good 8-week forecasts have been", ("company", "series", "error", "8-week average", "saved", "bias", "held 95 %"),
        [(company.code, count(one.series), *(share(value) for value in _accuracy(one.accuracy))) for company, one in shown],
        right=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip
    table(
        "Most at stake", ("SKU", "place", "a week", "over the lead time", "nine cases of ten", "value at stake"),
        [(row.sku, row.place, f"{row.weekly:.1f}", count(row.lead_middle), f"{count(row.lead_low)} – {count(row.lead_high)}",
          "–" if row.at_stake is None else "≈ " + money(row.at_stake, company.currency))
         for company, one in shown for row in one.page.rows],
        right=(2, 3, 4, 5),
    )  # fmt: skip
    for _, one in shown:
        for alarm in one.alarms:
            typer.echo(f"note: {alarm}")


def _accuracy(found: Any) -> tuple[int | None, ...]:
    if found is None:
        return (None,) * 5
    return found.wape, found.wape_simple, found.value_added, found.bias, found.covered


def daily(
    folder: Annotated[
        Path | None, typer.Option(help="Import what is new in this folder first.", exists=True, file_okay=False)
    ] = None,
) -> None:
    """The morning's work: import what is new, value, forecast, plan."""
    open_books()
    if folder is not None:
        from entrepot.faces.cli.importing import import_new

        import_new(folder)
    revalue_and_say()
    run_and_say("true_up")
    run_and_say("compare_stock")
    run_and_say("opportunities")
    run_and_say("forecast")
    run_and_say("plan")
    run_and_say("storage_figures")
    run_and_say("scorecard")
    decisions()


def decisions() -> None:
    """Open proposals by kind, with their money."""
    from entrepot.faces.cli.printing import count, money, table
    from entrepot.workflows.summary import decided

    table(
        "To decide today", ("proposals", "kind", "effect", "cash"),
        [(count(d.proposals), d.kind, "≈ " + money(d.effect, d.currency), money(d.cash, d.currency))
         for d in decided()],
        right=(0, 2, 3),
    )  # fmt: skip


def revalue_and_say(*, everything: bool = False) -> None:
    """Revalue with a bar and say what was done."""
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import count, say
    from entrepot.workflows.revalue import revalue as value

    begun = monotonic()
    with Bars() as bars:
        done = value(everything=everything, progress=bars)
    say(f"valued {count(done.items)} items, {count(done.sales)} sales, {count(done.places)} places "
        f"in {monotonic() - begun:.1f} s")  # fmt: skip


def workflow(name: str) -> Any:
    """The workflow ``name`` (a module with a function of that name), or ``None`` where this version has none."""
    from importlib import import_module
    from importlib.util import find_spec

    if find_spec(f"entrepot.workflows.{name}") is None:
        return None
    return getattr(import_module(f"entrepot.workflows.{name}"), name)


def run_and_say(name: str) -> None:
    """Run a workflow with a bar and say what it did."""
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import say

    work = workflow(name)
    if work is None:
        raise ProblemError(Problem("not_built", "this version cannot do that yet", "install a later one", found=name))
    begun = monotonic()
    with Bars() as bars:
        done = work(progress=bars)
    say(f"{name}: {said(done)} in {monotonic() - begun:.1f} s")


def said(done: Any) -> str:
    """The counts of a workflow's answer in words; of one answer for each company, company by company.

    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Done:
    ...     company: str
    ...     orders: int
    ...     effect: int
    >>> said([Done("HK", 1200, 5), Done("SZ", 3, 5)])
    'HK 1,200 orders; SZ 3 orders'
    """
    if isinstance(done, list):
        return "; ".join(said(one) for one in done) or "nothing to do"
    names = [name for name in getattr(done, "__dataclass_fields__", {}) if name not in _MONEY]
    counts = ((name, getattr(done, name)) for name in names)
    told = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in counts if type(n) is int and name != "company")
    company = getattr(done, "company", "")
    return " ".join(part for part in (company if isinstance(company, str) else "", told) if part) or "done"


_MONEY = ("effect", "cash", "as_of")
