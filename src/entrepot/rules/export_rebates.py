"""The rate of China's export VAT refund of a heading on a day, as far as the book has it.

The official library of rates has several thousand lines and is not in the book; what is, was read on a page that names the
heading. A heading takes the rate of the longest of the book's codes that it begins with, never that of a neighbour; a code of six
digits also stands for its only national line (850760 for 85076000). No rate is no zero: it says what is needed.
"""

from __future__ import annotations

from datetime import date

from entrepot.rules.book import RuleBook
from entrepot.rules.model import Value

PREFIX = "export_rebate_hs_"
REMEDY = "take the rate of the export day from the tax office's library or your agent and enter it with a claim"


def rebate_rate(book: RuleBook, hs: str, on: date, known_on: date | None = None) -> Value | None:
    """What the book says of a heading on the day of the export declaration; ``None`` = needs a rate.

    >>> from entrepot.rules import rule_book
    >>> [rebate_rate(rule_book(), "8507.60.0090", day).text("percent") for day in (
    ...     date(2024, 11, 30), date(2024, 12, 1), date(2026, 4, 1), date(2027, 1, 1))]
    ['13', '9', '6', '0']
    >>> rebate_rate(rule_book(), "9999.99", date(2026, 4, 1)) is None
    True
    """
    code = "".join(c for c in hs if c.isdigit())
    if len(code) < 4:
        return None
    codes = [code[:n] for n in range(min(len(code), 10), 3, -1)]
    if len(code) == 6:
        codes.insert(0, f"{code}00")
    for one in codes:
        found = book.value("CN", f"{PREFIX}{one}", on, known_on)
        if found is not None:
            return found
    return None


def need_of(hs: str, on: date) -> str:
    """What a refund that cannot be reckoned needs, as a line for the seller."""
    return f"the export rebate rate of HS {hs} on {on}: {REMEDY}" if hs else "the HS code, for its export rebate rate"
