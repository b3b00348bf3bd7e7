"""``entrepot quote``, ``entrepot whatif``, ``entrepot rules``: what a unit will cost, what if, and which rule says so."""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError

if TYPE_CHECKING:
    from entrepot.workflows.quote import QuoteAnswer, Way

On = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day of entry; today unless said.")]
Known = Annotated[
    datetime | None, typer.Option("--known", formats=["%Y-%m-%d"], help="As the rules were known that day.")
]


def quote(
    *,
    to: Annotated[str, typer.Option("--to", metavar="COUNTRY", help="Destination, two letters.")],
    price: Annotated[str, typer.Option(help="Price of one unit.")],
    quantity: Annotated[int, typer.Option(min=1, help="Units.")] = 1,
    currency: Annotated[str, typer.Option(help="Currency of price and freight.")] = "USD",
    hs: Annotated[str, typer.Option(help="HS code, as long as you have it.")] = "",
    origin: Annotated[str, typer.Option("--from", metavar="COUNTRY", help="Country of origin.")] = "CN",
    way: Annotated[
        list[str] | None, typer.Option(metavar="NAME:MODE:FREIGHT[:INSURANCE]", help="A way; give several to compare.")
    ] = None,
    all_in: Annotated[bool, typer.Option("--all-in", help="The freight has duty and tax inside.")] = False,
    grams: Annotated[int | None, typer.Option(help="Packed grams of one unit.")] = None,
    duty: Annotated[str, typer.Option(help="Your own duty rate in per cent, in place of the tariff's.")] = "",
    tax: Annotated[str, typer.Option(help="Your own tax rate in per cent.")] = "",
    programme: Annotated[str, typer.Option(help="Trade agreement whose certificate comes with the goods.")] = "",
    regime: Annotated[str, typer.Option(help="commercial, personal, ioss, remessa_conforme …")] = "commercial",
    recover: Annotated[bool, typer.Option("--recover", help="The importer gets import tax back.")] = False,
    shown: Annotated[str, typer.Option("--in", help="Currency of the answer; that of the price unless said.")] = "",
    on: On = None,
    known: Known = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """What a unit costs at its destination: every line with its rule, ways side by side."""
    from entrepot.core.money import minor
    from entrepot.workflows.quote import QuoteAsked, Wish, answer

    own = currency.upper()
    wish = Wish("item", quantity, minor(price, own) * quantity, own, hs, origin, None if grams is None else grams * quantity,
                programme, duty, tax)  # fmt: skip
    ways = tuple(_way(text, own, all_in) for text in way or ())
    asked = QuoteAsked(
        (wish,), to, _day(on), (shown or own).upper(), ways, regime, recover, known.date() if known else None
    )
    answers = answer(asked, home())
    if as_json:
        typer.echo(json.dumps([_data(a) for a in answers], default=str, ensure_ascii=False, indent=1))
        return
    for found in answers:
        _show(found)


def whatif(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV of items: sku, destination, quantity, price …")
    ],
    tariff: Annotated[
        list[str] | None,
        typer.Option(metavar="COUNTRY:HEADING:ORIGIN:POINTS", help="More duty, such as US:6109:CN:10."),
    ] = None,
    fx: Annotated[
        list[str] | None, typer.Option(metavar="PAIR:PERCENT", help="Exchange rate, such as USD/CNY:-5.")
    ] = None,
    freight: Annotated[float, typer.Option(metavar="PERCENT", help="Change of freight in per cent.")] = 0,
    shown: Annotated[str, typer.Option("--in", help="Currency of the answer.")] = "USD",
    most: Annotated[int, typer.Option(help="Items shown, most hit first.")] = 20,
    on: On = None,
) -> None:
    """The effect of a change on the landed cost of every item of a file; nothing is stored."""
    from fractions import Fraction

    from entrepot.faces.cli.printing import count, money, say, table
    from entrepot.workflows.rule_files import seller_rules
    from entrepot.workflows.whatif import Change, effect, exchange, most_hit, read_items
    from entrepot.workflows.whatif import tariff as added

    rules, day = seller_rules(home()), _day(on)
    patches = tuple(added(text, day, rules.book) for text in tariff or ())
    pairs = dict(exchange(text) for text in fx or ())
    factor = 1 + Fraction(str(freight)) / 100
    result = effect(rules, read_items(file, day), Change(patches, pairs or None, factor), shown.upper())
    known = int(result.known.sum())
    say(
        f"{count(len(result.keys))} items, {count(known)} known to the end: "
        f"{money(int(result.effect.sum()), result.currency)} more; {count(int(result.turned.sum()))} no longer cover their price"
    )
    rows: list[tuple[str, ...]] = []
    for key in most_hit(result, most):
        i = result.keys.index(key)
        amounts = (money(int(column[i]), result.currency) for column in (result.before, result.after, result.effect))
        rows.append((key, *amounts, "yes" if result.turned[i] else ""))
    if rows:
        table("Most hit", ("sku", "before", "after", "effect", "below price"), rows, right=(1, 2, 3))


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
    from entrepot.workflows.rules_at import measures_at, rules_at

    book, day, then = seller_rules(home()).book, _day(on), known.date() if known else None
    for row in rules_at(book, country, day, then):
        dates = f"from {row.valid_from}" + (f" to {row.valid_to}" if row.valid_to else "")
        say(f"{row.rule}: {row.says}", f"  {row.about}", f"  {dates}; {row.confidence}; {row.legal or row.source}")
        if row.note:
            say(f"  {row.note}")
    if hs:
        found = measures_at(book, country, hs, origin, day, then)
        table(
            f"Added duties on {hs} from {origin.upper()}", ("measure", "reach", "rate", "from", "what is asked"),
            [(m.name, m.reach, m.rate, str(m.valid_from or ""), m.text) for m in found],
        )  # fmt: skip


def home() -> Path:
    """Folder of the seller's own files, without opening the books."""
    return Path(os.environ.get("ENTREPOT_HOME", "entrepot-data")).resolve()


def _day(on: datetime | None) -> date:
    return on.date() if on else datetime.now().astimezone().date()


def _way(text: str, currency: str, all_in: bool) -> Way:
    from entrepot.core.money import minor
    from entrepot.workflows.quote import Way

    parts = [p.strip() for p in text.split(":")]
    if len(parts) not in {3, 4}:
        raise ProblemError(
            Problem("bad_way", "this way cannot be read", "write NAME:MODE:FREIGHT or NAME:MODE:FREIGHT:INSURANCE",
                    field="way", found=text)
        )  # fmt: skip
    freight = minor(parts[2], currency) if parts[2] else None
    return Way(
        parts[0], parts[1], freight, currency, minor(parts[3], currency) if len(parts) == 4 else 0, all_in=all_in
    )


def _show(found: QuoteAnswer) -> None:
    from entrepot.faces.cli.printing import money, say

    whole = money(found.cost, found.currency)
    open_ = "" if found.complete else f", and {found.missing} costs that are not known"
    say("", f"{found.way or 'no way'}: {whole}{open_}")
    for item in found.items:
        say(f"  one unit: {money(item.unit, found.currency)}")
    for line in found.lines:
        say(f"  {line.explanation}")
    for note in found.notes:
        say(f"  {note}")


def _data(found: QuoteAnswer) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(found)
