"""Assessment of an entry: everything payable at the border, with the rule behind each amount."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from entrepot.core.cost_lines import Basis, CostLine
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import major
from entrepot.engines.duty.duties import Duties, duties
from entrepot.engines.duty.fees import (
    Fee,
    fee_names,
    given_fees,
    income_taxes,
    open_charges,
    rule_fees,
    split_fees,
    surcharges,
)
from entrepot.engines.duty.model import Assessment, Entry, Figure, Rates
from entrepot.engines.duty.rounding import share
from entrepot.engines.duty.taxes import Parts, Taxes, taxes
from entrepot.engines.duty.value import Valued, valued
from entrepot.engines.duty.within import applies, limit_in
from entrepot.rules import DestinationRules, RuleBook


def assess(book: RuleBook, entry: Entry, rates: Rates) -> Assessment:
    """All charges of ``entry`` in the destination's currency.

    ``rates`` gives exchange rates of the day (units of the second currency for one of the first). What is not known
    becomes a line that says what it needs. Raises :class:`~entrepot.core.errors.ProblemError` for a destination the book does not
    have and for an entry without goods.
    """
    _check(book, entry)
    rules = book.destination(entry.destination, entry.on, entry.known_on)
    values = valued(rules, entry, rates)
    free = _free_of_all(rules, entry, values, rates)
    if free is not None:
        return _finish(rules, entry, values, Duties(), Taxes((), None, ()), [], [], [], free)
    duty = duties(book, rules, entry, values, rates)
    extra = surcharges(rules, entry, list(duty.for_base))
    fees = rule_fees(rules, entry, values, rates, duty.findings)
    tax = taxes(book, rules, entry, values, _parts(entry, values, duty, extra, fees), rates)
    income = [] if duty.simplified else income_taxes(rules, entry, tax.base, tax.needs)
    opened = open_charges(rules, entry, values, rates)
    return _finish(rules, entry, values, duty, tax, [*extra, *income], [*fees, *given_fees(rules, entry)], opened, None)


def _check(book: RuleBook, entry: Entry) -> None:
    if entry.destination not in book.countries:
        raise ProblemError(
            Problem(
                "unknown_destination",
                "the rule book has no rules for this country",
                f"use one of {', '.join(sorted(c for c in book.countries if len(c) == 2))}",
                field="destination",
                found=entry.destination,
            )
        )
    if not entry.goods:
        raise ProblemError(Problem("no_goods", "the entry has no goods", "name at least one item", field="goods"))


def _free_of_all(rules: DestinationRules, entry: Entry, values: Valued, rates: Rates) -> list[CostLine] | None:
    """The one line that says that nothing is charged, where the country lets the whole consignment pass."""
    rule = rules.get("no_border_charge")
    answer = applies(rule, entry, values.totals, rates)
    if rule is None or answer is False:
        return None
    limit = f" up to {rule.text('limit')} {rule.text('currency')}" if rule.text("limit") else ""
    label = f"No duty or tax{limit}"
    if isinstance(answer, str):
        return [CostLine("duty", label, None, rules.currency, rule.basis, needs=(answer,))]
    return [CostLine("duty", label, 0, rules.currency, rule.basis)]


def _parts(entry: Entry, values: Valued, duty: Duties, extra: list[CostLine], fees: list[Fee]) -> Parts:
    count = len(entry.goods)
    weights = [g or 0 for g in values.goods]
    return Parts(
        duty=list(duty.for_base),
        surcharge=[line.amount for line in extra] or [0] * count,
        rule_fees=split_fees(fees, count, weights),
        given_fees=share(sum(entry.fees.values()), weights),
        onward=share(entry.onward, weights),
    )


def _finish(
    rules: DestinationRules, entry: Entry, values: Valued, duty: Duties, tax: Taxes, extra: list[CostLine],
    fees: list[Fee], opened: list[tuple[CostLine, tuple[str, ...]]], free: list[CostLine] | None,
) -> Assessment:  # fmt: skip
    income_label = rules.get("income_tax")
    label = income_label.text("label") if income_label else None
    income = [line for line in extra if line.label == label]
    surcharge = [line for line in extra if line not in income]
    figures: dict[str, Figure] = {
        "goods": _plain(values.goods, values.needs),
        "freight": _plain(values.freight, values.needs or ("freight to the border",)),
        "insurance": _plain(values.insurance, values.needs or ("insurance",)),
        "customs_value": _plain(values.customs, values.needs, values.basis),
        "duty": _sum(free if free is not None else duty.lines),
        "import_tax": _sum(() if free is not None else tax.lines),
    }
    if free is None:
        figures["tax_base"] = Figure(tax.base, () if tax.base is not None else tax.needs)
        figures["surcharge"] = _sum(surcharge)
        for name in {line.label for line in surcharge}:
            figures[name.lower().replace(" ", "_")] = _sum(n for n in surcharge if n.label == name)
        if income:
            figures["income_tax"] = _sum(income)
    asked = _sum(free or ())
    for name, rule in fee_names(rules).items():
        figures[name] = Figure(None if asked.needs else 0, asked.needs, (rule.basis,))
    for fee in fees:
        figures[fee.name] = _sum([fee.line])
    for part in ("national", "local"):
        if own := [line for line in tax.lines if line.label.endswith(f", {part}")]:
            figures[f"{part}_tax"] = _sum(own)
    lines = [*(free or []), *duty.lines, *surcharge, *tax.lines, *income, *(f.line for f in fees)]
    for line, affected in opened:
        lines.append(line)
        for name in affected:
            if name in figures:
                figures[name] = Figure(None, (*figures[name].needs, *line.needs), (line.basis,))
    figures["computed_charges"] = _sum(lines)
    lines, figures = _collected(rules, values, lines, figures)
    figures["charges"] = _sum(lines)
    figures["landed"] = _together(figures[n] for n in ("goods", "freight", "insurance", "charges"))
    return Assessment(rules.currency, entry, tuple(lines), figures, tuple(duty.findings), _notes(rules, tax))


def _collected(
    rules: DestinationRules, values: Valued, lines: list[CostLine], figures: dict[str, Figure]
) -> tuple[list[CostLine], dict[str, Figure]]:
    """A floor under which duty and tax together are not collected."""
    waiver, charged = rules.get("charges_waiver"), _sum([n for n in lines if n.component in {"duty", "import_tax"}])
    if waiver is None or not charged.amount:
        return lines, figures
    below = limit_in(waiver, values.totals, lambda _a, _b: None, "below")
    if isinstance(below, str) or charged.amount >= below:
        return lines, figures
    note = f"{major(charged.amount, rules.currency)} {rules.currency} is below {waiver.text('below')}: not collected"
    kept = [
        dataclasses.replace(line, amount=0, basis=waiver.basis, note=note)
        if line.component in {"duty", "import_tax"} else line
        for line in lines
    ]  # fmt: skip
    zero = Figure(0, (), (waiver.basis,))
    return kept, {**figures, "duty": zero, "import_tax": zero}


def _sum(lines: Iterable[CostLine]) -> Figure:
    found = list(lines)
    needs = tuple(dict.fromkeys(n for line in found for n in line.needs))
    basis = tuple(dict.fromkeys(line.basis for line in found))
    return Figure(None if needs else sum(line.amount or 0 for line in found), needs, basis)


def _plain(amounts: tuple[int | None, ...], needs: tuple[str, ...], basis: Basis | None = None) -> Figure:
    known = [a for a in amounts if a is not None]
    of = (basis,) if basis else ()
    return Figure(sum(known), (), of) if len(known) == len(amounts) else Figure(None, needs or ("value",), of)


def _together(figures: Iterable[Figure]) -> Figure:
    found = list(figures)
    needs = tuple(dict.fromkeys(n for f in found for n in f.needs if f.amount is None))
    basis = tuple(dict.fromkeys(b for f in found for b in f.basis))
    return Figure(None if needs else sum(f.amount or 0 for f in found), needs, basis)


def _notes(rules: DestinationRules, tax: Taxes) -> tuple[str, ...]:
    rule = rules.get("not_included")
    notes = [f"Not in the rule book: {rule.text('text')}."] if rule else []
    return (*notes, *(f"{n[0].upper()}{n[1:]}." for n in tax.needs if not tax.lines))
