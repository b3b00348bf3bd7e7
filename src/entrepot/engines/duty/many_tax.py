"""Fees, surcharge and import tax of many rows with the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from entrepot.core.money import exponent
from entrepot.engines.duty.columns import Flags, Whole, by, scaled, to_steps
from entrepot.engines.duty.many_rules import Rows, below, first_relief
from entrepot.engines.duty.taxes import untaxed
from entrepot.rules import DestinationRules, RuleBook, Value


def surcharge(rules: DestinationRules, duty: Whole) -> Whole:
    """Surcharge on the duty."""
    rule = rules.get("duty_surcharge")
    return np.zeros(len(duty), dtype=np.int64) if rule is None else by(duty, rule.number("percent") / 100)


def fees(rows: Rows, customs: Whole, known: Flags, added: Flags) -> tuple[Whole, Whole, Flags]:
    """Fees of the border, what of them is taxed, and where they are known; ``added``: rows that bear an added duty."""
    total, taxed = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    sure = np.ones(len(rows), dtype=np.bool_)
    for _, rule in rows.rules.starting("fee_"):
        modes = rule.names("modes")
        if modes and rows.mode and rows.mode not in modes:
            continue
        due = np.ones(len(rows), dtype=np.bool_)
        if "over" in rule.data:
            due = customs > _minor(rule, "over", rows.rules.currency)
            if "over_added" in rule.data:
                due |= added & (customs > _minor(rule, "over_added", rows.rules.currency))
        if "upto" in rule.data:
            due &= customs <= _minor(rule, "upto", rows.rules.currency)
            if "upto_added" in rule.data:
                due &= ~(added & (customs > _minor(rule, "upto_added", rows.rules.currency)))
        amount = _amount(rows, rule, customs)
        total = total + np.where(due, amount, 0)
        if rule.data.get("in_tax_base"):
            taxed = taxed + np.where(due, amount, 0)
        if modes and not rows.mode:
            sure &= ~due
        sure &= ~due | known
    return total, taxed, sure


def _amount(rows: Rows, rule: Value, customs: Whole) -> Whole:
    if "amount" in rule.data:
        return np.full(len(rows), _minor(rule, "amount", rows.rules.currency), dtype=np.int64)
    rate = rule.number("percent") / 100
    if "minimum" not in rule.data:
        return by(customs, rate)
    least, most = _minor(rule, "minimum", rows.rules.currency), _minor(rule, "maximum", rows.rules.currency)
    return np.clip(by(customs, rate), round(least), round(most))


def _minor(rule: Value, name: str, currency: str) -> int:
    return int(rule.number(name) * 10 ** exponent(currency))


def import_tax(
    book: RuleBook, rows: Rows, parts: Mapping[str, Whole], known: Flags, own: list[tuple[Flags, Fraction]]
) -> tuple[Whole, Flags, Flags]:
    """Import tax, where it is known, and where its base is."""
    rules, nothing = rows.rules, np.zeros(len(rows), dtype=np.int64)
    rule = rules.get("tax_base")
    if rule is None:
        none = untaxed(book, rules.code, rules.on)
        return nothing, np.full(len(rows), none), np.zeros(len(rows), dtype=np.bool_)
    base = nothing
    for name in rule.names("parts"):
        base = base + parts.get(name, nothing)
    if "uplift_percent" in rule.data:
        uplift = by(parts["customs_value"], rule.number("uplift_percent") / 100)
        barred = np.array([o in rule.names("uplift_not_origins") for o in rows.origin.labels], dtype=np.bool_)
        base = base + np.where(barred[rows.origins], 0, uplift)
    sure = known & ("needs" not in rule.data)
    general = rules.get("tax_rate")
    tax, rated = nothing, np.zeros(len(rows), dtype=np.bool_)
    if general is not None:
        tax, rated = _tax(rules, base, general.number("percent") / 100), np.ones(len(rows), dtype=np.bool_)
    for mine, rate in own:
        tax, rated = np.where(mine, _tax(rules, base, rate), tax), rated | mine
    free, ask = first_relief("tax_relief", rows)
    tax = np.where(free, 0, tax)
    tax_known = np.where(free, True, sure & rated & ~ask)
    waiver = rules.get("tax_waiver")
    if waiver is not None:
        tax = np.where(tax_known & (tax > 0) & below(waiver, tax, rows), 0, tax)
    return tax, tax_known, sure


def _tax(rules: DestinationRules, base: Whole, rate: Fraction) -> Whole:
    rounding, split, rule = rules.get("tax_round"), rules.get("tax_split"), rules.get("tax_base")
    if rounding is not None and "base_step" in rounding.data:
        size = int(rounding.number("base_step") * 10 ** exponent(rules.currency))
        base = to_steps(base, 1, 1, size, rounding.text("base_how", "nearest"))
    if rule is not None and rule.data.get("inside"):
        rate = rate / (1 - rate)
    if split is not None:
        return _parts(rules, base, rate, split, rounding)
    if rounding is not None and rounding.text("each") == "line":
        size = int(rounding.number("step") * 10 ** exponent(rules.currency))
        return to_steps(base, rate.numerator, rate.denominator, size, rounding.text("how", "nearest"))
    return scaled(base, rate.numerator, rate.denominator)


def _parts(rules: DestinationRules, base: Whole, rate: Fraction, split: Value, rounding: Value | None) -> Whole:
    """National part cut to whole units, then to the step; the local part from what is left of it."""
    share = rate * split.number("national")
    national = base * share.numerator // share.denominator
    if rounding is not None:
        size = int(rounding.number("step") * 10 ** exponent(rules.currency))
        how = rounding.text("how", "nearest")
        national = to_steps(national, 1, 1, size, how)
        local = national * split.number("local").numerator // split.number("local").denominator
        return national + to_steps(local, 1, 1, size, how)
    return national + national * split.number("local").numerator // split.number("local").denominator
