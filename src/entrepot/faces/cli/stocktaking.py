"""``entrepot count``: a place is counted by label, compared with the books, approved by another person."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.faces.cli.opening import acting, open_books

if TYPE_CHECKING:
    from entrepot.workflows.counting import CountPage

app = typer.Typer(no_args_is_help=True, help="Stock counts: begin, count, finish, recount, approve.")
Number = Annotated[str, typer.Argument(help="Number of the count.")]
User = Annotated[
    str, typer.Option("--as", envvar="ENTREPOT_USER", help="Act as this user, with his rights and places.")
]
Company = Annotated[str, typer.Option(help="Code of the company.", show_default="the first")]


@app.command("list")
def listed(user: User = "", company: Company = "") -> None:
    """Counts, newest first."""
    open_books()
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows import counting

    rows = counting.counts(acting(user, company))
    if not rows:
        say("nothing was counted yet")
    table("Counts", ("count", "place", "state", "begun by", "approved by"),
          [(r.number, r.location.code, r.state, r.started_by, r.approved_by) for r in rows])  # fmt: skip


@app.command()
def begin(
    place: Annotated[str, typer.Argument(help="Code of the place.")],
    seen: Annotated[bool, typer.Option("--seen", help="Who counts sees what the books say.")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="What nobody counts is not there.")] = False,
    user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Begin a count; the books are compared as of now."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import counting

    say(counting.begin(acting(user, company), place, blind=not seen, whole=whole))


@app.command()
def enter(
    number: Number,
    codes: Annotated[list[str] | None, typer.Argument(help="LABEL=UNITS, or a label alone for one more.")] = None,
    file: Annotated[Path | None, typer.Option(help="The same, one a line; - reads a scanner's pipe.", allow_dash=True)] = None,
    condition: Annotated[str, typer.Option(help="Condition.")] = "sellable",
    batch: Annotated[str, typer.Option(help="Batch.")] = "",
    expiry: Annotated[str, typer.Option(help="Expiry, 2026-01-31.")] = "",
    user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Count things by FNSKU, barcode or SKU; all that is given, or nothing."""
    open_books()
    from django.db import transaction

    from entrepot.faces.cli.order_told import whole_units
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import counting

    viewer, told = acting(user, company), [*(codes or []), *_lines(file)]
    with transaction.atomic():
        for text in told:
            code, sign, units = text.rpartition("=")
            wanted = (code, whole_units(units)) if sign else (text, None)
            row = counting.enter(viewer, number, wanted[0], wanted[1], condition=condition, batch=batch, expiry=expiry)
            say(f"{row.sku} {row.condition}: {row.units}")


@app.command()
def show(number: Number, user: User = "", company: Company = "") -> None:
    """What was counted beside the books."""
    open_books()
    from entrepot.workflows import counting

    _told(counting.page(acting(user, company), number))


@app.command()
def finish(number: Number, user: User = "", company: Company = "") -> None:
    """Everything is counted."""
    open_books()
    from entrepot.workflows import counting

    viewer = acting(user, company)
    counting.finish(viewer, number)
    _told(counting.page(viewer, number))


@app.command()
def recount(
    number: Number,
    entries: Annotated[list[int], typer.Argument(help="Entries, as in show.")],
    user: User = "",
    company: Company = "",
) -> None:
    """Have these counted again."""
    open_books()
    from entrepot.workflows import counting

    viewer = acting(user, company)
    counting.recount(viewer, number, entries)
    _told(counting.page(viewer, number))


@app.command()
def why(
    number: Number, entry: Annotated[int, typer.Argument(help="Entry, as in show.")],
    reason: Annotated[str, typer.Argument(help="miscounted, lost, found, damaged, mislabelled, not_booked, unknown.")],
    user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Say why a thing differs."""
    open_books()
    from entrepot.workflows import counting

    counting.give_reason(acting(user, company), number, entry, reason)


@app.command()
def approve(
    number: Number,
    digest: Annotated[str, typer.Option(help="What show printed; the count is refused where it changed since.")],
    user: User = "", company: Company = "",
) -> None:  # fmt: skip
    """Post the differences; not by who counted."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import counting

    done = counting.approve(acting(user, company), number, digest, origin="cli")
    say(f"{number} posted as {done.number}")


@app.command()
def cancel(number: Number, user: User = "", company: Company = "") -> None:
    """Give a count up; nothing is posted."""
    open_books()
    from entrepot.workflows import counting

    counting.cancel(acting(user, company), number)


def _lines(file: Path | None) -> list[str]:
    if file is None:
        return []
    text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _told(found: CountPage) -> None:
    from entrepot.faces.cli.printing import say, table

    say(f"{found.number} {found.place}: {found.state}, {found.differing} differ, {found.uncounted} not counted")
    table("", ("entry", "SKU", "condition", "label", "batch", "counted", "books", "meanwhile", "differs", "reason"),
          [(r.id, r.sku, r.condition, r.label, r.batch, r.units, r.books, r.flight, r.difference, r.reason) for r in found.rows],
          right=(5, 6, 7, 8))  # fmt: skip
    say(f"digest {found.digest}")
