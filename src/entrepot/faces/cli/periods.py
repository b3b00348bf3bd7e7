"""A company's months: ``close`` and ``reopen``, and what the accounts take from them (``roll-forward``, ``vouchers``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
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


def roll_forward(company: Company, month: Month) -> None:
    """What stock opened with, what came in and went out, what it closed with: units and money, by kind."""
    open_books()
    from entrepot.faces.cli.printing import count, money, say
    from entrepot.workflows.roll_forward import roll_forward as rolled

    found = rolled(company, month)
    currency = found.figures.company.currency
    for step, (units, amount) in found.totals().items():
        say(f"{step.replace('_', ' '):<28}{count(units):>12}{money(amount, currency):>20}")
    say(f"{count(found.uncosted)} units sold ahead of stock, no cost yet; residue {found.residue()}")


def late_facts(
    company: Company,
    month: Month,
    known: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As known until the end of that day; now unless said.")
    ] = None,
    most: Annotated[int, typer.Option(min=0, help="SKUs and documents shown.")] = 10,
) -> None:
    """A closed month as it was reported and as it is known now: what late bills and papers changed."""
    open_books()
    from entrepot.books.facts import FOREVER
    from entrepot.core.calendar import midnight, to_datetime
    from entrepot.faces.cli.printing import count, money, say, table
    from entrepot.workflows.close import company_named
    from entrepot.workflows.late_facts import late_facts as found_late

    zone = company_named(company).zone
    until = FOREVER if known is None else midnight(known.date() + timedelta(1), zone) - 1
    found = found_late(company, month, known=until)
    proof = {
        True: "the books still give what was reported",
        False: "the books do NOT give what was reported any more",
        None: "closed by a document that kept no digest, so what was reported cannot be proven",
    }[found.proven]
    say(f"{found.company} {found.months} reported {to_datetime(found.reported_at):%Y-%m-%d %H:%M} UTC; {proof}")
    table(
        "As reported and as known",
        ("book cost", "stock reported", "stock known", "difference", "left reported", "left known", "prior period"),
        [
            ((row.family or "in all").replace("_", " "),
             *(money(amount, found.currency) for amount in (
                 row.stock_reported, row.stock_known, row.stock, row.left_reported, row.left_known, row.left)))
            for row in found.rows
        ],
        right=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip
    if found.skus and most:
        table(
            f"SKUs that changed most, of {count(len(found.skus))}", ("SKU", "stock", "cost of what had left"),
            [(sku, money(stock, found.currency), money(left, found.currency)) for sku, stock, left in found.skus[:most]],
            right=(1, 2),
        )  # fmt: skip
    if found.papers and most:
        table(
            f"Documents of that time that came later: {count(found.documents)}", ("document", "type", "happened", "known"),
            [(p.number, p.type.replace("_", " "), p.happened, p.known) for p in found.papers[:most]],
        )  # fmt: skip


def vouchers(
    company: Company,
    month: Month,
    layout: Annotated[str, typer.Option(help="generic, xero, kingdee or yonyou.")] = "generic",
    out: Annotated[Path, typer.Option(help="Folder that the files go to.", show_default="here")] = Path(),
) -> None:
    """Balanced vouchers of a month for the accounts, as files that accounting programs import."""
    open_books()
    from django.conf import settings

    from entrepot.faces.cli.printing import money, say
    from entrepot.workflows.account_map import account_map
    from entrepot.workflows.voucher_files import SAID, voucher_files
    from entrepot.workflows.vouchers import vouchers as made_of

    made = made_of(company, month)
    files = voucher_files(made, layout, account_map(settings.HOME, company))
    currency = made.figures.company.currency
    for voucher in made.vouchers:
        say(f"{SAID[voucher.kind][0]:<44}{money(voucher.total, currency):>20}  {len(voucher.entries)} entries")
    say(
        f"inventory {money(made.inventory, currency)} = stock {money(made.stock_change, currency)}; residue {made.residue}"
    )
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        (out / file.name).write_bytes(file.content)
        say(f"written {out / file.name}")


def cut_off(company: Company, month: Month) -> None:
    """Goods under way at a month's end: whose they were, at what price, and which paper proves it."""
    open_books()
    from entrepot.faces.cli.printing import count, money, say, table
    from entrepot.workflows.cut_off import cut_off as cut

    found = cut(company, month)
    currency = found.figures.company.currency
    shown: list[tuple[str, ...]] = []
    for row in found.rows:
        proof = row.paper.replace("_", " ") if row.papered or not row.paper else f"no {row.paper.replace('_', ' ')}"
        price = money(row.amount, currency) if row.amount is not None else "no rate"
        whose, since = "ours" if row.owned else "supplier's", str(row.since or "–")
        shown.append((row.order or "–", row.incoterm or "–", row.shipment or "–", row.sku, count(row.units), price,
                      row.stage.replace("_", " "), whose, since, proof))  # fmt: skip
    if shown:
        heads = ("order", "term", "shipment", "SKU", "units", "price", "where", "whose", "since", "proof")
        table("", heads, shown, right=(4, 5))
    say(f"ours {money(found.owned, currency)}, part of the stock; still the suppliers' {money(found.committed, currency)}; "
        f"{found.unproven} without the paper that dates them")  # fmt: skip


def group_value(
    company: Company,
    month: Month,
    currency: Annotated[str, typer.Option(help="State it in this currency.", show_default="the company's")] = "",
) -> None:
    """Stock of all companies at a month's end (of COMPANY's zone) at what outsiders were paid for it."""
    open_books()
    from entrepot.faces.cli.printing import count, money, say
    from entrepot.workflows.group_value import at_month_end

    found = at_month_end(company, month, currency.upper())
    sums: dict[str, list[int]] = {}
    for row in found.rows:
        mine = sums.setdefault(row.company, [0, 0, 0, 0])
        for place, amount in enumerate((row.units, row.carried_in, row.paid_in, row.profit)):
            mine[place] += amount
    say(f"{'company':<12}{'units':>10}{'in its books':>22}{'group cost':>22}{'eliminated':>20}")
    for code, (units, *amounts) in sums.items():
        shown = "".join(
            f"{money(amount, found.currency):>{width}}" for amount, width in zip(amounts, (22, 22, 20), strict=True)
        )
        say(f"{code:<12}{count(units):>10}{shown}")
    say(f"all {money(found.carried, found.currency)} − {money(found.profit, found.currency)} = "
        f"group value {money(found.paid, found.currency)}")  # fmt: skip


def write_down(
    company: Company,
    month: Month,
    approve: Annotated[bool, typer.Option("--approve", help="Write down what is short.")] = False,
    value: Annotated[
        list[str] | None, typer.Option(help="SKU=amount:reason, what all its units will bring; may be repeated.")
    ] = None,
) -> None:
    """Stock that will bring in less than it cost: what own sales tell, and with --approve the write-down."""
    open_books()
    from entrepot.faces.cli.printing import count, money, say
    from entrepot.workflows.month_figures import month_figures
    from entrepot.workflows.net_realisable import allowances, assessed, read_values
    from entrepot.workflows.net_realisable import write_down as write

    figures = month_figures(company, month)
    currency = figures.company.currency
    for row in assessed(figures):
        if row.short == 0:
            continue
        worth = money(row.net_realisable, currency) if row.net_realisable is not None else "not known"
        short = money(row.short, currency) if row.short is not None else "a person has to say"
        say(
            f"{row.sku:<20}{count(row.units):>8}{money(row.cost, currency):>18}{worth:>18}{short:>22}  {row.confidence}"
        )
    if approve:
        say(f"approved as {write(company, month, read_values(value or [], currency), actor=actor())}")
        figures = month_figures(company, month)
    whole = allowances(figures).total()
    parts = (
        ("allowance", whole.opening), ("− released", whole.released), ("+ charged", whole.charged),
        ("− reversed", whole.reversed), ("=", whole.closing),
    )  # fmt: skip
    say(" ".join(f"{word} {money(amount, currency)}" for word, amount in parts))


def budget(company: Company, month: Month) -> None:
    """A month's budget beside what happened, and why they differ: units, price, rate of duty, exchange."""
    open_books()
    from entrepot.faces.cli.printing import money, say
    from entrepot.workflows.budget import budget as against
    from entrepot.workflows.close import company_named

    currency = company_named(company).currency
    say(
        f"{'market':<8}{'family':<12}{'planned':>16}{'actual':>16}{'quantity':>14}{'price':>14}{'rate':>14}{'exchange':>14}"
    )
    for row in against(company, month):
        planned = money(row.planned, currency) if row.planned is not None else "-"
        effects = "".join(f"{money(part, currency):>14}" for part in (row.quantity, row.price, row.rate, row.exchange))
        say(f"{row.market or 'all':<8}{row.family:<12}{planned:>16}{money(row.actual, currency):>16}{effects}")


def capitalise(
    company: Company,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Goods that come from this day on; default today."),
    ] = None,
    expense: Annotated[
        list[str] | None, typer.Option(help="Cost of buying to expense at once; may be repeated.")
    ] = None,
    capitalised: Annotated[
        list[str] | None, typer.Option("--capitalise", help="Cost of buying to put into the stock; may be repeated.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the auditor.")] = "",
) -> None:
    """Which costs of buying go into the stock; with --from and --expense or --capitalise a new policy."""
    open_books()
    from entrepot.core.calendar import local_date
    from entrepot.faces.cli.figures import revalue_and_say
    from entrepot.faces.cli.printing import say
    from entrepot.workflows.capitalise import capitalise as decide
    from entrepot.workflows.capitalise import treatments
    from entrepot.workflows.clock import now
    from entrepot.workflows.close import company_named

    today = local_date(now(), company_named(company).zone)
    if since is not None or expense or capitalised:
        choices = dict.fromkeys(expense or (), "expense") | dict.fromkeys(capitalised or (), "capitalise")
        number = decide(company, since.date() if since else today, choices, actor=actor(), reason=reason)
        say(f"{company}: {number}")
        revalue_and_say()
    say(f"{'component':<20}{'treatment':<14}{'since':<14}policy")
    for row in treatments(company, today):
        later = "".join(f"; from {day}: {told}" for day, told in row.planned)
        say(f"{row.component:<20}{row.treatment:<14}{row.since or 'always'!s:<14}{row.document or '-'}{later}")
