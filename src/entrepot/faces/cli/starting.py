"""``entrepot set-up``: the workbook to start with, empty, and filled in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import actor, open_books


def set_up(
    file: Annotated[
        Path | None, typer.Argument(help="The filled-in workbook; without one, the empty one is written.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would come in and how it ties.")] = False,
    language: Annotated[str, typer.Option(help="Language of the empty workbook: en or zh.")] = "en",
    out: Annotated[Path, typer.Option(help="Where the empty workbook goes.")] = Path("entrepot-set-up.xlsx"),
    example: Annotated[
        bool, typer.Option("--example", help="Write the workbook filled in: a seller of lamps and tents in mid-year.")
    ] = False,
    zone: Annotated[str, typer.Option(help="Time zone of dates without one.")] = "UTC",
) -> None:
    """Start in the middle of a year: companies, items, stock, orders, deposits and bills from one workbook that ties."""
    if file is None:
        _write(language, out, example=example)
        return
    open_books()
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.figures import revalue_and_say
    from entrepot.faces.cli.printing import count, money, say, table
    from entrepot.workflows.set_up_books import set_up_books

    with Bars() as bars:
        done = set_up_books(file, dry_run=dry_run, actor=actor(), zone=zone, progress=bars)
    say(", ".join(f"{count(n)} {kind.replace('_', ' ')}" for kind, n in done.documents.items()))
    if done.ties:
        table("Trial balance", ("company", "figure", "signed", "workbook", "difference"), [
            (t.company, t.figure.replace("_", " "), money(t.signed, t.currency), money(t.found, t.currency),
             money(t.difference, t.currency)) for t in done.ties
        ])  # fmt: skip
    else:
        say("no trial balance: nothing was compared with the accounts")
    for problem in done.problems[:50]:
        say(f"{problem.document} {problem.where}: {problem.message} ({problem.found}): {problem.remedy}")
    if done.posted:
        say("all of it came in")
        for name, password in done.users:
            say(f"{name} may sign in, password {password} (said once; entrepot user password {name} gives another)")
        revalue_and_say()
    elif not dry_run:
        say("nothing came in")
        raise typer.Exit(1)


def _write(language: str, out: Path, *, example: bool) -> None:
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import templates

    if language not in templates.LANGUAGES:
        raise ProblemError(Problem("unknown_language", "there is no such language", "choose en or zh", found=language))
    if example:
        from entrepot.sample.set_up import example_workbook

        out.write_bytes(example_workbook("zh" if language == "zh" else "en", date(2026, 7, 1)))
    else:
        out.write_bytes(templates.setup_workbook(language))
    say(str(out))
