"""Published landed-cost sums through the product's own rule book and engines.

    python -m benchmarks.landed_cases [--file cases.json] [--show] [--open]

Any file of schema landed-case/1. A case's facts become an entry; thresholds, valuation, roundings and fees come from the rule
book of the day. ``exact``: every expected figure within the case's tolerance; ``needs_person``: the product asks instead of
answering (a figure it does not have, a fact of the case it does not read, a rule nobody has confirmed); ``wrong``: it answers
something else.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.report import report
from entrepot.core.errors import ProblemError
from entrepot.core.money import exponent
from entrepot.engines.duty import Assessment, Entry, Goods, Rates, assess
from entrepot.rules import rule_book
from entrepot.rules.fx import ExchangeRates
from entrepot.workflows.not_computable import not_computable

PUBLISHED = Path(__file__).resolve().parent.parent / "tests" / "acceptance" / "landed" / "published.toml"
CASE = {
    "id", "title", "destination", "origin", "entry_date", "regime", "mode", "currency", "lines", "freight", "insurance",
    "fx", "tax_rate", "given", "expected", "tolerance", "source", "source_kind", "note",
}  # fmt: skip
LINE = {
    "description",
    "quantity",
    "value",
    "currency",
    "duty_rate",
    "tax_rate",
    "hs",
    "origin",
    "item",
    "net_weight_kg",
}
GIVEN = {
    "freight_currency", "insurance_currency", "income_tax_rate", "importer_tax_number", "value_is_customs_value", "mode",
    "onward", "programme",
}  # fmt: skip
NAMES = {
    "vat": "import_tax", "gst": "import_tax", "igst": "import_tax", "icms": "import_tax", "total": "charges",
    "payable": "charges", "computed": "computed_charges", "hmf": "harbor_maintenance_fee",
    "mpf": "merchandise_processing_fee", "sws": "social_welfare_surcharge", "bcd": "duty", "total_tax": "charges",
    "customs_duty": "duty", "import_vat": "import_tax", "landed_cost": "landed", "consumption_tax": "import_tax",
}  # fmt: skip


class NotRead(Exception):
    """The case has a fact or asks for a figure that the product does not know."""


def run(case: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """``exact``, ``needs_person`` or ``wrong``, and each expected figure with what the product says."""
    try:
        assessment, rates = assessed(case)
    except (NotRead, ProblemError) as error:
        return "needs_person", {"case": str(error)}
    seen: dict[str, Any] = {}
    verdicts: list[str] = []
    for name, expected in case["expected"].items():
        verdict, found = compare(assessment, rates, case, str(NAMES.get(name, name)), expected)
        seen[name] = (expected, found)
        verdicts.append(verdict)
    worst = next((v for v in ("wrong", "needs_person") if v in verdicts), "exact")
    return worst, seen


def compare(
    assessment: Assessment, rates: Rates, case: dict[str, Any], name: str, expected: float
) -> tuple[str, Any]:  # fmt: skip
    """One expected figure against the product's."""
    figure = assessment.figures.get(name)
    if figure is None:
        return "needs_person", f"no figure {name}"
    if figure.amount is None:
        return "needs_person", "; ".join(figure.needs)
    if figure.confidence == "unconfirmed":
        return "needs_person", "rests on a rule that is not confirmed"
    back = rates(assessment.currency, case["currency"])
    if back is None:
        return "needs_person", f"exchange rate {assessment.currency} to {case['currency']}"
    found = Fraction(figure.amount, 10 ** exponent(assessment.currency)) * back
    near = abs(found - Fraction(str(expected))) <= Fraction(str(case["tolerance"])) + Fraction(1, 10**9)
    return ("exact" if near else "wrong"), round(float(found), 6)


def assessed(case: dict[str, Any]) -> tuple[Assessment, Rates]:
    """The case's facts through the product."""
    if unknown := sorted(set(case) - CASE):
        raise NotRead(f"fields {unknown}")
    given = dict(case.get("given", {}))
    fees = {k: v for k, v in given.items() if k.endswith("_fee")}
    if unknown := sorted(set(given) - GIVEN - set(fees)):
        raise NotRead(f"given {unknown}")
    rates = _rates(case)
    own = case["currency"]
    book = rule_book()
    country = book.countries.get(case["destination"])
    target = country.currency if country else own
    back = rates(own, target)
    if back is None and (fees or "onward" in given):
        raise NotRead(f"exchange rate {own} to {target}")
    entry = Entry(
        case["destination"], date.fromisoformat(case["entry_date"]), tuple(_goods(case, n) for n in case["lines"]),
        regime=case.get("regime", "commercial"), mode=case.get("mode", given.get("mode", "")),
        freight=_minor(case.get("freight"), given.get("freight_currency", own)),
        freight_currency=given.get("freight_currency", own),
        insurance=_minor(case.get("insurance"), given.get("insurance_currency", own)),
        insurance_currency=given.get("insurance_currency", own),
        onward=_minor(_times(given.get("onward", 0), back), target) or 0,
        fees={k: _minor(_times(v, back), target) or 0 for k, v in fees.items()},
        value_is_customs_value=bool(given.get("value_is_customs_value")),
        income_tax_rate=_fraction(given.get("income_tax_rate")), importer_tax_number=given.get("importer_tax_number"),
    )  # fmt: skip
    return assess(book, entry, rates), rates


def _goods(case: dict[str, Any], line: dict[str, Any]) -> Goods:
    if unknown := sorted(set(line) - LINE):
        raise NotRead(f"line fields {unknown}")
    currency = line.get("currency", case["currency"])
    weight = line.get("net_weight_kg")
    return Goods(
        line.get("item", line.get("description", "")), int(line.get("quantity", 1)), _minor(line.get("value"), currency),
        currency, hs=str(line.get("hs", "")), origin=line.get("origin", case.get("origin", "")),
        net_grams=None if weight is None else round(weight * 1000), programme=case.get("given", {}).get("programme", ""),
        duty_rate=_fraction(line.get("duty_rate")), tax_rate=_fraction(line.get("tax_rate", case.get("tax_rate"))),
        description=line.get("description", ""),
    )  # fmt: skip


def _rates(case: dict[str, Any]) -> Rates:
    table: dict[tuple[str, str], Fraction] = {}
    for pair, value in case.get("fx", {}).items():
        a, b = pair.split("/")
        table[a, b] = Fraction(str(value))
        table.setdefault((b, a), 1 / Fraction(str(value)))
    published = ExchangeRates().for_day(date.fromisoformat(case["entry_date"]))

    def rate(a: str, b: str) -> Fraction | None:
        return Fraction(1) if a == b else table.get((a, b)) or published(a, b)

    return rate


def _minor(amount: Any, currency: str) -> int | None:
    return None if amount is None else round(Fraction(str(amount)) * 10 ** exponent(currency))


def _times(amount: Any, rate: Fraction | None) -> Any:
    return amount if rate is None or rate == 1 else Fraction(str(amount)) * rate


def _fraction(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def read(file: Path) -> list[dict[str, Any]]:
    """Cases of a file: JSON of schema landed-case/1, or TOML with the same fields and the page where a case was read."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".toml":
        return [{k: v for k, v in case.items() if k != "address"} for case in tomllib.loads(text)["case"]]
    content = json.loads(text)
    if content.get("schema") != "landed-case/1":
        raise SystemExit(f"{file.name}: the schema is {content.get('schema')!r}, not landed-case/1")
    return list(content["cases"])


def main() -> None:
    """Runs a file and prints the counts as one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--file", type=Path, default=PUBLISHED, help="JSON or TOML; the project's own table unless said"
    )
    parser.add_argument("--show", action="store_true", help="every case with its figures")
    parser.add_argument("--open", action="store_true", help="what the rule book cannot compute, and why")
    options = parser.parse_args()
    cases = read(options.file)
    counts = {"exact": 0, "needs_person": 0, "wrong": 0}
    for case in cases:
        verdict, seen = run(case)
        counts[verdict] += 1
        if options.show or verdict != "exact":
            print(case["id"], verdict, seen)
    if options.open:
        for one in not_computable(rule_book()):
            print(
                f"{one.kind}: {one.where}: {one.what} ({one.since or ''} – {one.until or ''}): {one.why} [{one.source}]"
            )
    report(cases=len(cases), **counts)


if __name__ == "__main__":
    main()
