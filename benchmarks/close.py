"""Closing a month of 60,000 sales on books of 5,000 SKUs and 700,000 sales: put together, close, open again, close anew.

``python -m benchmarks.close [--database …] [--skus N] [--sales N]`` prints {sales, month, month_sales, report_s, close_s,
residue, same, late_s, rss_mb, database}. The month is October 2026, in which more is sold than in others: somewhat over 60,000 of
700,000 sales. report: roll-forward per SKU and place, vouchers and checklist; close: value, hash and post; same: closing, opening
and closing again reports the same hash; late: the next month put together once the month is closed and a bill on it came late.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

from benchmarks.database import arguments, books
from benchmarks.rebuild import fill, warm_up
from benchmarks.report import PeakMemory, report
from entrepot.sample.books import COMPANY, BigSeller

MONTH, SHARE = (date(2026, 10, 1), date(2026, 10, 31)), 61 / 700


def main() -> None:
    chosen = arguments(__doc__ or "", skus={"type": int, "default": 5_000}, sales={"type": int, "default": 700_000})
    with PeakMemory() as memory, books(chosen.database):
        sales = fill(chosen.skus, chosen.sales, (*MONTH, _times()))
        warm_up()
        _value_once()
        company, month = COMPANY, f"{MONTH[0]:%Y-%m}"
        counted = _sold(company, month)
        report_s, made = _timed(lambda: _report(company, month))
        close_s, first = _timed(lambda: _close(company, month))
        _reopen(company, month)
        again = _close(company, month)
        _late_bill()
        after = (date.fromisoformat(f"{month}-01") + timedelta(days=31)).strftime("%Y-%m")
        late_s, later = _timed(lambda: _report(company, after))
        report(
            sales=sales, month=month, month_sales=counted, report_s=report_s, close_s=close_s,
            residue=made.residue + later.residue, same=first.reported == again.reported, late_s=late_s, rss_mb=memory.rss_mb,
            database=chosen.database,
        )  # fmt: skip


def _timed(work: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return round(time.perf_counter() - start, 2), result


def _value_once() -> None:
    """The daily run has valued the books and kept the snapshot before anybody closes a month."""
    from entrepot.workflows import snapshot
    from entrepot.workflows.revalue import revalue

    revalue(everything=True)
    snapshot.refresh()


def _times() -> float:
    """By how much more must be sold on each day of the month for it to have its share of the sales."""
    inside = (MONTH[1] - MONTH[0]).days + 1
    return SHARE * (BigSeller().weeks * 7 - inside) / (inside * (1 - SHARE))


def _sold(company: str, month: str) -> int:
    """Sales of the month, in the company's own time."""
    from entrepot.books import models
    from entrepot.core.calendar import local_date
    from entrepot.core.kinds import Kind

    one = models.Company.objects.get(code=company)
    rows = models.Movement.objects.filter(kind=int(Kind.SALE), company=one).values_list("effective_at", flat=True)
    return sum(local_date(at, one.zone).strftime("%Y-%m") == month for at in rows.iterator())


def _report(company: str, month: str) -> Any:
    from entrepot.workflows.month_report import month_report

    return month_report(company, month)


def _close(company: str, month: str) -> Any:
    from entrepot.workflows.close import close

    return close(company, month, actor="benchmark")


def _reopen(company: str, month: str) -> None:
    from entrepot.workflows.close import reopen

    reopen(company, month, "benchmark", actor="benchmark")


def _late_bill() -> None:
    from benchmarks.rebuild import late_bill

    late_bill()


if __name__ == "__main__":
    main()
