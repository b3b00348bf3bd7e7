"""``entrepot quarantine``: what could not be posted yet, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import actor, open_books

app = typer.Typer(no_args_is_help=True, help="What could not be posted yet, and why.")


@app.command("list")
def listed(
    reason: Annotated[str, typer.Option(help="Only rows with this reason (a code).")] = "",
    limit: Annotated[int, typer.Option(help="How many rows to show.")] = 50,
) -> None:
    """Rows that wait, newest first, with the money at stake and what to do."""
    open_books()
    from entrepot.books.access import system_viewer
    from entrepot.books.selectors.health import quarantine, quarantine_groups
    from entrepot.books.selectors.shapes import Slice
    from entrepot.faces.cli.printing import count, money, say, table

    viewer = system_viewer()
    groups = quarantine_groups(viewer)
    if not groups:
        say("nothing waits in quarantine")
        return
    table("By reason", ("code", "lines", "money at stake"),
          [(g.code, count(g.lines), " · ".join(money(m.amount or 0, m.currency) for m in g.amounts)) for g in groups],
          right=(1,))  # fmt: skip
    page = quarantine(viewer, reason, Slice("since", descending=True, limit=limit))
    table(
        "Rows", ("number", "where", "found", "reason", "what to do"),
        [(row.id, f"{row.document}" + (f" line {row.line}" if row.line else ""), row.found[:40], row.message, row.remedy)
         for row in page.rows],
        right=(0,),
    )  # fmt: skip
    if page.total > len(page.rows):
        say(f"{count(page.total - len(page.rows))} more: --limit, --reason")


@app.command()
def dismiss(
    numbers: Annotated[list[int], typer.Argument(help="Numbers from the list.")],
    reason: Annotated[str, typer.Option(help="Why nobody needs them; kept in the audit trail.")] = "not wanted",
) -> None:
    """Say that rows are not wanted; they stay on record as dismissed."""
    open_books()
    from entrepot.books.access import system_viewer
    from entrepot.books.models import Quarantine
    from entrepot.faces.cli.printing import count, say
    from entrepot.workflows import settle

    waiting = set(Quarantine.objects.filter(pk__in=numbers, state=Quarantine.OPEN).values_list("pk", flat=True))
    missing = [str(number) for number in numbers if number not in waiting]
    if missing:
        raise ProblemError(
            Problem("not_waiting", "no such row waits", "see entrepot quarantine list", found=", ".join(missing))
        )
    for number in numbers:
        settle.dismiss(system_viewer(name=actor()), number, reason, origin="cli")
    say(f"{count(len(numbers))} dismissed")
