"""Many entries at once: the same rules, the same whole numbers, a million a minute and more.

Rows are grouped by destination, days with the same rules, regime and mode; within a group everything is arithmetic on columns.
What depends on the heading and the origin is found once for each of them. Rates that are not one percentage are assessed one by
one. ``tests/engines/duty`` proves that every figure equals that of :func:`~entrepot.engines.duty.assess`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from entrepot.core.money import exponent
from entrepot.engines.duty.assess import assess
from entrepot.engines.duty.columns import Column, Entries, Flags, Whole, by, day_number, day_of, scaled, to_steps
from entrepot.engines.duty.many_goods import Goodsbook, GoodsRates
from entrepot.engines.duty.many_money import DayRates, Money
from entrepot.engines.duty.many_rules import Rows, applies_to, below, first_relief, within
from entrepot.engines.duty.many_tax import fees, import_tax, surcharge
from entrepot.engines.duty.model import Entry, Goods
from entrepot.rules import DestinationRules, RuleBook, Value
from entrepot.rules.tariff import digits

FIGURES = ("goods", "freight", "insurance", "customs_value", "duty", "import_tax", "charges", "landed")


@dataclass(frozen=True, slots=True)
class Assessed:
    """Figures of many entries by name, each in the minor units of its row's destination currency.

    ``one`` assesses a row by the single path, for its lines and reasons.
    """

    figures: dict[str, Column]
    one: Callable[[int], Entry]


@dataclass(slots=True)
class _Group:
    """Columns of the rows in hand."""

    rows: Rows
    goods: Whole
    freight: Whole
    insurance: Whole
    customs: Whole
    known: Flags
    """Where the customs value is known."""
    sure: tuple[Flags, Flags, Flags]
    """Where goods, freight and insurance are known in the destination's currency."""
    duty: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    duty_known: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    for_base: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    simplified: Flags | None = None
    """Rows whose duty is a simplified one."""
    bears: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    """Rows that bear an added duty."""


def assess_many(book: RuleBook, entries: Entries, rates: DayRates) -> Assessed:
    """Charges of many entries; ``rates`` gives the exchange rates of a day.

    Raises ``KeyError`` for a destination the book does not have, ``ValueError`` for a negative amount.
    """
    for column in (entries.value, entries.freight, entries.insurance):
        if len(column) and int(column.min()) < 0:
            raise ValueError("amounts of entries are not negative")
    count = len(entries)
    amounts = {name: np.zeros(count, dtype=np.int64) for name in FIGURES}
    knowns = {name: np.zeros(count, dtype=np.bool_) for name in FIGURES}
    money, goodsbook = Money(rates), Goodsbook(book)
    for rows, span in _groups(book, entries, money):
        group = _valued(entries, rows)
        singles = _rates(entries, group, goodsbook, span)
        tax, tax_known, charges, charges_known = _charged(book, group, goodsbook, entries, span)
        _write(amounts, knowns, group, tax, tax_known, charges, charges_known)
        for place in rows.places[singles]:
            _one_by_one(book, entries, int(place), rates, amounts, knowns)
    figures = {name: Column(amounts[name], knowns[name]) for name in FIGURES}
    return Assessed(figures, lambda i: entry_of(entries, i))


def entry_of(entries: Entries, i: int) -> Entry:
    """Row ``i`` as an entry of the single path."""
    own = entries.duty_rate.at(i)
    grams = int(entries.grams[i])
    currency = entries.currency.at(i)
    goods = Goods(
        "", int(entries.quantity[i]), int(entries.value[i]), currency, hs=entries.hs.at(i),
        origin=entries.origin.at(i), net_grams=None if grams < 0 else grams,
        duty_rate=Fraction(own) if own else None,
    )  # fmt: skip
    return Entry(
        entries.destination.at(i), day_of(entries.on[i]), (goods,),
        entries.regime.at(i), entries.mode.at(i),
        int(entries.freight[i]), currency, int(entries.insurance[i]), currency,
    )  # fmt: skip


def _groups(book: RuleBook, entries: Entries, money: Money) -> Iterator[tuple[Rows, str]]:
    spans, names = _spans(book, entries)
    shape = (len(names), len(entries.regime.labels), len(entries.mode.labels))
    keys = np.ravel_multi_index((spans, entries.regime.codes, entries.mode.codes), shape)
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order], prepend=-1, append=np.iinfo(np.int64).max))
    for start, stop in itertools.pairwise(edges):
        places = order[start:stop]
        first = int(places[0])
        destination = entries.destination.at(first)
        rules = book.destination(destination, day_of(entries.on[first]))
        regime = entries.regime.at(first)
        mode = entries.mode.at(first)
        yield Rows.of(entries, places, rules, regime, mode, money), names[int(spans[first])]


def _spans(book: RuleBook, entries: Entries) -> tuple[Whole, list[str]]:
    """For each row a number for its destination and its days with the same rules, and their names."""
    result, names = np.zeros(len(entries), dtype=np.int64), list[str]()
    for code, destination in enumerate(entries.destination.labels):
        days = [day_number(d) for d in book.change_days(destination)]
        mine = np.flatnonzero(entries.destination.codes == code)
        places = np.searchsorted(np.array(days, dtype=np.int64), entries.on[mine], side="right")
        result[mine] = places + len(names)
        names += [f"{destination}.{i}" for i in range(len(days) + 1)]
    return result, names


def _valued(entries: Entries, rows: Rows) -> _Group:
    rules = rows.rules
    numerator, denominator, known = rows.exchange.converted(
        rows.days, rows.currency, rows.money.labels, rules.currency
    )  # fmt: skip
    goods = scaled(entries.value[rows.places], numerator, denominator)
    freight = scaled(entries.freight[rows.places], numerator, denominator)
    insurance = scaled(entries.insurance[rows.places], numerator, denominator)
    # Nothing is nothing in any currency.
    sure = (
        known | (entries.value[rows.places] == 0),
        known | (entries.freight[rows.places] == 0),
        known | (entries.insurance[rows.places] == 0),
    )
    rule = rules.get("customs_value")
    if rule is None:
        return _Group(rows, goods, freight, insurance, goods, np.zeros(len(rows), dtype=np.bool_), sure)
    cif = rule.text("basis") == "CIF"
    customs = goods + freight + insurance if cif else goods
    if "landing_percent" in rule.data and cif:
        customs = customs + by(customs, rule.number("landing_percent") / 100)
    return _Group(rows, goods, freight, insurance, customs, sure[0] & sure[1] & sure[2] if cif else sure[0], sure)


def _rates(entries: Entries, group: _Group, goodsbook: Goodsbook, span: str) -> Flags:
    """Duty by rate of every row; the rows that must be assessed one by one."""
    rows, rules = group.rows, group.rows.rules
    kinds, places = _kinds(entries, rows)
    found = [goodsbook.of(rules, day_of(rows.days[0]), span, h, o, own) for h, o, own in kinds]
    base = group.customs
    value = rules.get("customs_value")
    if value is not None and "round_step" in value.data:
        base = _step(base, value, "round_step", "round_how", rules.currency)
    known = np.array([k.ordinary is not None and not k.asks for k in found], dtype=np.bool_)[places]
    zero = np.array([k.ordinary == 0 for k in found], dtype=np.bool_)[places]
    duty = _by_rate(rules, base, found, places)
    free, ask = first_relief("duty_relief", rows)
    # A relief of which one must ask matters only where there would be a duty.
    duty, known = np.where(free, 0, duty), np.where(free, True, known & (~ask | zero))
    rounding = rules.get("duty_round")
    group.for_base = duty if rounding is None else np.where(free, 0, _for_base(duty, rounding, rules.currency))
    if rounding is not None and rounding.text("each") == "total":
        duty = np.where(free, 0, _step(duty, rounding, "step", "how", rules.currency))
    group.duty, group.duty_known = duty, known & (group.known | free)
    _at_once(entries, group)
    _small(group)
    group.bears = np.array([bool(k.added) for k in found], dtype=np.bool_)[places]
    plain = np.array([k.plain for k in found], dtype=np.bool_)
    return ~plain[places]


def _kinds(entries: Entries, rows: Rows) -> tuple[list[tuple[str, str, str]], Whole]:
    own = entries.duty_rate.codes[rows.places]
    wide, third = len(entries.origin.labels), len(entries.duty_rate.labels)
    keys, places = np.unique((rows.codes * wide + rows.origins) * third + own, return_inverse=True)
    kinds = [
        (
            entries.hs.labels[int(k) // third // wide],
            entries.origin.labels[int(k) // third % wide],
            entries.duty_rate.labels[int(k) % third],
        )
        for k in keys
    ]
    return kinds, places


def _by_rate(rules: DestinationRules, base: Whole, found: list[GoodsRates], places: Whole) -> Whole:
    """Ordinary duty rounded as the country does, and each added duty on top; 0 where the ordinary rate is not known."""
    rounding = rules.get("duty_round")
    top, bottom = _columns([k.ordinary or Fraction(0) for k in found], places)
    if rounding is None:
        duty = scaled(base, top, bottom)
    elif rounding.text("each") == "total":
        duty = base * top // bottom
    else:
        size = int(rounding.number("step") * 10 ** exponent(rules.currency))
        duty = to_steps(base, top, bottom, size, rounding.text("how", "nearest"))
    for i in range(max((len(k.added) for k in found), default=0)):
        top, bottom = _columns([k.added[i] if i < len(k.added) else Fraction(0) for k in found], places)
        duty = np.maximum(duty + scaled(base, top, bottom), 0)
    return duty


def _columns(rates: list[Fraction], places: Whole) -> tuple[Whole, Whole]:
    top = np.array([r.numerator for r in rates], dtype=np.int64)
    bottom = np.array([r.denominator for r in rates], dtype=np.int64)
    return top[places], bottom[places]


def _for_base(duty: Whole, rounding: Value, currency: str) -> Whole:
    return _step(duty, rounding, "for_base", "how", currency) if "for_base" in rounding.data else duty


def _step(amount: Whole, value: Value, step: str, how: str, currency: str) -> Whole:
    size = int(value.number(step) * 10 ** exponent(currency))
    return to_steps(amount, 1, 1, size, value.text(how, "nearest"))


def _at_once(entries: Entries, group: _Group) -> None:
    """Flat and simplified duties take the place of the rate."""
    rows, rules = group.rows, group.rows.rules
    done = np.zeros(len(rows), dtype=np.bool_)
    flat = rules.get("flat_duty")
    if flat is not None:
        yes, _ = applies_to(flat, rows)
        amounts = np.array([_flat(rows, flat, int(d)) for d in np.unique(rows.days)], dtype=np.int64)
        amount = amounts[np.searchsorted(np.unique(rows.days), rows.days)]
        long = np.array([len(digits(h)) >= 6 for h in rows.hs.labels], dtype=np.bool_)[rows.codes]
        _put(group, yes, amount, long & (amount >= 0))
        done |= yes
    given = np.array([bool(x) for x in entries.duty_rate.labels], dtype=np.bool_)[entries.duty_rate.codes[rows.places]]
    for _, rule in rules.starting("simplified_duty"):
        yes, _ = applies_to(rule, rows)
        yes &= ~done & ~given
        amount, known = _simplified(group, rule)
        known &= group.known
        _put(group, yes, amount, known)
        group.simplified = (yes & known) if group.simplified is None else group.simplified | (yes & known)
        done |= yes


def _flat(rows: Rows, flat: Value, day: int) -> int:
    own, target = flat.text("currency"), rows.rules.currency
    factor = rows.exchange.factor(day, own, target)
    if factor is None:
        return -1
    exact = flat.number("amount") * 10 ** exponent(own) * factor
    return int((2 * exact.numerator + exact.denominator) // (2 * exact.denominator))


def _put(group: _Group, mine: Flags, amount: Whole, known: Flags) -> None:
    group.duty = np.where(mine, amount, group.duty)
    group.for_base = np.where(mine, amount, group.for_base)
    group.duty_known = np.where(mine, known, group.duty_known)


def _simplified(group: _Group, rule: Value) -> tuple[Whole, Flags]:
    rows, rules = group.rows, group.rows.rules
    measured = rows.cif if rule.text("measured") == "cif" else rows.goods
    amount, known = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.bool_)
    for band in reversed(list(rule.data["bands"])):
        limit = Value({"limit": band["upto"], "currency": rule.text("currency", rules.currency)}, rule.basis)
        most = rows.exchange.limits(limit, "limit", rules.currency, rows.days, rows.money, rows.currency)
        inside, sure = within(measured, most)
        inside &= sure
        charged = _less(group, Fraction(str(band["percent"])) / 100, Fraction(str(band["less"])), rule)
        amount, known = np.where(inside, charged, amount), known | inside
    return amount, known


def _less(group: _Group, rate: Fraction, less: Fraction, rule: Value) -> Whole:
    """R(max(0, customs · rate − less)), the deduction in the rule's own currency of each row's day."""
    rules = group.rows.rules
    if not less:
        exact = by(group.customs, rate)
        rounding = rules.get("duty_round")
        if rounding is None or "step" not in rounding.data:
            return exact
        size = int(rounding.number("step") * 10 ** exponent(rules.currency))
        return to_steps(group.customs, rate.numerator, rate.denominator, size, rounding.text("how", "nearest"))
    own = rule.text("currency", rules.currency)
    result = np.zeros(len(group.customs), dtype=np.int64)
    for day in np.unique(group.rows.days):
        factor = group.rows.exchange.factor(int(day), own, rules.currency)
        mine = group.rows.days == day
        off = less * 10 ** exponent(own) * (factor or 0)
        d = rate.denominator * off.denominator
        n = group.customs[mine] * (rate.numerator * off.denominator) - off.numerator * rate.denominator
        result[mine] = (2 * np.maximum(n, 0) + d) // (2 * d)
    return result


def _small(group: _Group) -> None:
    waiver = group.rows.rules.get("duty_waiver")
    if waiver is not None:
        small = below(waiver, group.duty, group.rows) & group.duty_known & (group.duty > 0)
        group.duty, group.for_base = np.where(small, 0, group.duty), np.where(small, 0, group.for_base)


def _charged(
    book: RuleBook, group: _Group, goodsbook: Goodsbook, entries: Entries, span: str
) -> tuple[Whole, Flags, Whole, Flags]:
    """Import tax and all charges, each with where it is known."""
    rows, rules = group.rows, group.rows.rules
    extra = surcharge(rules, group.for_base)
    fee, fee_taxed, fee_known = fees(rows, group.customs, group.known, group.bears)
    own = _own_tax(entries, rows, goodsbook, span)
    base_known = group.duty_known & group.known
    rule = rules.get("tax_base")
    named = rule.names("parts") if rule is not None else ()
    for name, known_part in (("freight", group.sure[1]), ("insurance", group.sure[2])):
        base_known = base_known & known_part if name in named else base_known
    parts = {
        "customs_value": group.customs, "duty": group.for_base, "surcharge": extra, "freight": group.freight,
        "insurance": group.insurance, "rule_fees": fee_taxed,
    }  # fmt: skip
    tax, tax_known, _ = import_tax(book, rows, parts, base_known & fee_known, own)
    open_all = np.zeros(len(rows), dtype=np.bool_)
    for _, rule in rules.starting("open_charge"):
        yes, ask = applies_to(rule, rows)
        open_all |= yes | ask
        for name in rule.names("affects"):
            if name == "duty":
                group.duty_known = group.duty_known & ~(yes | ask)
            if name == "import_tax":
                tax_known = tax_known & ~(yes | ask)
    income = np.full(len(rows), rules.get("income_tax") is not None and rows.regime == "commercial")
    income = income if group.simplified is None else income & ~group.simplified
    known = tax_known & fee_known & ~open_all & group.duty_known & ~income
    border = group.duty + extra + tax
    waiver = rules.get("charges_waiver")
    if waiver is not None:
        small = known & (border > 0) & below(waiver, border, rows)
        border, tax = np.where(small, 0, border), np.where(small, 0, tax)
        group.duty = np.where(small, 0, group.duty)
    charges = border + fee
    free = rules.get("no_border_charge")
    if free is not None:
        yes, ask = applies_to(free, rows)
        charges, tax = np.where(yes | ask, 0, charges), np.where(yes | ask, 0, tax)
        group.duty = np.where(yes | ask, 0, group.duty)
        known, tax_known = np.where(yes, True, known & ~ask), np.where(yes, True, tax_known | ask)
        group.duty_known = np.where(yes, True, group.duty_known & ~ask)
    return tax, tax_known, charges, known


def _own_tax(entries: Entries, rows: Rows, goodsbook: Goodsbook, span: str) -> list[tuple[Flags, Fraction]]:
    """Rows with a tax rate of the seller's own."""
    if not any(r.tax_percent for r in goodsbook.book.tariff.own):
        return []
    kinds, places = _kinds(entries, rows)
    found = [goodsbook.of(rows.rules, day_of(rows.days[0]), span, h, o, own).tax for h, o, own in kinds]
    return [(places == i, t) for i, t in enumerate(found) if t is not None]


def _write(
    amounts: dict[str, Whole], knowns: dict[str, Flags], group: _Group, tax: Whole, tax_known: Flags,
    charges: Whole, charges_known: Flags,
) -> None:  # fmt: skip
    places = group.rows.places
    goods_known, freight_known, cover_known = group.sure
    all_known = charges_known & goods_known & freight_known & cover_known
    columns = {
        "goods": (group.goods, goods_known), "freight": (group.freight, freight_known),
        "insurance": (group.insurance, cover_known), "customs_value": (group.customs, group.known),
        "duty": (group.duty, group.duty_known), "import_tax": (tax, tax_known), "charges": (charges, charges_known),
        "landed": (group.goods + group.freight + group.insurance + charges, all_known),
    }  # fmt: skip
    for name, (amount, known) in columns.items():
        amounts[name][places] = np.where(known, amount, 0)
        knowns[name][places] = known


def _one_by_one(
    book: RuleBook, entries: Entries, place: int, rates: DayRates, amounts: dict[str, Whole], knowns: dict[str, Flags]
) -> None:
    entry = entry_of(entries, place)
    result = assess(book, entry, rates(entry.on))
    for name in FIGURES:
        found = result.figures[name].amount
        amounts[name][place], knowns[name][place] = found or 0, found is not None


__all__ = ["FIGURES", "Assessed", "Entries", "assess_many", "entry_of"]
