"""A closed January and what comes in February: one story through closing, late facts, vouchers and their files."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from entrepot.books import intake
from entrepot.workflows import close
from entrepot.workflows.account_map import DEFAULT
from entrepot.workflows.late_facts import late_facts
from entrepot.workflows.voucher_files import voucher_files
from entrepot.workflows.vouchers import vouchers
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = pytest.mark.django_db


def sides(company: str, month: str, layout: str) -> tuple[Decimal, Decimal]:
    """Debits and credits of a month's file in a layout."""
    (file,) = voucher_files(vouchers(company, month), layout, DEFAULT)
    encoding = "gb18030" if layout == "yonyou" else "utf-8-sig"
    rows = list(csv.DictReader(io.StringIO(file.content.decode(encoding))))
    if layout == "xero":
        amounts = [Decimal(row["*Amount"]) for row in rows]
        return sum((a for a in amounts if a > 0), Decimal(0)), -sum((a for a in amounts if a < 0), Decimal(0))
    left, right = {"generic": ("debit", "credit"), "kingdee": ("借方金额", "贷方金额")}.get(layout, ("", ""))
    if layout == "yonyou":
        return sum((Decimal(list(row.values())[-2] or 0) for row in rows), Decimal(0)), sum(
            (Decimal(list(row.values())[-1] or 0) for row in rows), Decimal(0)
        )
    return sum((Decimal(row[left] or 0) for row in rows), Decimal(0)), sum(
        (Decimal(row[right] or 0) for row in rows), Decimal(0)
    )


def test_a_late_bill_leaves_january_and_is_adjusted_in_february() -> None:
    """61.37 of duty for 100 units, 30 sold: January stays 210.00, February takes 18.41 of it as prior-period adjustment."""
    papers = [
        *ledger.masters(),
        ledger.receipt("R-1", "2026-01-02", 100, 300),
        ledger.sale("S-1", "2026-01-04", 30, amount=27_000),
    ]
    intake.post(papers, name="January", recorded_at=make.instant(2026, 1, 20))
    close.close("US", "2026-01", actor="ann", at=make.instant(2026, 2, 3))
    before = [(v.kind, v.entries) for v in vouchers("US", "2026-01").vouchers]
    late = ledger.bill("D-1", "2026-01-05", "duty", 6137, ("receipt", "R-1"))
    assert intake.post([late], name="late", recorded_at=make.instant(2026, 2, 10)).quarantined == 0

    told = late_facts("US", "2026-01")
    assert told.proven
    assert close.reported_still("US", "2026-01")
    assert (told.rows[-1].stock_reported, told.rows[-1].stock, told.rows[-1].left) == (21_000, 4296, 1841)
    assert [(v.kind, v.entries) for v in vouchers("US", "2026-01").vouchers] == before

    february = vouchers("US", "2026-02")
    assert february.inventory == february.stock_change == 6137 - 1841
    (adjusted,) = [v for v in february.vouchers if v.kind == "prior_period"]
    assert sorted(entry.amount for entry in adjusted.entries) == [-1841, 1841]
    for layout in ("generic", "kingdee", "yonyou", "xero"):
        debit, credit = sides("US", "2026-02", layout)
        assert debit == credit > 0, layout
