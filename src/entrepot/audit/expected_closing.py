"""Posting rules of capitalisation policies, write-downs and budgets."""

from __future__ import annotations

from typing import Any

from entrepot.audit.expected import Context, Expected, Rule, Source
from entrepot.audit.vocabulary import NUMBER_OF


def write_down(context: Context, source: Source, body: dict[str, Any], expected: Expected) -> None:
    for number, line in enumerate(body.get("lines", []), 1):
        expected.plain["writedownline"].append(
            (
                number,
                source.company,
                context.registers.item(line["sku"]),
                line["units"],
                line["cost"],
                line["net_realisable"],
                source.effective_at,
                source.recorded_at,
            )
        )


def budget(context: Context, source: Source, body: dict[str, Any], expected: Expected) -> None:
    for number, line in enumerate(body["lines"], 1):
        expected.plain["budgetline"].append(
            (
                number,
                source.company,
                body["month"][:7],
                line.get("market") or "",
                line["family"],
                line["units"],
                line["amount"],
                body["currency"],
                body.get("numerator", 1),
                body.get("denominator", 1),
                source.recorded_at,
            )
        )


def capitalisation_policy(context: Context, source: Source, body: dict[str, Any], expected: Expected) -> None:
    for number, line in enumerate(body["lines"], 1):
        expected.plain["capitalisationrule"].append(
            (
                number,
                source.company,
                NUMBER_OF[line["component"]],
                int(line["treatment"] == "expense"),
                body["valid_from"],
                source.recorded_at,
            )
        )


CLOSING_RULES: dict[str, Rule] = {
    "write_down": write_down,
    "budget": budget,
    "capitalisation_policy": capitalisation_policy,
}
