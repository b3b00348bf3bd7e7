"""``entrepot source``: the seller's own rates, cards, price lists and reports, which outrank every table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from entrepot.faces.cli.printing import count, problems, say, table
from entrepot.faces.cli.quoting import home

app = typer.Typer(
    no_args_is_help=True, help="Your own rates, cards, price lists and reports; they outrank every table."
)


@app.command()
def add(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, TXT, JSON or TOML; what it is shows itself.")
    ],
) -> None:
    """Check a file and keep it: own duty rates, exchange rates, a freight card, a price list, a fee report, a schedule."""
    from entrepot.workflows.own_sources import take

    kept = take(home(), file.name, file.read_bytes(), datetime.now().astimezone().date())
    figures = "figure" if kept.figures == 1 else "figures"
    say(f"{kept.file}: {count(kept.figures)} {figures} of {kept.of} taken in")
    if kept.problems:
        problems(kept.problems[:20])


@app.command("list")
def listing() -> None:
    """Every source with its day and what is wrong with it."""
    from entrepot.workflows.own_sources import sources

    rows = [(s.kind, s.file, str(s.of), count(s.figures), str(len(s.problems) or "")) for s in sources(home())]
    if rows:
        table("Own sources", ("what", "file", "of", "figures", "problems"), rows, right=(3, 4))
    else:
        say("no own source yet: entrepot source add FILE")


@app.command()
def withdraw(file: Annotated[str, typer.Argument(help="Name as the list shows it.")]) -> None:
    """Take a source back; the file stays in the folder withdrawn."""
    from entrepot.workflows import own_sources

    own_sources.withdraw(home(), file)
    say(f"{file} is no longer read")
