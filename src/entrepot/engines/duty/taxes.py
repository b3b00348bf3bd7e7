"""Import tax: its base by the country's rule, relief, rate, rounding, national and local part, small amounts waived."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.core.cost_lines import Basis, CostLine
from entrepot.core.money import major, round_half_away
from entrepot.core.percent import percent_text
from entrepot.engines.duty.model import Entry, Goods, Rates
from entrepot.engines.duty.ordinary import GIVEN
from entrepot.engines.duty.rounding import share, to_step
from entrepot.engines.duty.value import Valued
from entrepot.engines.duty.within import applies, limit_in, reaches_chapter
from entrepot.rules import DestinationRules, RuleBook, Value
from entrepot.rules.tariff import digits


@dataclass(frozen=True, slots=True)
class Parts:
    """What besides value and duty may belong to the tax base, per goods line, in minor units."""

    duty: list[int | None]
    surcharge: list[int | None]
    rule_fees: list[int | None]
    given_fees: list[int]
    onward: list[int]


@dataclass(frozen=True, slots=True)
class Taxes:
    """Tax lines, and the base with what it needs."""

    lines: tuple[CostLine, ...]
    base: int | None
    needs: tuple[str, ...]


def taxes(
    book: RuleBook, rules: DestinationRules, entry: Entry, valued: Valued, parts: Parts, rates: Rates
) -> Taxes:  # fmt: skip
    """Import tax of an entry; none where the country has none at import."""
    rule = rules.get("tax_base")
    if rule is None:
        begins = book.begins(entry.destination, "tax_base")
        if untaxed(book, entry.destination, entry.on):
            return Taxes((), None, ("the country has no tax on imports",))
        why = "the rule book has none" if begins is None else f"the rule book begins on {begins}"
        needs = (f"the tax rules of {rules.name} on {entry.on}: {why}",)
        return Taxes(tuple(_unknown(rules, g, needs) for g in entry.goods), None, needs)
    bases = [_base(rule, rules, entry, g, valued, parts, i) for i, g in enumerate(entry.goods)]
    needs = tuple(dict.fromkeys((*valued.needs, *_extra_needs(rule, entry, parts, bases, valued))))
    known = [_shown(book, rules, entry, g, b) for g, b in zip(entry.goods, bases, strict=True) if b is not None]
    base = sum(known) if len(known) == len(bases) else None
    lines = [_line(book, rules, entry, g, b, valued, rates, needs) for g, b in zip(entry.goods, bases, strict=True)]
    finished = _waived(rules, valued, rates, _summed(rules, lines))
    return Taxes(tuple(finished), base, () if base is not None else needs)


def untaxed(book: RuleBook, destination: str, on: date) -> bool:
    """Whether a country without a rule of a tax base has no tax on imports: it has rules of imports, but none of a tax by now."""
    begins = book.begins(destination, "tax_base")
    return book.begins(destination, "customs_value") is not None if begins is None else on >= begins


def _base(
    rule: Value, rules: DestinationRules, entry: Entry, goods: Goods, valued: Valued, parts: Parts, i: int
) -> int | None:
    if "needs" in rule.data and not entry.fees:
        return None
    customs = valued.customs[i]
    amounts: dict[str, int | None] = {
        "customs_value": customs, "duty": parts.duty[i], "surcharge": parts.surcharge[i],
        "freight": valued.freight[i], "insurance": valued.insurance[i], "onward": parts.onward[i],
        "rule_fees": parts.rule_fees[i], "given_fees": parts.given_fees[i],
    }  # fmt: skip
    wanted = [amounts[name] for name in rule.names("parts")]
    known = [a for a in wanted if a is not None]
    if len(known) < len(wanted) or customs is None:
        return None
    total = sum(known)
    if "uplift_percent" in rule.data and goods.origin not in rule.names("uplift_not_origins"):
        total += round_half_away(customs * rule.number("uplift_percent") / 100)
    return total


def _shown(book: RuleBook, rules: DestinationRules, entry: Entry, goods: Goods, base: int) -> int:
    """The base as the law states it: rounded where the country does, with the tax itself where it is part of it."""
    shown = to_step(base, rules.get("tax_round"), rules.currency, "base_step", "base_how")
    rule = rules.get("tax_base")
    rate = _rate(book, rules, entry, goods)[1]
    if rule is not None and rule.data.get("inside") and rate is not None:
        return round_half_away(shown / (1 - rate))
    return shown


def _extra_needs(
    rule: Value, entry: Entry, parts: Parts, bases: list[int | None], valued: Valued
) -> tuple[str, ...]:  # fmt: skip
    if all(b is not None for b in bases):
        return ()
    needs = [rule.text("needs")] if "needs" in rule.data and not entry.fees else []
    if any(d is None for d in parts.duty):
        needs.append("the duty")
    if "freight" in rule.names("parts") and any(f is None for f in valued.freight):
        needs.append("freight to the border")
    if "insurance" in rule.names("parts") and any(f is None for f in valued.insurance):
        needs.append("insurance")
    return tuple(needs)


def _line(
    book: RuleBook, rules: DestinationRules, entry: Entry, goods: Goods, base: int | None, valued: Valued,
    rates: Rates, needs: tuple[str, ...],
) -> CostLine:  # fmt: skip
    label, rate, basis, note = _rate(book, rules, entry, goods)
    relief = _relief(rules, entry, goods, valued, rates)
    if isinstance(relief, Value):
        text = f"{label} relief up to {relief.text('limit')} {relief.text('currency')}"
        return CostLine("import_tax", text, 0, rules.currency, relief.basis, item=goods.item, note=relief.note)
    ask = ((relief,) if relief else ()) + (() if rate is not None else (f"tax rate in {rules.name}",))
    if base is None or rate is None or ask:
        said = tuple(dict.fromkeys((*(needs if base is None else ()), *ask))) or ("a person",)
        return _unknown(rules, goods, said, basis, label)
    rounding = rules.get("tax_round")
    taxed = to_step(base, rounding, rules.currency, "base_step", "base_how")
    inside = bool((b := rules.get("tax_base")) and b.data.get("inside"))
    exact = taxed * rate / (1 - rate) if inside else taxed * rate
    amount = _amount(rules, exact)
    seller = [v for _, v in rules.starting("tax_by_seller") if applies(v, entry, valued.totals, rates) is True]
    said = "collected by the seller at the sale" if seller and reaches_chapter(seller[0], digits(goods.hs)) else ""
    shown = f"{major(taxed, rules.currency)} {rules.currency}" + (" (tax inside)" if inside else "")
    return CostLine(
        "import_tax", label, amount, rules.currency, basis, shown, percent_text(rate), item=goods.item,
        recoverable=entry.recoverable, note="; ".join(n for n in (said, note) if n),
    )  # fmt: skip


def _rate(
    book: RuleBook, rules: DestinationRules, entry: Entry, goods: Goods
) -> tuple[str, Fraction | None, Basis, str]:  # fmt: skip
    rule = rules.get("tax_rate")
    label = rule.text("label", "Import tax") if rule else "Import tax"
    if goods.tax_rate is not None:
        return label, goods.tax_rate, GIVEN, ""
    own = book.tariff.own_rate(entry.destination, digits(goods.hs), goods.origin, entry.on)
    if own is not None and own.tax_percent:
        return label, Fraction(own.tax_percent) / 100, own.basis, ""
    if rule is None:
        return label, None, Basis(f"{rules.code.lower()}.tax_rate"), ""
    return label, rule.number("percent") / 100, rule.basis, rule.note


def _relief(rules: DestinationRules, entry: Entry, goods: Goods, valued: Valued, rates: Rates) -> Value | str:
    asked = ""
    for _, rule in rules.starting("tax_relief"):
        if reaches_chapter(rule, digits(goods.hs)):
            answer = applies(rule, entry, valued.totals, rates)
            if answer is True:
                return rule
            asked = asked or (answer if isinstance(answer, str) else "")
    return asked


def _amount(rules: DestinationRules, exact: Fraction) -> int:
    """The tax of one line before the total is rounded: national and local part where the country has both."""
    rounding, split = rules.get("tax_round"), rules.get("tax_split")
    if split is None:
        by_line = rounding if rounding is not None and rounding.text("each") == "line" else None
        return to_step(exact, by_line, rules.currency)
    return int(exact * split.number("national"))


def _summed(rules: DestinationRules, lines: list[CostLine]) -> list[CostLine]:
    rounding, split = rules.get("tax_round"), rules.get("tax_split")
    if split is None or any(line.amount is None for line in lines):
        return lines
    national = [line.amount or 0 for line in lines]
    rounded = [to_step(n, rounding, rules.currency) for n in national]
    local = [int(n * split.number("local")) for n in rounded]
    whole, rest = to_step(sum(national), rounding, rules.currency), to_step(sum(local), rounding, rules.currency)
    result: list[CostLine] = []
    for line, n, part in zip(lines, share(whole, national), share(rest, local), strict=True):
        result.append(_replaced(line, f"{line.label}, national", n))
        result.append(_replaced(line, f"{line.label}, local", part))
    return result


def _replaced(line: CostLine, label: str, amount: int) -> CostLine:
    return dataclasses.replace(line, label=label, amount=amount)


def _waived(rules: DestinationRules, valued: Valued, rates: Rates, lines: list[CostLine]) -> list[CostLine]:
    waiver = rules.get("tax_waiver")
    total = sum(line.amount or 0 for line in lines)
    if waiver is None or not total or any(line.amount is None for line in lines):
        return lines
    below = limit_in(waiver, valued.totals, rates, "below")
    if isinstance(below, str) or not (total < below or (total == below and waiver.data.get("inclusive"))):
        return lines
    note = f"{major(total, rules.currency)} {rules.currency} is too small to be collected"
    return [
        CostLine("import_tax", line.label, 0, rules.currency, waiver.basis, item=line.item, note=note) for line in lines
    ]


def _unknown(
    rules: DestinationRules, goods: Goods, needs: tuple[str, ...], basis: Basis | None = None, label: str = ""
) -> CostLine:
    rule = rules.get("tax_rate")
    name = label or (rule.text("label") if rule else "Import tax")
    found = basis or (rule.basis if rule else Basis(f"{rules.code.lower()}.tax_rate"))
    return CostLine("import_tax", name, None, rules.currency, found, needs=needs, item=goods.item)
