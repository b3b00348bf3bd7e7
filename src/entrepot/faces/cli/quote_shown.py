"""How the console shows quotes: a table of the alternatives, then every line with its rule, source and days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from entrepot.faces.cli.printing import count, money, say, table
from entrepot.workflows.quote import QuoteAnswer
from entrepot.workflows.quote_needs import FEW, asked_first, waits_for
from entrepot.workflows.sought import Alternative

VIA = {"": "", "platform": "platform", "third_party": "third party"}


def show(title: str, found: Sequence[Alternative], *, every: bool) -> None:
    """The alternatives side by side, and the lines of the first, or of ``every`` one."""
    if title:
        say(title)
    if len(found) > 1:
        rows = [
            (one.quote.way or "no way", VIA[one.via], count(one.quantity), str(one.on), "" if one.quote.days is None
             else f"{one.quote.days}", _amount(one.quote, one.unit), str(sum(n.amount is None for n in one.quote.lines) or ""))
            for one in found
        ]  # fmt: skip
        heads = ("way", "then", "units", "entry", "days", "a unit", "missing")
        table("Side by side", heads, rows, right=(2, 4, 5, 6))
    for one in found if every else found[:1]:
        _one(one)
    if len(found) > 1 and not every:
        say("", "Lines of the first; --all shows those of every alternative.")


def _one(found: Alternative) -> None:
    quote = found.quote
    open_ = sum(line.amount is None for line in quote.lines)
    gaps = "a cost is" if open_ == 1 else f"{open_} costs are"
    told = "" if quote.complete else f"; incomplete: {gaps} not known"
    then = f", then {VIA[found.via]}" if found.via else ""
    units = "unit" if found.quantity == 1 else "units"
    whole = _amount(quote, quote.cost)
    say("", f"{quote.way or 'no way'}{then}: {count(found.quantity)} {units}, entry {found.on}: {whole}{told}")
    for item in quote.items:
        say(f"  one unit: {_amount(quote, item.unit)}")
    _lines(quote)
    for note in quote.notes:
        say(f"  {note}")
    _families(quote)
    for need in asked_first(n for line in quote.lines for n in line.needs):
        say(f"  Still needed: {need}")
    if quote.back:
        say(f"  Paid and coming back: {money(quote.back, quote.currency)}")


def _lines(quote: QuoteAnswer) -> None:
    """Every line; many added duties that wait for one thing are told once."""
    alike, told, part = Counter(waits_for(line) for line in quote.lines), set[str](), ""
    for line in quote.lines:
        if line.part != part:
            part = line.part
            say(f"  {part}:")
        waits = waits_for(line)
        if not waits or alike[waits] <= FEW:
            say(f"  {line.explanation}")
        elif waits not in told:
            told.add(waits)
            say(f"  {alike[waits]} added duties that may reach the goods: not known; need {waits}")


def _amount(quote: QuoteAnswer, amount: int | None) -> str:
    """A sum; at least what is known of it where a cost is missing, never a 0 for what is not known."""
    if amount is None:
        return "not known"
    return money(amount, quote.currency) if quote.complete else f"at least {money(amount, quote.currency)}"


def _families(quote: QuoteAnswer) -> None:
    shown = [
        f"{name.replace('_', ' ')} " + (
            "not known" if amount is None
            else f"at least {money(amount, quote.currency)}" if name in quote.families_missing
            else money(amount, quote.currency)
        )
        for name, amount in quote.families.items() if amount != 0 or name in quote.families_missing
    ]  # fmt: skip
    if shown:
        say(f"  By family: {', '.join(shown)}")
