"""One quote: goods, the way to the border, the border, and what comes after, shared exactly to the units."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from fractions import Fraction

from entrepot.core.cost_lines import Basis, Confidence, CostLine
from entrepot.core.input_tax import recovered
from entrepot.core.money import convert, major, split_largest_remainder
from entrepot.core.percent import percent_text
from entrepot.engines.duty import Assessment, Entry, Rates, assess
from entrepot.engines.landed.model import Item, Quote, Request, Route
from entrepot.rules import RuleBook

_BY_WEIGHT = frozenset({"freight", "last_mile", "domestic_freight", "storage", "fulfilment"})
PRICE = Basis("price", "the seller's price", confidence=Confidence.SELLER)


def quote(book: RuleBook, request: Request, route: Route, rates: Rates) -> Quote:
    """Every cost of ``request`` by ``route`` in the request's currency.

    ``rates`` gives exchange rates of the day. A line that is not known stays in the quote and says what it needs. Raises
    :class:`~entrepot.core.errors.ProblemError` as :func:`entrepot.engines.duty.assess` does.
    """
    lines = [_goods_line(item) for item in request.items]
    assessment: Assessment | None = None
    notes: list[str] = list(route.notes)
    if route.to_border is None:
        needs = ("a freight rate or the seller's figure",)
        lines.append(CostLine("freight", "Freight to the border", None, request.currency, needs=needs))
    lines += [*(route.to_border or ()), *route.onward]
    if route.all_in:
        notes.append(
            "All-in price: duty and tax are inside the freight; they are not shown apart and no tax comes back."
        )
    else:
        assessment = assess(book, _entry(book, request, route, rates), rates)
        lines += [part for line in assessment.lines for part in _by_share(line, Fraction(request.recoverable))]
        notes += assessment.notes
    lines += route.after
    shown = tuple(_in(line, request.currency, rates) for line in lines)
    return Quote(
        request, route, request.currency, shown, _shares(shown, request.items, notes), assessment, tuple(notes)
    )


def compare(book: RuleBook, request: Request, routes: Iterable[Route], rates: Rates) -> tuple[Quote, ...]:
    """The same request by several routes: complete quotes first, the cheapest of them in front."""
    quotes = [quote(book, request, route, rates) for route in routes]
    return tuple(sorted(quotes, key=lambda q: (not q.complete, q.cost.known)))


def _goods_line(item: Item) -> CostLine:
    goods = item.goods
    if goods.value is None:
        return CostLine("goods", "Goods", None, goods.currency, needs=("a price",), item=goods.item)
    units = "unit" if goods.quantity == 1 else "units"
    text = f"{goods.quantity} {units} for {major(goods.value, goods.currency)} {goods.currency}"
    return CostLine("goods", "Goods", goods.value, goods.currency, PRICE, rate=text, item=goods.item)


def _entry(book: RuleBook, request: Request, route: Route, rates: Rates) -> Entry:
    own = request.items[0].goods.currency if request.items else request.currency
    known = route.to_border is not None
    known_country = request.destination in book.countries
    freight = _sum([n for n in route.to_border or () if n.component != "insurance"], own, rates) if known else None
    cover = _sum([n for n in route.to_border or () if n.component == "insurance"], own, rates) if known else None
    onward = _sum(route.onward, book.countries[request.destination].currency, rates) if known_country else 0
    return Entry(
        request.destination, request.on, tuple(i.goods for i in request.items), request.regime, route.transport, freight, own,
        cover, own, onward or 0, request.fees, recoverable=request.recoverable > 0,
        known_on=request.known_on, income_tax_rate=request.income_tax_rate,
        importer_tax_number=request.importer_tax_number, confirmed=request.confirmed,
    )  # fmt: skip


def _by_share(line: CostLine, share: Fraction) -> tuple[CostLine, ...]:
    """Import tax of which a part comes back as two lines: that part, and the rest, which is cost."""
    if not line.recoverable or share == 1:
        return (line,)
    if line.amount is None:
        return (dataclasses.replace(line, recoverable=False),)
    back = recovered(line.amount, share)
    said, rest = percent_text(share), percent_text(1 - share)
    parts = (
        dataclasses.replace(line, amount=back, note=_noted(f"{said} comes back", line.note)),
        dataclasses.replace(
            line, amount=line.amount - back, recoverable=False, note=_noted(f"{rest} does not come back", line.note)
        ),
    )  # fmt: skip
    return tuple(part for part in parts if part.amount or part.amount == line.amount)


def _noted(first: str, then: str) -> str:
    return f"{first}; {then}" if then else first


def _sum(lines: Sequence[CostLine], target: str, rates: Rates) -> int | None:
    whole = 0
    for line in lines:
        shown = _in(line, target, rates)
        if shown.amount is None:
            return None
        whole += shown.amount
    return whole


def _in(line: CostLine, target: str, rates: Rates) -> CostLine:
    """The line in another currency, with what it was; an unknown rate makes the amount unknown."""
    if line.currency == target:
        return line
    if line.amount is None:
        return dataclasses.replace(line, currency=target)
    rate = rates(line.currency, target)
    if rate is None:
        return dataclasses.replace(
            line, amount=None, currency=target, needs=(f"exchange rate {line.currency} to {target}",)
        )
    if not line.amount:
        return dataclasses.replace(line, currency=target)
    was = f"{major(line.amount, line.currency)} {line.currency} at {float(rate):.6g}"
    note = f"{was}. {line.note}" if line.note else was
    return dataclasses.replace(
        line, amount=convert(line.amount, line.currency, target, rate), currency=target, note=note
    )


def _shares(
    lines: Sequence[CostLine], items: Sequence[Item], notes: list[str]
) -> tuple[tuple[int | None, ...], ...]:  # fmt: skip
    weights = [i.grams for i in items]
    by_weight = [w for w in weights if w]
    if len(items) > 1 and len(by_weight) < len(items):
        notes.append("Freight is shared by value: the weight of an item is missing.")
    value = [abs(i.goods.value or 0) for i in items]
    basis = by_weight if len(by_weight) == len(items) else value
    return tuple(_share(line, items, basis if line.component in _BY_WEIGHT else value) for line in lines)


def _share(line: CostLine, items: Sequence[Item], basis: list[int]) -> tuple[int | None, ...]:
    if line.item:
        return tuple(line.amount if i.sku == line.item else 0 for i in items)
    if line.amount is None:
        return tuple(None for _ in items)
    weights = basis if sum(basis) else [i.goods.quantity or 1 for i in items]
    return tuple(split_largest_remainder(line.amount, weights))
