"""A chain of three companies: Shenzhen buys, Hong Kong owns the shop, a US company imports; the group's stock holds no profit."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.core.calendar import midnight
from entrepot.core.errors import ProblemError
from entrepot.workflows.group_value import at_month_end, group_value
from tests.workflows.ledger import assert_proven, bill, doc, post

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

END = midnight(date(2026, 2, 1), "UTC") - 1


def rate(base: str, quote: str, numerator: int, denominator: int) -> object:
    return doc(
        "fx_rate", f"{base}{quote}", "2026-01-01", base=base, quote=quote, numerator=numerator,
        denominator=denominator, date="2026-01-01",
    )  # fmt: skip


def chain() -> None:
    """1,000 units bought by SZ at 21.00 CNY, domestic freight 0.50; 600 sold on to HK at 4.00 USD while under way, HK pays 300.00
    HKD of sea freight for them; 400 of these go on to US at 5.00 USD, which pays 0.80 USD duty a unit; 100 are sold there."""
    post(
        *(
            doc("company", code, "2026-01-01", currency=currency, name=code, method=method)
            for code, currency, method in (("SZ", "CNY", "fifo"), ("HK", "HKD", "moving_average"), ("US", "USD", "fifo"))
        ),
        *(doc("location", code, "2026-01-01") for code in ("SZ-WH", "HK-WH", "LA")),
        doc("item", "A", "2026-01-01"),
        doc("shop", "WEB", "2026-01-01", company="US", currency="USD", location="LA"),
        rate("USD", "CNY", 7, 1),
        rate("USD", "HKD", 39, 5),
        doc(
            "receipt", "R", "2026-01-05", company="SZ", location="SZ-WH", currency="CNY",
            lines=[{"sku": "A", "quantity": 1000, "price": {"amount": 2_100}}],
        ),
        bill("F-CN", "2026-01-06", "domestic_freight", 50_000, ("receipt", "R"), company="SZ", currency="CNY"),
        doc(
            "intercompany_sale", "SZ-HK", "2026-01-10", company="SZ", buyer="HK", currency="USD",
            origin={"location": "SZ-WH"}, destination={"location": "HK-WH"},
            lines=[{"sku": "A", "quantity": 600, "price": {"amount": 400}}],
        ),
        bill("F-HK", "2026-01-12", "freight", 30_000, ("intercompany_sale", "SZ-HK"), company="HK", currency="HKD"),
        doc(
            "intercompany_sale", "HK-US", "2026-01-15", company="HK", buyer="US", currency="USD",
            origin={"location": "HK-WH"}, destination={"location": "LA"},
            lines=[{"sku": "A", "quantity": 400, "price": {"amount": 500}}],
        ),
        bill("D-US", "2026-01-16", "duty", 32_000, ("intercompany_sale", "HK-US"), company="US"),
        doc(
            "sales_order", "S", "2026-01-20", shop="WEB", currency="USD", cell={"location": "LA"},
            lines=[{"sku": "A", "quantity": 100, "amount": 250_000}],
        ),
    )  # fmt: skip


def test_each_company_carries_the_transfer_price_and_the_group_what_outsiders_were_paid() -> None:
    """By hand. SZ: 400 × 21.50 CNY. HK: 200 × (31.20 + 0.50) HKD in its books; the group paid 21.50 CNY and 0.50 HKD a unit.
    US: 300 × (5.00 + 0.80) USD in its books; the group paid 21.50 CNY, 0.50 HKD and 0.80 USD."""
    chain()

    found = at_month_end("SZ", "2026-01")

    rows = {row.company: row for row in found.rows}
    assert {code: row.units for code, row in rows.items()} == {"SZ": 400, "HK": 200, "US": 300}
    assert {code: row.carried for code, row in rows.items()} == {"SZ": 860_000, "HK": 634_000, "US": 174_000}
    assert rows["SZ"].paid == {"CNY": 860_000}
    assert rows["HK"].paid == {"CNY": 430_000, "HKD": 10_000}
    assert rows["US"].paid == {"CNY": 645_000, "HKD": 15_000, "USD": 24_000}
    hkd = 7 * 5 / 39  # CNY a HKD
    assert rows["HK"].paid_in == 430_000 + round(10_000 * hkd)
    assert rows["US"].paid_in == 645_000 + round(15_000 * hkd) + 24_000 * 7
    assert found.profit == found.carried - found.paid == rows["HK"].profit + rows["US"].profit
    assert rows["SZ"].profit == 0
    assert_proven()


def test_a_late_bill_of_the_first_company_reaches_what_the_last_one_holds() -> None:
    chain()
    before = group_value("CNY", END)

    post(bill("F-LATE", "2026-01-07", "domestic_freight", 10_000, ("receipt", "R"), company="SZ", currency="CNY"),
         at=2 * 86_400_000_000)  # fmt: skip

    after = group_value("CNY", END)
    more = {row.company: row.paid_in - old.paid_in for row, old in zip(after.rows, before.rows, strict=True)}
    assert more == {"SZ": 4_000, "HK": 2_000, "US": 3_000}
    carried = {row.company: row.carried for row in after.rows}
    assert carried == {"SZ": 864_000, "HK": 634_000, "US": 174_000}


def test_an_unknown_currency_and_a_missing_rate_say_what_to_do() -> None:
    chain()
    with pytest.raises(ProblemError, match="no currency"):
        group_value("XXQ", END)
    with pytest.raises(ProblemError, match="no exchange rate"):
        group_value("EUR", END)
