"""Which rules a jurisdiction can have, and which fields each has.

A rule file with an unknown rule or field is refused when it is read: a misspelt field would silently change a quote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LIMIT = {"limit", "currency", "measured", "regimes", "modes", "above_charged_whole", "not_chapters", "origins"}
RULES: dict[str, tuple[str, frozenset[str]]] = {
    "customs_value": (
        "what the customs value contains: CIF (goods, freight and insurance to the border) or FOB (goods only)",
        frozenset({"basis", "landing_percent", "round_step", "round_how"}),
    ),
    "duty_rate": ("the country's general rate, where it has one", frozenset({"percent", "chapters", "not_chapters"})),
    "duty_relief": ("consignments up to a limit pay no duty", frozenset(_LIMIT)),
    "duty_waiver": ("a duty of less than this is not collected", frozenset({"below", "currency", "inclusive"})),
    "duty_surcharge": ("surcharge on the duty", frozenset({"percent", "label"})),
    "duty_round": ("rounding of the duty", frozenset({"step", "how", "each", "for_base"})),
    "flat_duty": (
        "one amount for each distinct heading of six digits instead of the tariff",
        frozenset({"amount", "currency", "regimes", "limit", "measured"}),
    ),
    "simplified_duty": (
        "one rate for all goods of a regime, by value; 'less' is taken off the duty",
        frozenset({"regimes", "bands", "currency", "measured"}),
    ),
    "tax_rate": ("standard rate of the tax on imports", frozenset({"percent", "label", "ranges"})),
    "tax_base": (
        "what the tax is charged on; 'inside' = the tax is part of its own base",
        frozenset({"parts", "uplift_percent", "uplift_not_origins", "inside", "needs"}),
    ),
    "tax_relief": ("consignments up to a limit pay no tax", frozenset(_LIMIT)),
    "tax_by_seller": ("up to a limit the seller collects the tax at the sale", frozenset(_LIMIT)),
    "tax_waiver": ("a tax of less than this is not collected", frozenset({"below", "currency", "inclusive"})),
    "tax_round": ("rounding of the tax and of its base", frozenset({"step", "how", "each", "base_step", "base_how"})),
    "tax_split": ("a national part of the rate and a local part computed from it", frozenset({"national", "local"})),
    "charges_waiver": (
        "duty and tax together below this are not collected",
        frozenset({"below", "currency", "inclusive", "measured"}),
    ),
    "income_tax": (
        "advance income tax on imports",
        frozenset({"label", "without_number_factor", "highest", "percent", "regimes"}),
    ),
    "no_border_charge": (
        "no duty and no tax at all",
        frozenset({"limit", "currency", "regimes", "not_origins"}),
    ),
    "excise_chapters": ("chapters with an excise that the book does not have", frozenset({"chapters"})),
    "open_charge": (
        "a charge whose amount or collection is not settled: a person decides",
        frozenset({"label", "needs", "affects", "regimes", "limit", "currency", "modes"}),
    ),
    "not_included": ("charges of the border that the book does not have", frozenset({"text"})),
    "export_mode": ("customs mode of an export", frozenset({"label", "refund", "note"})),
    "export_rebate": ("VAT refunded at export", frozenset({"percent", "group"})),
}  # fmt: skip
SEVERAL = (
    "open_charge", "export_mode", "export_rebate", "duty_relief", "tax_relief", "tax_by_seller", "simplified_duty",
)  # fmt: skip
"""Rules of which a jurisdiction can have several at a time: what follows the name tells them apart."""
_FEE = (
    "a fee of the border", frozenset({
        "label", "percent", "amount", "minimum", "maximum", "currency", "modes", "over", "upto", "over_added", "upto_added",
        "component",
        "exempt_programmes", "in_tax_base",
    }),
)  # fmt: skip


def describe(name: str) -> str:
    """What rule ``name`` is about.

    >>> describe("flat_duty")
    'one amount for each distinct heading of six digits instead of the tariff'
    """
    return _entry(name)[0]


def check_value(rule: str, data: Mapping[str, Any]) -> None:
    """Raises ``ValueError`` for a rule or a field that the program does not read.

    >>> check_value("de.tax_rate", {"percnt": "19"})
    Traceback (most recent call last):
    ValueError: de.tax_rate has no field percnt
    """
    _, fields = _entry(rule.split(".", 1)[-1], rule)
    if unknown := sorted(set(data) - fields):
        raise ValueError(f"{rule} has no field {', '.join(unknown)}")


def _entry(name: str, rule: str = "") -> tuple[str, frozenset[str]]:
    if name.startswith("fee_"):
        return _FEE
    for several in SEVERAL:
        if name.startswith(several):
            return RULES[several]
    if name not in RULES:
        raise ValueError(f"there is no rule {rule or name}")
    return RULES[name]
