"""``entrepot forecast SKU`` and ``entrepot opportunities``: what the Demand pages say, on the command line."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import open_books

if TYPE_CHECKING:
    from entrepot.books.access import Viewer
    from entrepot.books.selectors.opportunities import OpportunityRow

Language = Annotated[str, typer.Option("--language", metavar="en|zh", help="Language of the sentences.")]


def opportunities(
    top: Annotated[int, typer.Option(min=1, max=2000, help="How many to show.")] = 20,
    kind: Annotated[str, typer.Option(help="new, findable, restock or better.")] = "",
    why: Annotated[bool, typer.Option("--why", help="The reasons of each.")] = False,
    language: Language = "en",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Rank what people looked for and did not find to buy, from the signals in the books."""
    open_books()
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.books.selectors.opportunities import KINDS, OpportunityWish
    from entrepot.books.selectors.opportunities import opportunities as listed
    from entrepot.books.selectors.shapes import Slice
    from entrepot.faces.cli.figures import run_and_say

    if kind and kind not in KINDS:
        raise ProblemError(
            Problem("unknown_kind", "there is no such kind", f"choose one of {', '.join(KINDS)}", found=kind)
        )
    if not as_json:
        run_and_say("opportunities")
    everyone = system_viewer()
    shown: dict[str, list[OpportunityRow]] = {}
    for company in everyone.offered:
        part = Slice("rank", limit=top)
        found = listed(looking_at(everyone, company.code), OpportunityWish(kind=kind), part)
        if found.page.rows:
            shown[company.code] = found.page.rows
    currencies = {company.code: company.currency for company in everyone.offered}
    if as_json:
        typer.echo(
            json.dumps(
                {code: [_data(row) for row in rows] for code, rows in shown.items()}, ensure_ascii=False, indent=1
            )
        )
        return
    with _speaking(language):
        for code, rows in shown.items():
            _told(f"{code}: product opportunities, a month (estimates)", rows, currencies[code], why=why)
    if not shown:
        typer.echo(
            "no signals of unmet demand: import searches, abandoned_carts, complaints or waiting (entrepot template signal)"
        )


def _told(title: str, rows: list[OpportunityRow], currency: str, *, why: bool) -> None:
    from entrepot.faces.cli.printing import money, say, table
    from entrepot.faces.web import demand_words, sentences

    table(
        title, ("", "subject", "kind", "SKU", "units", "range", "sales", "profit"),
        [(str(row.rank), row.subject, str(demand_words.KINDS[row.kind]), row.sku, f"{row.units:.1f}",
          f"{row.units_low:.1f} – {row.units_high:.1f}", "–" if row.sales is None else "≈ " + money(row.sales, currency),
          "–" if row.profit is None else "≈ " + money(row.profit, currency)) for row in rows],
        right=(0, 4, 5, 6, 7),
    )  # fmt: skip
    for row in rows if why else ():
        say("", f"{row.rank}. {row.subject}", *(f"  {sentences.line(reason)}" for reason in row.reasons))


def _data(row: OpportunityRow) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(row)


def course(
    sku: Annotated[str, typer.Argument(help="The SKU that this is about.")],
    follows: Annotated[
        str, typer.Option(metavar="SKU", help="It takes over from this SKU and inherits its past.")
    ] = "",
    share: Annotated[int, typer.Option(metavar="PERCENT", help="Per cent of that past.")] = 100,
    launches: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day on sale.")] = None,
    interest: Annotated[int, typer.Option(help="People who wait for it.")] = 0,
    ends: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day without sales.")] = None,
    note: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
    company: Annotated[str, typer.Option(help="Code of the company, where there are several.")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="Withdraw what was said.")] = False,
) -> None:
    """Say how an item goes on: a successor, a launch, an end. The next forecast counts it."""
    open_books()
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.workflows import course as goes_on

    viewer = system_viewer()
    viewer = looking_at(viewer, company or _seller())
    if forget:
        goes_on.withdraw(viewer, sku, origin="cli")
        return typer.echo(f"{sku}: withdrawn")
    first, last = launches.date() if launches else None, ends.date() if ends else None
    goes_on.keep(viewer, sku, follows, share, first, interest, last, note, origin="cli")
    return typer.echo(f"{sku}: kept; the next forecast counts it")


def _seller() -> str:
    """The company that owns the shops, where that is one."""
    from entrepot.books.models import Shop

    owners = sorted(set(Shop.objects.values_list("company__code", flat=True)))
    if len(owners) != 1:
        raise ProblemError(
            Problem(
                "company_unclear",
                "several companies sell",
                "pass --company CODE",
                field="company",
                found=", ".join(owners),
            )
        )
    return owners[0]


def demand_of(code: str, place: str, language: str) -> None:
    """What the page of one SKU says: what is expected, how good that has been, and why; every place unless one is said."""
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.books.selectors.demand import of_item
    from entrepot.books.selectors.shapes import NotThere

    everyone = system_viewer()
    found = False
    with _speaking(language):
        for company in everyone.offered:
            viewer = looking_at(everyone, company.code)
            try:
                places = [choice.value for choice in of_item(viewer, code, place).places]
            except NotThere:
                continue
            found = True
            for one in [place] if place else places:
                _page(viewer, code, one)
    if not found:
        raise ProblemError(
            Problem(
                "nothing_found", "there is no stored forecast of this SKU", "check the number, or run: entrepot forecast",
                field="sku", found=f"{code} {place}".strip(),
            )
        )  # fmt: skip


def _page(viewer: Viewer, code: str, place: str) -> None:
    from entrepot.books.selectors.demand import of_item
    from entrepot.faces.cli.printing import say, table
    from entrepot.faces.web import fans, findings, sentences
    from entrepot.workflows.promote import tried

    page = tried(of_item(viewer, code, place), None)
    say("", f"{page.row.sku} · {page.row.place}", findings.of_demand(page), "")
    table(
        "", ("over", "as likely as not", "every other case", "nine cases of ten"),
        [(row.over, row.middle, row.usual, row.wide) for row in fans.table(page)], right=(1, 2, 3),
    )  # fmt: skip
    for reason in page.reasons:
        say(f"- {sentences.line(reason)}")
    for effect in fans.effects(page):
        say(f"· {effect}")


def _speaking(language: str) -> Any:
    """The language of the sentences: en, or zh."""
    from django.utils import translation

    if language not in ("en", "zh"):
        raise ProblemError(Problem("unknown_language", "there is no such language", "choose en or zh", found=language))
    return translation.override("zh-hans" if language == "zh" else "en")
