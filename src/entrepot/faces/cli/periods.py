"""``entrepot close`` and ``reopen``: a company's months, reported and frozen, or open again."""

from __future__ import annotations

from typing import Annotated

import typer

from entrepot.faces.cli.opening import actor, open_books

Company = Annotated[str, typer.Argument(help="Code of the company.")]
Month = Annotated[str, typer.Argument(help="2026-01, or 2026-01..2026-03.")]


def close(company: Company, month: Month) -> None:
    """Close a month: what is reported stays; what comes later is shown as a difference."""
    open_books()
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import count, money, say
    from entrepot.workflows.close import close as shut

    with Bars() as bars:
        done = shut(company, month, actor=actor(), progress=bars)
    say(f"{company} {done.first} to {done.last} closed as {done.document}: "
        f"{count(done.units)} units, {money(done.value, done.currency)}")  # fmt: skip
    say(f"reported {done.reported}")


def reopen(
    company: Company,
    month: Month,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the books.", prompt=True)],
) -> None:
    """Open a closed month again, for what is recorded from now on."""
    open_books()
    from entrepot.faces.cli.figures import revalue_and_say
    from entrepot.faces.cli.printing import say
    from entrepot.workflows.close import reopen as lift

    say(f"{company} {month} is open again: {lift(company, month, reason, actor=actor())}")
    revalue_and_say()
