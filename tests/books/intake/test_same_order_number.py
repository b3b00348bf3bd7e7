"""Two companies number their orders alike: each one's documents reach its own goods alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from entrepot.audit import check
from entrepot.books import models
from entrepot.books.selectors.paid import PaidPart, paid_parts
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
US, HK = "US", "HK"


def rate(base: str, on: str, tenths: int) -> Any:
    """Tenths of a yuan for one ``base``."""
    return ledger.doc(
        "fx_rate", f"FX-{base}-{on}", on, base=base, quote="CNY", numerator=tenths, denominator=10, date=on
    )


def order(company: str, quantity: int, price: int, **more: Any) -> Any:
    return ledger.doc(
        "purchase_order", "PO-1", "2026-01-05", account=company, company=company, supplier="F1", currency="CNY",
        lines=[{"sku": "A", "quantity": quantity, "price": {"amount": price}}], **more,
    )  # fmt: skip


def received(company: str, quantity: int, place: str) -> Any:
    """Named by its number alone."""
    return ledger.doc(
        "receipt", "R-1", "2026-02-10", account=company, company=company, location=place,
        order={"type": "purchase_order", "id": "PO-1"}, lines=[{"sku": "A", "quantity": quantity}],
    )  # fmt: skip


def deposit(company: str, amount: int, on: str = "2026-01-09") -> Any:
    return ledger.doc(
        "payment", "P-1", on, account=company, company=company, supplier="F1", currency="CNY", amount=amount,
        shares=[{"document": {"type": "purchase_order", "id": "PO-1"}, "amount": amount}],
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _companies() -> None:
    """In dollars (7 then 8 yuan) and in Hong Kong dollars (0.9 then 1.0 yuan)."""
    ledger.post(
        *ledger.masters(), ledger.doc("company", HK, "2026-01-01", currency="HKD", name=HK),
        rate("USD", "2026-01-01", 70), rate("USD", "2026-02-01", 80),
        rate("HKD", "2026-01-01", 9), rate("HKD", "2026-02-01", 10),
    )  # fmt: skip


def costed() -> list[tuple[str, str, int, int]]:
    lines = models.CostLine.objects.filter(replacement=None).order_by("company__code")
    return list(lines.values_list("company__code", "document__type", "amount", "base_amount"))


def test_a_number_means_the_order_of_the_documents_own_company() -> None:
    """100 at 7.00 yuan come in one company, 10 at 10.00 in the other: 700.00/8 and 100.00/1.0."""
    ledger.post(order(US, 100, 700), order(HK, 10, 1000))
    ledger.post(received(US, 100, "LA"), received(HK, 10, "DE"))
    assert costed() == [(HK, "receipt", 10_000, 10_000), (US, "receipt", 70_000, 8_750)]
    assert not check(connection).residues


def test_a_deposit_told_late_costs_its_own_companys_goods_anew_and_no_others() -> None:
    """210.00 of 700.00 yuan at 7, the rest at 8: 30.00 + 61.25; the other company's 100.00 stay at the day's rate."""
    ledger.post(order(US, 100, 700), order(HK, 10, 1000))
    ledger.post(received(US, 100, "LA"), received(HK, 10, "DE"))
    ledger.post(deposit(US, 21_000), at=2 * ledger.DAY)
    assert costed() == [(HK, "receipt", 10_000, 10_000), (US, "payment", 70_000, 9_125)]
    assert not check(connection).residues


def test_a_corrected_order_costs_its_own_companys_goods_anew_and_no_others() -> None:
    """7.00 becomes 8.00 yuan: 800.00 at 8."""
    ledger.post(order(US, 100, 700), order(HK, 10, 1000))
    ledger.post(received(US, 100, "LA"), received(HK, 10, "DE"))
    ledger.post(order(US, 100, 800), at=2 * ledger.DAY)
    assert costed() == [(HK, "receipt", 10_000, 10_000), (US, "purchase_order", 80_000, 10_000)]
    assert not check(connection).residues


def test_money_that_left_is_that_of_the_own_companys_payments() -> None:
    """The one company paid 210.00 of 700.00 before; of the other's goods nothing has left."""
    ledger.post(order(US, 100, 700), order(HK, 10, 1000), deposit(US, 21_000))
    ledger.post(received(US, 100, "LA"), received(HK, 10, "DE"))
    rows = {row.company.code: row for row in models.CostLine.objects.select_related("company")}
    parts = paid_parts([row.pk for row in rows.values()])
    paid_at = models.PaymentLine.objects.get().effective_at
    mine, others = parts[rows[US].pk], parts[rows[HK].pk]
    # Of 91.25: three tenths, cut as the payment cuts the order.
    assert mine == [PaidPart(2_738, paid_at, assumed=False), PaidPart(6_387, rows[US].effective_at, assumed=True)]
    assert others == [PaidPart(10_000, rows[HK].effective_at, assumed=True)]


def test_two_orders_of_one_company_are_still_told_apart_by_account() -> None:
    """Where the company itself has two of the number, nobody guesses."""
    second = order(US, 50, 700).model_copy(update={"account": "F2"})
    report = ledger.intake.post(
        [order(US, 100, 700), second, received(US, 100, "LA")], name="twice", recorded_at=ledger.DAY
    )
    assert [problem.code for problem in report.problems] == ["ambiguous_reference"]
