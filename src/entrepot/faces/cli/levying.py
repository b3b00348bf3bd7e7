"""``entrepot levies`` and ``levy-bill``: what is accrued for producer schemes, and the scheme's bill that takes its place."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.faces.cli.opening import actor, open_books

if TYPE_CHECKING:
    from entrepot.books.access import Viewer

Day = "%Y-%m-%d"


def levies(
    scheme: Annotated[str, typer.Argument(help="Only this scheme.")] = "",
    company: Annotated[str, typer.Option(help="Only this company.")] = "",
) -> None:
    """Levies on electronics, batteries and packaging that are accrued and wait for the scheme's bill, by scheme and month."""
    open_books()
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.faces.cli.printing import count, money, say, table
    from entrepot.workflows.levies_billed import levies_of

    everyone = system_viewer()
    for one in everyone.offered:
        if company not in ("", one.code):
            continue
        sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for row in levies_of(looking_at(everyone, one.code), scheme):
            kept = sums[row.scheme, row.levy, f"{row.on:%Y-%m}", row.currency]
            kept[0] += 1
            kept[1] += row.amount
        if not sums:
            say(f"{one.code}: no levy waits for a bill; rates and weights stand in rules/levies.toml of the home, "
                "entrepot variance accrues them")  # fmt: skip
            continue
        table(
            f"{one.code}: accrued and not billed", ("scheme", "levy", "month", "lines", "estimate"),
            [(key[0], key[1], key[2], count(n), "≈ " + money(amount, key[3])) for key, (n, amount) in sorted(sums.items())],
            right=(3, 4),
        )  # fmt: skip


def levy_bill(
    scheme: Annotated[str, typer.Argument(help="The scheme, as in levies.toml.")],
    number: Annotated[str, typer.Argument(help="Number of its bill.")],
    amount: Annotated[str, typer.Option(help="What it asks, without tax that comes back: 120.00.")],
    currency: Annotated[str, typer.Option(help="Its currency.")],
    since: Annotated[datetime, typer.Option("--from", formats=[Day], help="First day that it covers.")],
    until: Annotated[datetime, typer.Option("--to", formats=[Day], help="Last day that it covers.")],
    on: Annotated[datetime, typer.Option(formats=[Day], help="Day of the bill.")],
    due: Annotated[datetime | None, typer.Option(formats=[Day], help="Day on which it is to be paid.")] = None,
    country: Annotated[str, typer.Option(help="Only the levies of this country, two letters.")] = "",
    stated: Annotated[str, typer.Option(help="Weight in kg or count that the bill states.")] = "",
    company: Annotated[str, typer.Option(help="Code of the company.", show_default="the first")] = "",
) -> None:
    """Enter a scheme's bill: it takes the place of what was accrued for its period, on the very units."""
    open_books()
    from entrepot.core.money import minor
    from entrepot.faces.cli.figures import revalue_and_say
    from entrepot.faces.cli.printing import money, say
    from entrepot.workflows.levies_billed import LevyBill, enter_levy_bill

    code = currency.strip().upper()
    told = LevyBill(
        scheme, number, on.date(), minor(amount.strip().replace(",", ""), code), code, since.date(), until.date(),
        country.strip().upper(), stated.strip(), None if due is None else due.date(),
    )  # fmt: skip
    enter_levy_bill(_viewer(company), told, _home(), actor=actor())
    say(f"{number} of {scheme}: {money(told.amount, code)} takes the place of what was accrued")
    revalue_and_say()


def _viewer(company: str) -> Viewer:
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.workflows.close import company_named

    everyone = system_viewer()
    return looking_at(everyone, company_named(company).code) if company else everyone


def _home() -> Path:
    from django.conf import settings

    home: Path = settings.HOME
    return home
