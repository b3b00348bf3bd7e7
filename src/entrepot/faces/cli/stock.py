"""``entrepot compare-stock``: what places report of their stock beside the books."""

from __future__ import annotations

from typing import Annotated

import typer

from entrepot.faces.cli.opening import open_books


def compare_stock(
    place: Annotated[str, typer.Option(help="Say the differences of this place only.")] = "",
    most: Annotated[int, typer.Option(min=1, help="How many to say, the largest first.")] = 20,
) -> None:
    """Compare the last stock report of every place with the books: what stands, is reserved and inbound.

    Every difference gets a case with an owner; what agrees again is settled. Part of the morning's work (daily).
    """
    open_books()
    from entrepot.books.access import system_viewer
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import count, say, table
    from entrepot.workflows.compare_stock import compare_stock as compare
    from entrepot.workflows.differing import differences

    with Bars() as bars:
        done = compare(progress=bars)
    say(f"{count(done.found)} differences between reports and books: {count(done.opened)} new or open again, "
        f"{count(done.settled)} settled, {count(done.alone)} open without an owner")  # fmt: skip
    rows = [one for one in differences(system_viewer()) if place in ("", one.row.place_code)]
    if rows:
        table(
            "Open", ("SKU", "place", "what", "reported", "books", "difference", "owner", "guess"),
            [(d.row.sku, d.row.place_code, d.row.condition, count(d.row.reported), count(d.row.in_books),
              f"{d.off:+,}", d.owner or "–", "not known" if d.guess is None else d.guess.cause.replace("_", " "))
             for d in rows[:most]],
            right=(3, 4, 5),
        )  # fmt: skip
