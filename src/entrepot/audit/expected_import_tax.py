"""Posting rules of tax on imports: registrations, what papers say of an import, and what came back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from entrepot.audit.expected import Context, Expected, Rule, Source, base, owner

Body = dict[str, Any]
NEVER = "9999-12-31"
SAY_IT = ("cost_bill", "supplier_credit", "opening_balance", "shipment")
"""Documents that may say who imported."""


def tax_registration(context: Context, source: Source, body: Body, expected: Expected) -> None:
    top = body.get("numerator")
    whole = Fraction(0 if body["scheme"] == "flat_rate" else 1)
    share = whole if top is None else Fraction(top, body.get("denominator", 1))
    company = context.registers.company(body.get("company", "")).id
    expected.plain["taxregistration"].append(
        (company, body["country"], body["scheme"], body["number"], body["valid_from"], body.get("valid_to") or NEVER,
         share.numerator, share.denominator, source.recorded_at)
    )  # fmt: skip


def tax_return(context: Context, source: Source, body: Body, expected: Expected) -> None:
    amount, currency = body["amount"], body["currency"]
    expected.plain["taxreturned"].append(
        (source.company, body["country"], currency, amount,
         base(context, amount, currency, source.effective_at, owner(context, source)), body.get("way", "offset"),
         body.get("period_to") or NEVER, source.effective_at, source.recorded_at)
    )  # fmt: skip


def import_terms(source: Source, body: Body, expected: Expected) -> None:
    """The row of what a document says of its import, where it says anything."""
    said = (body.get("importer", ""), body.get("tax_country") or "", body.get("tax_point") or NEVER)
    scheme = body.get("tax_scheme") or ""
    if source.type in SAY_IT and (said != ("", "", NEVER) or scheme):
        expected.plain["importterms"].append((source.company, *said, scheme, source.recorded_at))


IMPORT_TAX_RULES: dict[str, Rule] = {"tax_registration": tax_registration, "tax_return": tax_return}
