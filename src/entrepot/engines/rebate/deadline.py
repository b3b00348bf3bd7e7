"""The tax office's days."""

from __future__ import annotations

from datetime import date


def claim_deadline(exported: date) -> date:
    """Last day of the tax periods in which a refund for goods exported on a day is claimed as of right: 30 April of the
    next year. A later claim needs its documents complete first; nobody owes it an answer in time.

    >>> claim_deadline(date(2026, 1, 1))
    datetime.date(2027, 4, 30)
    """
    return date(exported.year + 1, 4, 30)


def settlement_deadline(refunded: date) -> date:
    """Last day to settle a provisional refund of mode 9810 that was completed on a day: from the next month to 30 April of
    the year after. What is not settled by then is paid back.

    >>> settlement_deadline(date(2025, 2, 13)), settlement_deadline(date(2026, 1, 2))
    (datetime.date(2026, 4, 30), datetime.date(2027, 4, 30))
    """
    return date(refunded.year + 1, 4, 30)
