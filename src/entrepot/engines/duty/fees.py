"""Fees of the border, surcharge on the duty, advance income tax, and charges that only a person can settle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from entrepot.core.cost_lines import Confidence, CostLine
from entrepot.core.money import major, round_half_away
from entrepot.core.percent import percent_text
from entrepot.engines.duty.model import Entry, Finding, Rates, Reach
from entrepot.engines.duty.ordinary import GIVEN
from entrepot.engines.duty.rounding import minor_of, share
from entrepot.engines.duty.value import Valued
from entrepot.engines.duty.within import applies
from entrepot.rules import DestinationRules, Value


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee line with the name under which its figure is kept."""

    name: str
    line: CostLine
    taxed: bool = False


def rule_fees(
    rules: DestinationRules, entry: Entry, valued: Valued, rates: Rates, findings: Iterable[Finding] = ()
) -> list[Fee]:  # fmt: skip
    """Fees of the rule book: percentages with minimum and maximum, by mode and value; ``findings`` are those of added duties."""
    result: list[Fee] = []
    found = tuple(findings)
    known = [c for c in valued.customs if c is not None]
    value = sum(known) if len(known) == len(valued.customs) else None
    for name, rule in rules.starting("fee_"):
        line = _fee(rules, entry, rule, value, valued.needs, _bearing(rules, entry, rule, valued, found))
        if line is not None:
            result.append(Fee(_LONG.get(name, name), line, bool(rule.data.get("in_tax_base"))))
    return result


def _bearing(
    rules: DestinationRules, entry: Entry, rule: Value, valued: Valued, findings: tuple[Finding, ...]
) -> bool | None:
    """Whether a goods line above the rule's lower limit bears an added duty, which then counts as the other side of the rule's
    limit; ``None`` where that is not settled."""
    name = "over_added" if "over_added" in rule.data else "upto_added"
    if name not in rule.data:
        return False
    limit = minor_of(rule, name, rules.currency)
    above = {g.item for g, c in zip(entry.goods, valued.customs, strict=True) if c is not None and c > limit}
    reached = {f.reach for f in findings if f.item in above}
    if Reach.CHARGED in reached:
        return True
    whole = sum(c or 0 for c in valued.customs)
    other = "over" if name == "over_added" else "upto"
    decided = whole > minor_of(rule, other, rules.currency)
    return None if Reach.UNSETTLED in reached and not decided else False


_WHICH_ENTRY = "whether an added duty is charged: then a formal entry, with another fee"
_LONG = {
    "fee_hmf": "harbor_maintenance_fee", "fee_mpf": "merchandise_processing_fee",
    "fee_mpf_informal": "merchandise_processing_fee", "fee_dta": "processing_fee",
}  # fmt: skip


def fee_names(rules: DestinationRules) -> dict[str, Value]:
    """Names of the fees of a country with their rules, whether due or not."""
    return {_LONG.get(name, name): rule for name, rule in rules.starting("fee_")}


def _fee(
    rules: DestinationRules, entry: Entry, rule: Value, value: int | None, needs: tuple[str, ...], bearing: bool | None
) -> CostLine | None:  # fmt: skip
    programmes = rule.names("exempt_programmes")
    if programmes and all(g.programme in programmes for g in entry.goods):
        return None
    modes, label, component = rule.names("modes"), rule.text("label"), rule.text("component", "handling")
    if modes and entry.mode and entry.mode not in modes:
        return None
    if (
        value is not None
        and "over" in rule.data
        and value <= minor_of(rule, "over", rules.currency)
        and bearing is False
    ):
        return None
    if value is not None and "upto" in rule.data:
        if bearing is not False or value > minor_of(rule, "upto", rules.currency):
            return None
    elif value is not None and bearing is None:
        return CostLine(component, label, None, rules.currency, rule.basis, needs=(_WHICH_ENTRY,))
    asked = (*(needs if value is None else ()), *(("mode of transport",) if modes and not entry.mode else ()))
    if value is None or asked:
        said = asked or ("value of the goods",)
        return CostLine(component, label, None, rules.currency, rule.basis, needs=said)
    estimate = rule.basis.confidence is Confidence.UNCONFIRMED
    formal = bool(bearing) and value <= minor_of(rule, "over", rules.currency) if "over" in rule.data else False
    why = f"formal entry: an added duty on goods above {rule.text('over_added')} {rules.currency}" if formal else ""
    if "amount" in rule.data:
        flat, said = round_half_away(minor_of(rule, "amount", rules.currency)), f"{rule.text('amount')} an entry"
        return CostLine(
            component, label, flat, rules.currency, rule.basis, rate=said, estimate=estimate, note=rule.note
        )
    amount, text = value * rule.number("percent") / 100, percent_text(rule.number("percent") / 100)
    if "minimum" in rule.data:
        least, most = minor_of(rule, "minimum", rules.currency), minor_of(rule, "maximum", rules.currency)
        text += f", at least {rule.text('minimum')} and at most {rule.text('maximum')}"
        amount = min(max(amount, least), most)
    shown = f"{major(value, rules.currency)} {rules.currency}"
    return CostLine(
        component,
        label,
        round_half_away(amount),
        rules.currency,
        rule.basis,
        shown,
        text,
        estimate=estimate,
        note="; ".join(n for n in (why, rule.note) if n),
    )


def surcharges(rules: DestinationRules, entry: Entry, duty: list[int | None]) -> list[CostLine]:
    """Surcharge on the duty, per goods line; none where the country has none."""
    rule = rules.get("duty_surcharge")
    if rule is None:
        return []
    rate, result = rule.number("percent") / 100, list[CostLine]()
    for goods, amount in zip(entry.goods, duty, strict=True):
        label = rule.text("label")
        if amount is None:
            result.append(
                CostLine("duty", label, None, rules.currency, rule.basis, needs=("the duty",), item=goods.item)
            )
            continue
        shown = f"{major(amount, rules.currency)} {rules.currency} duty"
        result.append(
            CostLine(
                "duty", label, round_half_away(amount * rate), rules.currency, rule.basis, shown, percent_text(rate),
                item=goods.item,
            )
        )  # fmt: skip
    return result


def income_taxes(rules: DestinationRules, entry: Entry, base: int | None, needs: tuple[str, ...]) -> list[CostLine]:
    """Advance income tax on the import, at the caller's rate; doubled where the law does so without a tax number."""
    rule = rules.get("income_tax")
    if rule is None or (entry.income_tax_rate is None and entry.regime != "commercial"):
        return []
    label = rule.text("label")
    asked: list[str] = list(needs) if base is None else []
    if entry.income_tax_rate is None:
        asked.append("the rate of the advance income tax")
    elif entry.importer_tax_number is None:
        asked.append("whether the importer has a tax number")
    if asked or base is None or entry.income_tax_rate is None:
        said = tuple(asked) or ("tax base",)
        return [
            CostLine("import_tax", label, None, rules.currency, rule.basis, needs=said, recoverable=entry.recoverable)
        ]
    rate, highest = entry.income_tax_rate, rule.number("highest") / 100
    # The statutory rates end at `highest`; a rate above it already contains the doubling.
    if entry.importer_tax_number is False and rate <= highest:
        rate *= rule.number("without_number_factor")
    shown = f"{major(base, rules.currency)} {rules.currency}"
    amount = round_half_away(base * rate)
    return [
        CostLine(
            "import_tax", label, amount, rules.currency, rule.basis, shown, percent_text(rate),
            recoverable=entry.recoverable, note="the rate was given",
        )
    ]  # fmt: skip


def given_fees(rules: DestinationRules, entry: Entry) -> list[Fee]:
    """Charges that the caller knows, such as the carrier's disbursement fee."""
    return [
        Fee(name, CostLine("handling", name.replace("_", " ").capitalize(), amount, rules.currency, GIVEN))
        for name, amount in entry.fees.items()
    ]


def open_charges(
    rules: DestinationRules, entry: Entry, valued: Valued, rates: Rates
) -> list[tuple[CostLine, tuple[str, ...]]]:  # fmt: skip
    """Charges whose amount or collection is not settled, each with the figures that it leaves open."""
    result: list[tuple[CostLine, tuple[str, ...]]] = []
    for _, rule in rules.starting("open_charge"):
        answer = applies(rule, entry, valued.totals, rates)
        if answer is not False:
            needs = (rule.text("needs"),) + ((answer,) if isinstance(answer, str) else ())
            line = CostLine("duty", rule.text("label"), None, rules.currency, rule.basis, needs=needs)
            result.append((line, rule.names("affects")))
    return result


def split_fees(fees: list[Fee], count: int, weights: list[int]) -> list[int | None]:
    """Fees that belong to the tax base, shared over the goods lines."""
    taxed = [f.line for f in fees if f.taxed]
    if any(line.amount is None for line in taxed):
        return [None] * count
    return list(share(sum(line.amount or 0 for line in taxed), weights))
