"""``entrepot recoverable-tax``: import tax that comes back, and why a line is cash or cost."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import major
from entrepot.faces.cli.opening import open_books

_WHY = {
    "recovered": "recovered in {country}: registration {number} since {since}",
    "partly": "{share} recovered in {country}: registration {number} since {since}",
    "not_registered": "cost: not registered in {country} on {on}",
    "flat_rate": "cost: flat rate scheme, registration {number}",
    "other_importer": "cost: the importer of record was {importer}",
    "stated_cost": "cost: the entry says that it is not deductible",
    "ioss": "cost: collected under IOSS",
    "importer_missing": "needs a person: who was the importer of record? Taken as cost",
    "country_missing": "needs a person: in which country was it paid? Taken as cost",
    "tax_point_missing": "needs a person: on which day did it become due? The lesser share is taken",
    "mixed": "needs a person: several importers or countries. Taken as cost",
}


def recoverable_tax(
    company: Annotated[str, typer.Option(help="Only this company.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Rows of each table.")] = 20,
    register: Annotated[
        str, typer.Option(metavar="COUNTRY:DATE", help="What if the company were registered there from that day?")
    ] = "",
    ourselves: Annotated[bool, typer.Option("--ourselves", help="And had imported what others imported?")] = False,
) -> None:
    """Import tax that comes back: balances by country, what is outstanding, what needs a person, and why."""
    open_books()
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows import recovery
    from entrepot.workflows.recoverable import recoverable_tax as asked

    everyone = system_viewer()
    for one in everyone.offered:
        if company not in ("", one.code):
            continue
        viewer = looking_at(everyone, one.code)
        on = recovery.today(viewer)
        if register:
            _what_if(viewer, register, ourselves, limit)
            continue
        found = asked(viewer, on)
        if not (found.lines or found.registrations):
            say(f"{one.code}: no import tax and no registration is in the books")
            continue
        table(f"{one.code} on {on}: registrations", ("country", "kind", "number", "from", "to", "comes back"),
              [(r.country, r.scheme, r.number, r.valid_from, r.valid_to or "", str(r.share))
               for r in found.registrations])  # fmt: skip
        table(f"{one.code}: recoverable import tax",
              ("country", "recoverable", "came back", "outstanding", f"in {one.currency}", "oldest, days"),
              [(b.country, *(f"{major(x, b.currency)} {b.currency}" for x in (b.claimed, b.returned, b.outstanding)),
                major(b.home, one.currency), "" if b.oldest is None else str(b.oldest)) for b in found.balances],
              right=(1, 2, 3, 4, 5))  # fmt: skip
        table(f"{one.code}: outstanding", ("bill", "country", "tax point", "days", "amount", "expected back"),
              [(x.number, x.country, x.on, str(x.days), f"{major(x.amount, x.currency)} {x.currency}",
                f"{x.expected}{' (assumed)' if x.assumed else ''}") for x in found.open[:limit]], right=(3, 4))  # fmt: skip
        for title, rows in (("needs a person", found.undecided), ("decisions", found.lines)):
            table(f"{one.code}: {title}", ("bill", "tax", "comes back", "cost", "why"),
                  [(x.number, *(f"{major(a, x.currency)} {x.currency}" for a in (x.tax, x.back, x.cost)),
                    _WHY[x.code].format(country=x.country, number=x.registration, since=x.since, on=x.on,
                                        importer=x.importer, share=x.share)) for x in rows[:limit]],
                  right=(1, 2, 3))  # fmt: skip
        say(f"{one.code}: {major(found.outstanding, one.currency)} {one.currency} outstanding; "
            f"{major(found.at_stake, one.currency)} {one.currency} taken as cost until a person decides")  # fmt: skip


def _what_if(viewer: Any, register: str, ourselves: bool, limit: int) -> None:
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows.tax_whatif import if_registered

    country, _, day = register.partition(":")
    try:
        since = date.fromisoformat(day.strip())
    except ValueError:
        remedy = "write it like DE:2026-01-01"
        raise ProblemError(Problem("bad_registration", "this is no country and day", remedy, found=register)) from None
    found = if_registered(viewer, country.strip().upper(), since, ourselves=ourselves)
    home = viewer.company.currency
    say(f"{viewer.company.code}, registered in {found.country} from {since}: of {major(found.tax, home)} {home} import tax on "
        f"{found.lines} lines {major(found.then, home)} would come back, {major(found.gain, home)} more than now")  # fmt: skip
    if found.others:
        say(f"a further {major(found.others, home)} {home} if the company imported itself (--ourselves)")
    table("", ("SKU", "name", f"less cost, {home}"), [(x.sku, x.name, major(x.less, home)) for x in found.skus[:limit]],
          right=(2,))  # fmt: skip
