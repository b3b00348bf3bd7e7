"""``entrepot backup``, ``restore``, ``move`` and ``erase``: the books kept safe, put back, moved; a buyer forgotten."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.importing import Yes, on_terminal
from entrepot.faces.cli.opening import actor, load, open_books


def backup(file: Annotated[Path, typer.Argument(help="Where the backup goes, e.g. books.entrepot.")]) -> None:
    """Write the whole of the books to one file; the service may go on running."""
    if not file.absolute().parent.is_dir():
        raise ProblemError(
            Problem("folder_missing", "there is no such folder", "make it first", found=str(file.parent))
        )
    open_books()
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import count, say
    from entrepot.workflows.backup import backup as keep

    begun = monotonic()
    with Bars() as bars:
        done = keep(file, progress=bars)
    say(f"{file}: {count(done.rows)} rows of {count(done.tables)} tables, {done.size / 1e6:,.1f} MB, "
        f"in {monotonic() - begun:.1f} s")  # fmt: skip
    say("It holds everything, sign-ins and the keys of personal data too: keep it where only you can read it.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `entrepot backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Replace the books that are there.")] = False,
) -> None:
    """Put a backup back, on SQLite or PostgreSQL; all of it or nothing."""
    load()
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import count, say
    from entrepot.workflows.backup import restore as put_back

    begun = monotonic()
    with Bars() as bars:
        done = put_back(file, replace=yes, progress=bars)
    say(f"restored {count(done.rows)} rows of {count(done.tables)} tables in {monotonic() - begun:.1f} s; "
        "read back, every table is as it was backed up")  # fmt: skip


def move(
    to: Annotated[
        str,
        typer.Option("--to", help="postgresql://user:password@host:port/name, or a folder for a file of their own."),
    ],
) -> None:
    """Move the books to PostgreSQL or back; all of it or nothing, proved equal. Stop the service first."""
    open_books()
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import count, say
    from entrepot.workflows.move import move as carry

    begun = monotonic()
    with Bars() as bars:
        done = carry(to, progress=bars)
    say(f"moved {count(done.rows)} rows of {count(done.tables)} tables to {done.place} in {monotonic() - begun:.1f} s",
        f"facts         {done.ledger} on both sides",
        f"figures       {done.figures} on both sides",
        f"residue {count(done.residue)}; every table was read back and compared")  # fmt: skip
    say("From now on set DATABASE_URL to the same address." if "://" in to else f"From now on: entrepot --home {to} …",
        "The old books are kept as they were, and marked.")  # fmt: skip
    if done.residue:
        raise typer.Exit(1)


def erase(
    order: Annotated[str, typer.Argument(help="Number of the sales order.")],
    yes: Yes = False,
) -> None:
    """Forget a buyer: destroy the key of an order's personal data and of the files it came in."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows.erase import erase as forget

    if on_terminal() and not yes:
        typer.confirm(f"Forget the buyer of order {order} for good?", abort=True)
    done = forget(order, actor=actor())
    say(f"order {order}: {done.keys} keys destroyed, {done.rows} rows in quarantine emptied; figures are unchanged")
    say("Backups taken before still hold the keys: delete them too.")
