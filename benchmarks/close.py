"""Closing a month on books of 5,000 SKUs and 700,000 sales: put together, close, open again, close anew.

``python -m benchmarks.close [--database …] [--skus N] [--sales N]`` prints {sales, month, month_sales, report_s, close_s,
residue, same, late_s, rss_mb, database}. The month is the one whose sales come nearest 60,000. report: roll-forward per SKU and
place, vouchers and checklist; close: value, hash and post; same: closing, opening and closing again reports the same hash; late:
the next month put together once the month is closed and a bill on it came late.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta
from typing import Any

from benchmarks.database import arguments, books
from benchmarks.rebuild import fill, warm_up
from benchmarks.report import PeakMemory, report

WANTED = 60_000


def main() -> None:
    chosen = arguments(__doc__ or "", skus={"type": int, "default": 5_000}, sales={"type": int, "default": 700_000})
    with PeakMemory() as memory, books(chosen.database):
        sales = fill(chosen.skus, chosen.sales)
        warm_up()
        _value_once()
        company, month, counted = _month()
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


def _month() -> tuple[str, str, int]:
    """Company and past month whose sales come nearest the wanted number."""
    from entrepot.books import models
    from entrepot.core.calendar import local_date
    from entrepot.core.kinds import Kind

    zones = dict(models.Company.objects.values_list("pk", "zone"))
    rows = models.Movement.objects.filter(kind=int(Kind.SALE)).values_list("company_id", "effective_at")
    counted = Counter((company, local_date(at, zones[company]).strftime("%Y-%m")) for company, at in rows.iterator())
    last = max(month for _, month in counted)
    past = {key: n for key, n in counted.items() if key[1] < last}
    (company, month), n = min(past.items(), key=lambda entry: abs(entry[1] - WANTED))
    return models.Company.objects.get(pk=company).code, month, n


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
