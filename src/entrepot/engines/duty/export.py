"""VAT refunded at export: what comes back, what stays in the cost, when it is provisional."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from entrepot.core.cost_lines import CostLine
from entrepot.core.money import major, round_half_away
from entrepot.core.percent import percent_text
from entrepot.rules import RuleBook
from entrepot.rules.export_rebates import need_of, rebate_rate


def export_rebate(
    book: RuleBook,
    group: str,
    invoice: int,
    on: date,
    mode: str = "",
    vat: Fraction = Fraction(13, 100),
    known_on: date | None = None,
    hs: str = "",
) -> tuple[CostLine, CostLine]:
    """The refund of a trader's export, and the input VAT that is not refunded and belongs to the cost.

    ``invoice`` is the supplier's price with VAT in fen; the base is the price without VAT. ``group`` names the goods as the
    rule book does (``general``, ``batteries``, ``solar``, ``metals``); ``on`` is the export day of the declaration;
    ``mode`` the customs mode, by which a refund may be provisional. ``hs`` names the goods by heading instead, with an empty
    group. A group, heading or day that the book does not have gives lines that say what they need.

    Source: refund = price without VAT × rebate rate; the rest of the input VAT is cost (docs/methods/duty.md).

    >>> from entrepot.rules import rule_book
    >>> refund, kept = export_rebate(rule_book(), "batteries", 113_000, date(2026, 11, 22), mode="9810")
    >>> refund.amount, kept.amount, refund.note
    (-6000, 7000, 'on departure, provisional (code HWC-YT); settled after sale')
    >>> export_rebate(rule_book(), "batteries", 113_000, date(2027, 1, 1))[0].amount
    0
    >>> export_rebate(rule_book(), "", 113_000, date(2026, 11, 22), hs="9503.00.89")[0].amount
    -13000
    """
    rule = book.value("CN", f"export_rebate_{group}", on, known_on) if group else rebate_rate(book, hs, on, known_on)
    if rule is None:
        needs = (f"the rebate rate of {group!r} on {on}" if group else need_of(hs, on),)
        return (
            CostLine("rebate", "Export VAT refund", None, "CNY", needs=needs),
            CostLine("rebate", "Input VAT not refunded", None, "CNY", needs=needs),
        )
    base = round_half_away(invoice / (1 + vat))
    rate = rule.number("percent") / 100
    refund = round_half_away(base * rate)
    shown, terms = f"{major(base, 'CNY')} CNY", book.value("CN", f"export_mode_{mode}", on, known_on) if mode else None
    note = terms.text("refund") if terms is not None else ""
    return (
        CostLine(
            "rebate", "Export VAT refund", -refund, "CNY", rule.basis, shown, percent_text(rate), estimate=True, note=note
        ),
        CostLine(
            "rebate", "Input VAT not refunded", invoice - base - refund, "CNY", rule.basis, shown,
            percent_text(vat - rate),
        ),
    )  # fmt: skip
