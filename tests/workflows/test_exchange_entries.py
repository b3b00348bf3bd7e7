"""Exchange differences of foreign bills in the vouchers: realised by payments, open at the closing rate, none on deposits."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.workflows.vouchers import vouchers
from tests.workflows.ledger import bill, doc, masters, post

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def rate(on: str, cents: int) -> Any:
    """US cents for 1 CNY."""
    return doc("fx_rate", on, on, base="CNY", quote="USD", numerator=cents, denominator=100, date=on)


def paid(number: str, on: str, amount: int, kind: str, of: str, base: int) -> Any:
    return doc(
        "payment", number, on, supplier="MILL", currency="CNY", amount=amount, base_amount=base,
        shares=[{"document": {"type": kind, "id": of}, "amount": amount}],
    )  # fmt: skip


def booked(month: str) -> dict[str, dict[str, int]]:
    made = vouchers("US", month)
    assert made.residue == 0
    assert all(v.difference == 0 for v in made.vouchers)
    return {v.kind: {e.account: e.amount for e in v.entries} for v in made.vouchers}


def order() -> list[Any]:
    """100 units at 10.00 CNY, received in January, billed at 0.14 on the 20th; 0.15 at its end, 0.13 at the end of February."""
    return [
        *masters(), rate("2026-01-01", 14), rate("2026-01-31", 15), rate("2026-02-28", 13),
        doc(
            "purchase_order", "PO", "2026-01-02", supplier="MILL", currency="CNY", deposit_bp=3000,
            lines=[{"sku": "A", "quantity": 100, "price": {"amount": 1_000}}],
        ),
    ]  # fmt: skip


def came() -> list[Any]:
    return [
        doc(
            "receipt", "R", "2026-01-15", location="LA", order={"type": "purchase_order", "id": "PO"},
            lines=[{"sku": "A", "quantity": 100}],
        ),
        bill("B", "2026-01-20", "goods", 100_000, ("receipt", "R"), currency="CNY", supplier="MILL"),
    ]  # fmt: skip


def test_an_open_bill_is_stated_at_the_closing_rate_and_its_payment_realises_the_difference() -> None:
    """1,000.00 CNY booked at 140.00 USD. January closes at 0.15: a loss of 10.00, not realised. In February it is paid with
    134.00: a gain of 6.00 is realised and January's statement goes back."""
    post(*order(), *came())
    post(paid("P", "2026-02-20", 100_000, "cost_bill", "B", 13_400))

    assert booked("2026-01")["revaluation"] == {"exchange": 1_000, "payables": -1_000}
    february = booked("2026-02")
    assert february["exchange"] == {"exchange": -600, "payables": 600}
    assert february["revaluation"] == {"exchange": -1_000, "payables": 1_000}


def test_a_deposit_settles_its_part_at_its_own_rate_and_leaves_no_difference() -> None:
    """300.00 CNY were paid in advance for 45.00: the bill costs 45.00 + 700.00 × 0.14. The rest, paid at 0.13, realises 7.00."""
    post(*order(), paid("D", "2026-01-03", 30_000, "purchase_order", "PO", 4_500), *came())
    post(paid("P", "2026-02-20", 70_000, "cost_bill", "B", 9_100))

    january, february = booked("2026-01"), booked("2026-02")

    assert january["purchases"] == {"inventory": 14_300, "payables": -14_300}
    assert january["prepayments"] == {"payables": 4_500, "prepayments": -4_500}
    assert january["revaluation"] == {"exchange": 700, "payables": -700}
    assert february["exchange"] == {"exchange": -700, "payables": 700}
    accounts: dict[str, int] = {}
    for month in (january, february):
        for voucher in month.values():
            for account, amount in voucher.items():
                accounts[account] = accounts.get(account, 0) + amount
    assert accounts["payables"] == 0
    assert accounts["prepayments"] == 0
    assert accounts["exchange"] == -700


def test_a_part_payment_realises_its_part() -> None:
    post(*order(), *came())
    post(paid("P", "2026-02-20", 40_000, "cost_bill", "B", 5_200))

    february = booked("2026-02")

    assert february["exchange"] == {"exchange": -400, "payables": 400}
    # 600.00 CNY are open: booked at 84.00, worth 78.00 now; January's loss of 10.00 goes back.
    assert february["revaluation"] == {"exchange": -1_600, "payables": 1_600}


def test_bills_in_the_own_currency_have_no_differences() -> None:
    post(*masters(), doc("receipt", "R", "2026-01-15", location="LA", currency="USD",
                         lines=[{"sku": "A", "quantity": 1, "price": {"amount": 100}}]),
         bill("B", "2026-01-20", "freight", 50, ("receipt", "R"), supplier="SEA"))  # fmt: skip

    assert not {"exchange", "revaluation"} & set(booked("2026-01"))
