"""Duty of every goods line: relief, flat and simplified rates, ordinary and added duties, waiver, surcharge."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from fractions import Fraction

from entrepot.core.cost_lines import Basis, CostLine
from entrepot.core.money import exponent, major, round_half_away
from entrepot.core.percent import percent_text
from entrepot.engines.duty.added import added_duties
from entrepot.engines.duty.charge import charge
from entrepot.engines.duty.model import Entry, Finding, Goods, Rates, Reach
from entrepot.engines.duty.ordinary import Ordinary, ordinary_rate
from entrepot.engines.duty.rounding import share, to_step
from entrepot.engines.duty.value import Valued
from entrepot.engines.duty.within import Totals, applies, limit_in, reaches_chapter
from entrepot.rules import DestinationRules, RuleBook, Value
from entrepot.rules.tariff import digits


@dataclass(slots=True)
class Duties:
    """Duty found so far. ``for_base``: what of it belongs to the tax base, per goods line; ``None`` = not known."""

    lines: list[CostLine] = field(default_factory=list[CostLine])
    for_base: list[int | None] = field(default_factory=list[int | None])
    findings: list[Finding] = field(default_factory=list[Finding])
    notes: list[str] = field(default_factory=list[str])
    simplified: bool = False
    """A simplified duty stands in for the tariff and for the advance income tax."""

    def needs(self) -> tuple[str, ...]:
        """All that is needed to know the duty."""
        return tuple(dict.fromkeys(n for line in self.lines for n in line.needs))

    @property
    def total(self) -> int | None:
        """Duty payable, or ``None``."""
        return None if self.needs() else sum(line.amount or 0 for line in self.lines)


def duties(book: RuleBook, rules: DestinationRules, entry: Entry, valued: Valued, rates: Rates) -> Duties:
    """Duties of an entry, in the destination's currency."""
    result = _at_once(rules, entry, valued, rates)
    if result is None:
        result = Duties()
        for i, goods in enumerate(entry.goods):
            _line(book, rules, entry, valued, rates, goods, i, result)
        _round_total(rules, result)
    return _waived(rules, entry, valued, rates, result)


def _at_once(rules: DestinationRules, entry: Entry, valued: Valued, rates: Rates) -> Duties | None:
    flat = rules.get("flat_duty")
    if flat is not None and applies(flat, entry, valued.totals, rates) is True:
        return _flat(rules, entry, flat, rates)
    if any(g.duty_rate is not None for g in entry.goods):
        return None
    for _, rule in rules.starting("simplified_duty"):
        if applies(rule, entry, valued.totals, rates) is True:
            return _simplified(rules, entry, valued, rates, rule)
    return None


def _flat(rules: DestinationRules, entry: Entry, flat: Value, rates: Rates) -> Duties:
    amount, result, seen = limit_in(flat, Totals(None, None, rules.currency), rates, "amount"), Duties(), set[str]()
    for goods in entry.goods:
        code = digits(goods.hs)[:6]
        base = f"heading {code}"
        if len(code) < 6 or isinstance(amount, str):
            needs = ("HS code of six digits",) if len(code) < 6 else (str(amount),)
            result.lines.append(_unknown("Flat duty", rules, flat.basis, needs, goods.item))
            result.for_base.append(None)
            continue
        charged = 0 if code in seen else round_half_away(amount)
        note = "counted once for each heading" if code in seen else ""
        seen.add(code)
        text = f"{flat.text('amount')} {flat.text('currency')} for {base}"
        result.lines.append(
            CostLine("duty", "Flat duty", charged, rules.currency, flat.basis, rate=text, item=goods.item, note=note)
        )
        result.for_base.append(charged)
    return result


def _simplified(
    rules: DestinationRules, entry: Entry, valued: Valued, rates: Rates, rule: Value
) -> Duties:  # fmt: skip
    measured = valued.totals.cif if rule.text("measured") == "cif" else valued.totals.goods
    own = rule.text("currency", rules.currency)
    rate = Fraction(1) if own == rules.currency else rates(own, rules.currency)
    needs = tuple(valued.needs) + ((f"exchange rate {own} to {rules.currency}",) if rate is None else ())
    if measured is None or rate is None or any(c is None for c in valued.customs):
        return _all_unknown("Simplified duty", rules, rule, entry, needs or ("value of the goods",))
    unit = rate * 10 ** exponent(rules.currency)
    band = next((b for b in rule.data["bands"] if measured <= Fraction(str(b["upto"])) * unit), None)
    if band is None:
        return _all_unknown("Simplified duty", rules, rule, entry, ("the ordinary regime: above the simplified one",))
    customs = [c or 0 for c in valued.customs]
    percent, less = Fraction(str(band["percent"])), Fraction(str(band["less"])) * unit
    whole = to_step(max(Fraction(0), sum(customs) * percent / 100 - less), rules.get("duty_round"), rules.currency)
    result, text = (
        Duties(simplified=True),
        percent_text(percent / 100) + (f" less {band['less']} {own}" if less else ""),
    )
    for goods, part, base in zip(entry.goods, share(whole, customs), customs, strict=True):
        shown = f"{major(base, rules.currency)} {rules.currency}"
        result.lines.append(
            CostLine(
                "duty",
                "Simplified duty",
                part,
                rules.currency,
                rule.basis,
                shown,
                text,
                item=goods.item,
                note=rule.note,
            )
        )
        result.for_base.append(part)
    return result


def _line(
    book: RuleBook, rules: DestinationRules, entry: Entry, valued: Valued, rates: Rates, goods: Goods, i: int,
    result: Duties,
) -> None:  # fmt: skip
    relief = _relief(rules, entry, valued, rates, goods)
    if relief is True:
        name = next(v for _, v in rules.starting("duty_relief") if applies(v, entry, valued.totals, rates) is True)
        limit = f"up to {name.text('limit')} {name.text('currency')}"
        result.lines.append(
            CostLine("duty", f"Duty relief {limit}", 0, rules.currency, name.basis, item=goods.item, note=name.note)
        )
        result.for_base.append(0)
        return
    ordinary = ordinary_rate(book, rules, entry, goods)
    value = valued.customs[i]
    ask = (relief,) if isinstance(relief, str) else ()
    if value is None:
        result.lines.append(_unknown("Duty", rules, ordinary.basis, (*valued.needs, *ask, *ordinary.needs), goods.item))
        result.for_base.append(None)
        return
    customs = rules.get("customs_value")
    base = to_step(value, customs, rules.currency, "round_step", "round_how") if customs else value
    before = len(result.lines)
    _ordinary(rules, entry, goods, base, ordinary, rates, ask, result)
    for finding in added_duties(book, entry, goods, ordinary):
        result.findings.append(finding)
        _added(rules, goods, base, finding, result)
    own = result.lines[before:]
    known = all(line.known for line in own)
    rounding = rules.get("duty_round")
    total = sum(line.amount or 0 for line in own)
    result.for_base.append(to_step(total, rounding, rules.currency, "for_base") if known else None)


def _relief(rules: DestinationRules, entry: Entry, valued: Valued, rates: Rates, goods: Goods) -> bool | str:
    """Whether the line is free by a value limit; a text where that is not known."""
    asked = ""
    for _, rule in rules.starting("duty_relief"):
        if reaches_chapter(rule, digits(goods.hs)):
            answer = applies(rule, entry, valued.totals, rates)
            if answer is True:
                return True
            asked = asked or (answer if isinstance(answer, str) else "")
    return asked or False


def _ordinary(
    rules: DestinationRules, entry: Entry, goods: Goods, value: int, ordinary: Ordinary, rates: Rates,
    ask: tuple[str, ...], result: Duties,
) -> None:  # fmt: skip
    shown = f"{major(value, rules.currency)} {rules.currency}"
    free = ordinary.rate is not None and ordinary.rate.percent == 0
    if ordinary.rate is None or (ask and not free):
        result.lines.append(_unknown("Duty", rules, ordinary.basis, (*ordinary.needs, *ask), goods.item, ordinary.note))
        return
    charged = charge(ordinary.rate, goods, value, rules.currency, rates)
    if charged.amount is None:
        result.lines.append(_unknown("Duty", rules, ordinary.basis, charged.needs, goods.item, ordinary.note))
        return
    rounding = rules.get("duty_round")
    by_line = rounding if rounding is not None and rounding.text("each") != "total" else None
    whole_yen = rounding is not None and by_line is None
    amount = int(charged.amount) if whole_yen else to_step(charged.amount, by_line, rules.currency)
    label = "Duty, added duties included" if ordinary.whole else "Duty"
    result.lines.append(
        CostLine(
            "duty", label, amount, rules.currency, ordinary.basis, shown, ordinary.rate.text, item=goods.item,
            note=ordinary.note,
        )
    )  # fmt: skip


def _added(rules: DestinationRules, goods: Goods, value: int, finding: Finding, result: Duties) -> None:
    basis = finding.basis or Basis(finding.measure)
    if finding.reach is Reach.UNSETTLED:
        result.lines.append(_unknown(finding.name, rules, basis, (finding.text,), goods.item))
    elif finding.reach is Reach.CHARGED and finding.rate is not None:
        # Points taken off a tariff leave nothing less than free.
        so_far = sum(line.amount or 0 for line in result.lines if line.item == goods.item)
        amount = max(round_half_away(value * finding.rate), -so_far)
        shown = f"{major(value, rules.currency)} {rules.currency}"
        result.lines.append(
            CostLine(
                "duty", finding.name, amount, rules.currency, basis, shown, percent_text(finding.rate), item=goods.item
            )
        )


def _round_total(rules: DestinationRules, result: Duties) -> None:
    """Rounds the sum of all lines where the country does that; the lines keep the sum."""
    rounding = rules.get("duty_round")
    if rounding is None or rounding.text("each") != "total" or result.total is None:
        return
    whole = to_step(result.total, rounding, rules.currency)
    parts = share(whole, [line.amount or 0 for line in result.lines])
    result.lines = [dataclasses.replace(line, amount=p) for line, p in zip(result.lines, parts, strict=True)]


def _waived(rules: DestinationRules, entry: Entry, valued: Valued, rates: Rates, result: Duties) -> Duties:
    waiver, total = rules.get("duty_waiver"), result.total
    if waiver is None or not total:
        return result
    below = limit_in(waiver, valued.totals, rates, "below")
    if isinstance(below, str) or not (total < below or (total == below and waiver.data.get("inclusive"))):
        return result
    note = f"{major(total, rules.currency)} {rules.currency} is below {waiver.text('below')}: not collected"
    result.lines = [
        CostLine("duty", "Duty waived", 0, rules.currency, waiver.basis, item=g.item, note=note) for g in entry.goods
    ]
    result.for_base = [0] * len(entry.goods)
    return result


def _all_unknown(label: str, rules: DestinationRules, rule: Value, entry: Entry, needs: tuple[str, ...]) -> Duties:
    result = Duties()
    for goods in entry.goods:
        result.lines.append(_unknown(label, rules, rule.basis, needs, goods.item))
        result.for_base.append(None)
    return result


def _unknown(
    label: str, rules: DestinationRules, basis: Basis, needs: tuple[str, ...], item: str, note: str = ""
) -> CostLine:
    said = tuple(dict.fromkeys(n for n in needs if n)) or ("a person",)
    return CostLine("duty", label, None, rules.currency, basis, needs=said, item=item, note=note)
