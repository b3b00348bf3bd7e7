"""``entrepot quote``, ``entrepot whatif``, ``entrepot rules``: what a unit will cost, what if, and which rule says so."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.core.hs_codes import hs_problem
from entrepot.core.money import exponent

On = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day of entry; today unless said.")]
Known = Annotated[
    datetime | None, typer.Option("--known", formats=["%Y-%m-%d"], help="As the rules were known that day.")
]


def quote(
    *,
    file: Annotated[
        Path | None,
        typer.Option("--file", exists=True, dir_okay=False, help="A quote as a file (TOML); options outrank it."),
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="COUNTRY", help="Destination, two letters.")] = "",
    price: Annotated[str, typer.Option(help="Price of one unit.")] = "",
    price_break: Annotated[
        list[str] | None, typer.Option("--break", metavar="FROM:PRICE", help="The supplier's price from so many units.")
    ] = None,
    quantity: Annotated[list[int] | None, typer.Option(min=1, help="Units; give several to compare.")] = None,
    currency: Annotated[str, typer.Option(help="Currency of price and freight; USD unless said.")] = "",
    hs: Annotated[str, typer.Option(help="HS code, as long as you have it.")] = "",
    origin: Annotated[
        str | None,
        typer.Option("--from", metavar="COUNTRY", help="Country of origin; asked for where a rate depends on it."),
    ] = None,
    way: Annotated[
        list[str] | None, typer.Option(metavar="NAME:MODE:FREIGHT[:INSURANCE]", help="A way; give several to compare.")
    ] = None,
    all_in: Annotated[bool, typer.Option("--all-in", help="The freight has duty and tax inside.")] = False,
    lanes: Annotated[
        bool, typer.Option("--lanes", help="Also by the price levels of the rule book (estimates).")
    ] = False,
    grams: Annotated[int | None, typer.Option(help="Packed grams of one unit.")] = None,
    size: Annotated[str, typer.Option(metavar="CM", help="Sides of one packed unit, such as 30x20x10.")] = "",
    carton: Annotated[str, typer.Option(metavar="UNITS:KG:CM", help="The carton, such as 24:11:56x46x34.")] = "",
    via: Annotated[list[str] | None, typer.Option(help="After the border: platform, third_party or both.")] = None,
    daily: Annotated[str, typer.Option(help="Units sold a day, for storage.")] = "",
    sale: Annotated[str, typer.Option(help="Selling price in the destination's currency.")] = "",
    fee: Annotated[str, typer.Option(help="The third party's fee of one unit.")] = "",
    split: Annotated[
        list[str] | None, typer.Option(metavar="PERCENT:FIRST:REST", help="A part by another way, such as 30:air:sea.")
    ] = None,
    duty: Annotated[str, typer.Option(help="Your own duty rate in per cent, in place of the tariff's.")] = "",
    tax: Annotated[str, typer.Option(help="Your own tax rate in per cent.")] = "",
    programme: Annotated[str, typer.Option(help="Trade agreement whose certificate comes with the goods.")] = "",
    regime: Annotated[str, typer.Option(help="commercial, personal, ioss, remessa_conforme …")] = "",
    recover: Annotated[bool, typer.Option("--recover", help="The importer gets import tax back, all of it.")] = False,
    recover_share: Annotated[
        str, typer.Option("--recover-share", metavar="PERCENT", help="The part of import tax that comes back.")
    ] = "",
    company: Annotated[
        str, typer.Option(metavar="CODE", help="Import tax comes back as this company of the books is registered.")
    ] = "",
    description: Annotated[
        str, typer.Option(help="What the goods are, in words: headings are suggested where the code is not known.")
    ] = "",
    shown: Annotated[str, typer.Option("--in", help="Currency of the answer; that of the price unless said.")] = "",
    on: On = None,
    known: Known = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every line of every alternative, not of the first alone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """What a unit costs at its destination: every line with its rule, ways side by side."""
    from entrepot.faces.cli.quote_shown import show
    from entrepot.workflows.alternatives import alternatives
    from entrepot.workflows.quote_file import quote_table, sought_from
    from entrepot.workflows.rule_files import seller_rules

    own = (currency or "USD").upper()
    table = quote_table(file) if file else {}
    units, kg, sides = [*carton.split(":"), "", "", ""][:3] if carton else ("", "", "")
    typed: dict[str, Any] = {
        "destination": to, "price": price, "quantity": quantity, "currency": currency, "hs": hs,
        "way": [_way(text, all_in) for text in way or ()], "lanes": lanes, "via": via, "daily": daily, "sale": sale, "fee": fee,
        "unit": {k: v for k, v in (("grams", grams), ("cm", size)) if v not in (None, "")},
        "duty": duty, "tax": tax, "programme": programme,
        "carton": {k: v for k, v in (("units", units), ("kg", kg), ("cm", sides)) if v}, "regime": regime,
        "description": description, "recover": recover_share or recover,
        "splits": [_part(text) for text in split or ()], "breaks": [_break(text) for text in price_break or ()],
        "shown": shown or ("" if file else own), "on": on.date() if on else None, "known_on": known.date() if known else None,
    }  # fmt: skip
    stated = {} if origin is None else {"origin": origin}  # an empty one takes back that of the file
    asked = sought_from({**table, **{k: v for k, v in typed.items() if v}, **stated}, _day(None))
    if company:
        asked = replace(asked, recoverable=_registered(company, asked.destination, asked.days[0]))
    found = alternatives(asked, seller_rules(home()))
    if as_json:
        data = [{**asdict(one.quote), "quantity": one.quantity, "on": one.on, "via": one.via} for one in found]
        typer.echo(json.dumps(data, default=str, ensure_ascii=False, indent=1))
        return
    show(str(table.get("title", "")), found, every=every)


def whatif(
    *,
    file: Annotated[
        Path | None,
        typer.Argument(
            exists=True, dir_okay=False, help="CSV of items: sku, destination, quantity, price …; else the books."
        ),
    ] = None,
    tariff: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COUNTRY:HEADING:ORIGIN:POINTS", help="More duty, such as US:6109:CN:10; US:::10 = on all."
        ),
    ] = None,
    fx: Annotated[
        list[str] | None, typer.Option(metavar="PAIR:PERCENT", help="Exchange rate, such as USD/CNY:-5.")
    ] = None,
    freight: Annotated[float, typer.Option(metavar="PERCENT", help="Change of freight in per cent.")] = 0,
    storage: Annotated[float, typer.Option(metavar="PERCENT", help="Change of storage in per cent (books).")] = 0,
    fees: Annotated[
        Path | None,
        typer.Option(
            "--fees", exists=True, dir_okay=False, help="A platform's storage fees as CSV, such as next year's (books)."
        ),
    ] = None,
    fee: Annotated[
        list[str] | None,
        typer.Option(
            "--fee",
            metavar="MARKET:FEE:PERCENT",
            help="A storage fee from --on on, such as US:monthly_storage:20 (books).",
        ),
    ] = None,
    paid: Annotated[str, typer.Option(help="Currency in which goods and freight are paid (books).")] = "CNY",
    months: Annotated[int, typer.Option(min=1, help="Months of sales that are looked at (books).")] = 12,
    company: Annotated[str, typer.Option(help="Only this company (books).")] = "",
    shown: Annotated[str, typer.Option("--in", help="Currency of the answer for a file.")] = "USD",
    most: Annotated[int, typer.Option(min=1, help="Items shown, most hit first.")] = 20,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], help="First day of the change; of a file today, of the books next month's."
        ),
    ] = None,
) -> None:
    """What a change does to every SKU, and to the goods on the water; nothing is stored."""
    from entrepot.faces.cli import whatif_shown
    from entrepot.workflows.rule_files import seller_rules
    from entrepot.workflows.whatif import Change, exchange, factor
    from entrepot.workflows.whatif import tariff as added

    today = _day(None)
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    day = on.date() if on else today if file else following
    _of_whatif(file, company, shown, paid, changed=bool(tariff or fx or freight or storage or fees or fee))
    rules = seller_rules(home())
    patches = tuple(added(text, day, rules.book) for text in tariff or ())
    pairs = dict(exchange(text) for text in fx or ())
    stored = factor(storage, "storage")
    change = Change(patches, pairs or None, factor(freight, "freight"))
    if fees or fee:
        whatif_shown.of_fees(fees, fee or [], day, company, most)
        if not (tariff or fx or freight or storage):
            return
    if file:
        whatif_shown.of_file(file, rules, change, day, shown.upper(), most)
    else:
        whatif_shown.of_books(rules, change, day, stored, paid.upper(), months, company, most)


def rules(
    country: Annotated[str, typer.Argument(help="Country, two letters; EU for what the Union has in common.")],
    hs: Annotated[str, typer.Option(help="Show the added duties on this heading.")] = "",
    origin: Annotated[str, typer.Option("--from", metavar="COUNTRY", help="Country of origin.")] = "CN",
    on: On = None,
    known: Known = None,
) -> None:
    """What applied in a country on a day, with source and confidence."""
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows.rule_files import seller_rules
    from entrepot.workflows.rules_at import begins, measures_at, rules_at

    if problem := hs_problem(hs):
        raise ProblemError(problem)
    book, day, then = seller_rules(home()).book, _day(on), known.date() if known else None
    rows = rules_at(book, country, day, then)
    added = measures_at(book, country, hs, origin, day, then) if hs else []
    first = begins(book, country)
    if not rows and first and day < first:
        say(f"The rule book of {book.countries[country.upper()].name} begins on {first}")
    elif not rows:
        say("No rule is known for that day")
    for row in rows:
        dates = f"from {row.valid_from}" + (f" to {row.valid_to}" if row.valid_to else "")
        say(
            f"{row.rule}: {row.says}",
            f"  {row.about}",
            f"  {dates}; " + "; ".join(p for p in (row.confidence, row.legal, row.source) if p),
        )
        if row.note:
            say(f"  {row.note}")
    if hs:
        table(
            f"Added duties on {hs} from {origin.upper()}", ("measure", "reach", "rate", "from", "what is asked"),
            [(m.name, m.reach, m.rate, str(m.valid_from or ""), m.text) for m in added],
        )  # fmt: skip


def _of_whatif(file: Path | None, company: str, shown: str, paid: str, *, changed: bool) -> None:
    """Refuse a what-if that would change nothing, or options that would be overlooked."""
    if not changed:
        raise ProblemError(
            Problem(
                "nothing_changed", "nothing is changed", "give --tariff, --fx, --freight, --storage, --fee or --fees"
            )
        )
    if file and company:
        raise ProblemError(
            Problem("company_of_a_file", "a file of items belongs to no company", "leave out --company, or the file",
                    field="company", found=company)
        )  # fmt: skip
    for option, code in (("in", shown), ("paid", paid)):
        try:
            exponent(code.upper())
        except ProblemError as error:
            raise ProblemError(*(replace(p, field=option) for p in error.problems)) from None


def home() -> Path:
    """Folder of the seller's own files, without opening the books."""
    return Path(os.environ.get("ENTREPOT_HOME", "entrepot-data")).resolve()


def _day(on: datetime | None) -> date:
    return on.date() if on else datetime.now().astimezone().date()


def _registered(company: str, country: str, on: date) -> Fraction:
    """The share of import tax that a company of the books gets back in a country on a day."""
    from entrepot.faces.cli.opening import of_company, open_books

    open_books()
    from entrepot.workflows.recoverable import comes_back

    return comes_back(of_company(company), country, on).share


def _way(text: str, all_in: bool) -> dict[str, Any]:
    parts = [p.strip() for p in text.split(":")]
    if len(parts) not in {3, 4}:
        raise ProblemError(
            Problem("bad_way", "this way cannot be read", "write NAME:MODE:FREIGHT or NAME:MODE:FREIGHT:INSURANCE",
                    field="way", found=text)
        )  # fmt: skip
    insurance = parts[3] if len(parts) == 4 else ""
    return {"name": parts[0], "mode": parts[1], "freight": parts[2], "insurance": insurance, "all_in": all_in}


def _part(text: str) -> dict[str, Any]:
    from decimal import Decimal, InvalidOperation

    share, _, ways = text.partition(":")
    first, _, rest = ways.partition(":")
    try:
        return {"share": Decimal(share.strip().rstrip("%")) / 100, "first": first.strip(), "rest": rest.strip()}
    except InvalidOperation:
        raise ProblemError(
            Problem("bad_split", "this split cannot be read", "write it like 30:air:sea", field="split", found=text)
        ) from None


def _break(text: str) -> dict[str, Any]:
    units, _, price = text.partition(":")
    if not units.strip().isdigit() or not price.strip():
        raise ProblemError(
            Problem("bad_break", "this price break cannot be read", "write it like 500:1.95", field="break", found=text)
        )
    return {"from": int(units), "price": price.strip()}
