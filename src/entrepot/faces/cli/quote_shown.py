"""How the console shows quotes: a table of the alternatives, then every line with its rule, source and days."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.faces.cli.printing import count, money, say, table
from entrepot.workflows.quote import LineAnswer, QuoteAnswer
from entrepot.workflows.sought import Alternative

VIA = {"": "", "platform": "platform", "third_party": "third party"}


def show(title: str, found: Sequence[Alternative], *, every: bool) -> None:
    """The alternatives side by side, and the lines of the first, or of ``every`` one."""
    if title:
        say(title)
    if len(found) > 1:
        rows = [
            (one.quote.way or "no way", VIA[one.via], count(one.quantity), str(one.on), "" if one.quote.days is None
             else f"{one.quote.days}", _amount(one.quote, one.unit), str(one.quote.missing or ""))
            for one in found
        ]  # fmt: skip
        heads = ("way", "then", "units", "entry", "days", "a unit, known", "missing")
        table("Side by side", heads, rows, right=(2, 4, 5, 6))
    for one in found if every else found[:1]:
        _one(one)
    if len(found) > 1 and not every:
        say("", "Lines of the first; --all shows those of every alternative.")


def _one(found: Alternative) -> None:
    quote = found.quote
    whole = _amount(quote, quote.cost)
    gaps = "a cost that is" if quote.missing == 1 else f"{quote.missing} costs that are"
    start = ", and " if _any_known(quote) else "; "
    open_ = "" if quote.complete else f"{start}{gaps} not known: incomplete"
    then = f", then {VIA[found.via]}" if found.via else ""
    units = "unit" if found.quantity == 1 else "units"
    say("", f"{quote.way or 'no way'}{then}: {count(found.quantity)} {units}, entry {found.on}: {whole}{open_}")
    for item in quote.items:
        say(f"  one unit: {_amount(quote, item.unit)}")
    part = ""
    for line in quote.lines:
        if line.part != part:
            part = line.part
            say(f"  {part}:")
        say(f"  {line.explanation}")
    for note in quote.notes:
        say(f"  {note}")
    if _any_known(quote):
        _families(quote.families, quote.currency)
    for line in dict.fromkeys(_open(line) for line in quote.lines if line.needs):
        say(f"  Still needed for {line}")
    if quote.cash != quote.cost:
        say(f"  Paid and coming back: {money(quote.cash - quote.cost, quote.currency)}")


def _any_known(quote: QuoteAnswer) -> bool:
    return any(line.amount is not None for line in quote.lines)


def _amount(quote: QuoteAnswer, amount: int) -> str:
    """An amount as far as it is known; with no cost known a 0 would be a lie."""
    return money(amount, quote.currency) if _any_known(quote) else "not known"


def _families(families: dict[str, int], currency: str) -> None:
    shown = ", ".join(
        f"{name.replace('_', ' ')} {money(amount, currency)}" for name, amount in families.items() if amount
    )
    say(f"  By family: {shown}")


def _open(line: LineAnswer) -> str:
    return f"{line.label}: {', '.join(line.needs)}"
