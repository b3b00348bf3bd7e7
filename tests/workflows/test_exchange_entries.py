"""Exchange differences of foreign bills in the vouchers: realised by payments, open at the closing rate, none on deposits."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from entrepot.books import models
from entrepot.workflows import payables
from entrepot.workflows.checking import check
from entrepot.workflows.order_facts import gather
from entrepot.workflows.vouchers import vouchers
from tests.workflows.ledger import DAY, bill, doc, masters, post, sale

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


def owed(*months: str) -> dict[str, int]:
    """What the payables of each supplier come to over months."""
    sums: dict[str, int] = {}
    for month in months:
        for entry in (e for v in vouchers("US", month).vouchers for e in v.entries if e.account == "payables"):
            sums[entry.supplier] = sums.get(entry.supplier, 0) + entry.amount
    return {supplier: amount for supplier, amount in sums.items() if amount}


MONTHS = ("2026-01", "2026-02", "2026-03")


def test_a_credit_that_is_set_off_is_open_no_more() -> None:
    """200.00 CNY credited and set off without money, 800.00 paid: nothing is owed, and March states nothing anew."""
    aim = {"kind": "births", "document": {"type": "receipt", "id": "R"}}
    credit = doc("supplier_credit", "C", "2026-02-05", supplier="MILL", currency="CNY",
                 lines=[{"component": "goods", "amount": 20_000, "targets": [aim]}])  # fmt: skip
    shares = [("cost_bill", "B", 20_000), ("supplier_credit", "C", -20_000)]
    off = doc("payment", "OFF", "2026-02-10", supplier="MILL", currency="CNY", amount=0,
              shares=[{"document": {"type": kind, "id": of}, "amount": amount} for kind, of, amount in shares])  # fmt: skip
    post(*order(), *came(), credit, off, paid("P", "2026-02-20", 80_000, "cost_bill", "B", 10_400))
    assert owed(*MONTHS) == {}
    assert booked("2026-03") == {}


def test_a_bill_paid_in_the_companys_money_is_settled_for_ever() -> None:
    """1,000.00 CNY booked at 140.00, paid with 150.00 USD when a yuan was 0.15: open 0 on that day and after the rate has
    fallen to 0.13, a loss of 10.00 realised and payables 0."""
    own = doc("payment", "P", "2026-02-01", supplier="MILL", currency="USD", amount=15_000,
              shares=[{"document": {"type": "cost_bill", "id": "B"}, "amount": 15_000}])  # fmt: skip
    post(*order(), *came(), own)
    company = models.Company.objects.get()
    assert [payables.bills(company, day)[0].open for day in (date(2026, 2, 2), date(2026, 3, 2))] == [0, 0]
    assert booked("2026-02")["exchange"] == {"exchange": 1_000, "payables": -1_000}
    assert owed(*MONTHS) == {}


def test_bills_of_two_suppliers_may_bear_one_number() -> None:
    """Each supplier's payment settles his own bill."""
    aim = {"kind": "births", "document": {"type": "receipt", "id": "R"}}
    other = doc("cost_bill", "B", "2026-01-21", account="CART", supplier="CART", currency="CNY",
                lines=[{"component": "freight", "amount": 50_000, "targets": [aim]}])  # fmt: skip
    post(*order(), *came(), other, paid("P", "2026-02-20", 100_000, "cost_bill", "B", 13_000))
    assert owed(*MONTHS[:2]) == {"CART": -6_500}
    share = [{"document": {"type": "cost_bill", "id": "B"}, "amount": 50_000}]
    post(
        doc(
            "payment",
            "Q",
            "2026-03-02",
            supplier="CART",
            currency="CNY",
            amount=50_000,
            base_amount=6_600,
            shares=share,
        )
    )
    assert owed(*MONTHS) == {}


def test_a_return_of_a_closed_month_waits_for_its_credit() -> None:
    """10 of 100 units went back in closed January and are credited in February at what they had cost: no profit, no loss."""
    back = doc("supplier_return", "RET", "2026-01-25", cell={"location": "LA"}, lines=[{"sku": "A", "quantity": 10}])
    close = doc("period_close", "CL", "2026-02-01", company="US", period_from="2026-01-01", period_to="2026-01-31")
    aim = {"kind": "issue", "document": {"type": "supplier_return", "id": "RET"}}
    credit = doc("supplier_credit", "C", "2026-02-05", supplier="MILL", currency="CNY",
                 lines=[{"component": "goods", "amount": 10_000, "targets": [aim]}])  # fmt: skip
    post(*order(), *came(), back)
    post(close, at=2 * DAY)
    post(credit, at=3 * DAY)
    february = booked("2026-02")
    assert "prior_period" not in {account for entries in february.values() for account in entries}
    assert sum(entries.get("supplier_returns", 0) for entries in february.values()) == -1_500


def standing(*months: str) -> dict[str, int]:
    """What each account comes to over months, without those that come to nothing."""
    sums: dict[str, int] = {}
    for month in months:
        for voucher in booked(month).values():
            for account, amount in voucher.items():
                sums[account] = sums.get(account, 0) + amount
    return {account: amount for account, amount in sums.items() if amount}


def test_a_deposit_that_came_back_in_part_leaves_nothing() -> None:
    """600.00 CNY paid ahead for 90.00 USD, 300.00 of them back for 42.00: 3.00 are lost, the rest settles its part at its own
    rate, whichever of payment, refund and goods the books hear of first."""
    refund = paid("BACK", "2026-01-10", -30_000, "purchase_order", "PO", -4_200)
    deposit = paid("D", "2026-01-03", 60_000, "purchase_order", "PO", 9_000)
    post(*order(), deposit, refund, *came())
    post(paid("P", "2026-02-20", 70_000, "cost_bill", "B", 9_800))

    january = booked("2026-01")

    assert january["purchases"] == {"inventory": 14_300, "payables": -14_300}
    assert january["prepayments"] == {"payables": 4_500, "prepayments": -4_500}
    assert january["exchange"] == {"exchange": 300, "prepayments": -300}
    assert standing(*MONTHS) == {"inventory": 14_300, "bank": -14_600, "exchange": 300}
    assert check().residues == []


def test_a_refund_that_the_books_hear_of_late_corrects_the_goods() -> None:
    refund = paid("BACK", "2026-01-10", -30_000, "purchase_order", "PO", -4_200)
    receipt, invoice = came()
    post(*order(), paid("D", "2026-01-03", 60_000, "purchase_order", "PO", 9_000), receipt)
    post(refund)
    post(invoice)
    assert booked("2026-01")["purchases"] == {"inventory": 14_300, "payables": -14_300}
    assert check().residues == []


def test_a_deposit_in_the_companys_money_settles_the_goods_of_an_order_in_another() -> None:
    """42.00 USD on the 3rd, when a yuan was 0.14, are 300.00 of 1,000.00 CNY; the bill of the 31st, at 0.15, costs 42.00 for
    them and 105.00 for the rest, which 105.00 settle."""
    deposit = doc("payment", "D", "2026-01-03", supplier="MILL", currency="USD", amount=4_200,
                  shares=[{"document": {"type": "purchase_order", "id": "PO"}, "amount": 4_200}])  # fmt: skip
    receipt, _ = came()
    post(*order(), deposit, receipt)
    post(bill("B", "2026-01-31", "goods", 100_000, ("receipt", "R"), currency="CNY", supplier="MILL"))
    shares = payables.bills(models.Company.objects.get(code="US"), date(2026, 1, 31))
    assert [(row.number, row.settled, row.open) for row in shares] == [("B", 30_000, 70_000)]
    assert gather(models.Company.objects.get(code="US"))["PO"].paid == 30_000

    post(paid("P", "2026-02-20", 70_000, "cost_bill", "B", 10_500))

    january = booked("2026-01")
    assert january["purchases"] == {"inventory": 14_700, "payables": -14_700}
    assert january["prepayments"] == {"payables": 4_200, "prepayments": -4_200}
    assert standing(*MONTHS) == {"inventory": 14_700, "bank": -14_700}
    assert check().residues == []


def test_a_deposit_that_came_back_in_the_companys_money() -> None:
    """600.00 CNY for 90.00 USD, 42.00 USD back when a yuan is 0.14: 300.00 stand, 3.00 are lost."""
    refund = doc("payment", "BACK", "2026-01-10", supplier="MILL", currency="USD", amount=-4_200,
                 shares=[{"document": {"type": "purchase_order", "id": "PO"}, "amount": -4_200}])  # fmt: skip
    post(*order(), paid("D", "2026-01-03", 60_000, "purchase_order", "PO", 9_000), refund, *came())
    rows = payables.bills(models.Company.objects.get(code="US"), date(2026, 1, 31))
    assert [(row.number, row.settled, row.open) for row in rows] == [("B", 30_000, 70_000)]
    post(paid("P", "2026-02-20", 70_000, "cost_bill", "B", 9_800))
    assert booked("2026-01")["purchases"] == {"inventory": 14_300, "payables": -14_300}
    assert standing(*MONTHS) == {"inventory": 14_300, "bank": -14_600, "exchange": 300}
    assert check().residues == []


def test_more_back_than_was_paid_stays_to_be_explained() -> None:
    post(*order(), paid("D", "2026-01-03", 30_000, "purchase_order", "PO", 4_500))
    post(paid("BACK", "2026-01-10", -40_000, "purchase_order", "PO", -6_000))
    assert standing(*MONTHS) == {"bank": 1_500, "prepayments": -1_500}


def test_bills_for_services_are_owed_paid_and_stated_like_those_for_goods() -> None:
    """Storage of 200.00 CNY of January at 0.14, credited by 50.00 in February: what the vouchers owe is what the ageing owes."""
    period = {"kind": "place", "location": "LA", "period_from": "2026-01-01", "period_to": "2026-01-31"}
    storage = doc("cost_bill", "ST", "2026-01-20", supplier="WARE", currency="CNY",
                  lines=[{"component": "storage", "amount": 20_000, "targets": [period]}])  # fmt: skip
    credit = doc("supplier_credit", "STC", "2026-02-03", supplier="WARE", currency="CNY",
                 lines=[{"component": "storage", "amount": 5_000, "targets": [period]}])  # fmt: skip
    guess = doc("cost_bill", "ACC", "2026-01-31", supplier="POST", currency="USD", source="accrual",
                lines=[{"component": "software", "amount": 900, "estimate": True,
                        "targets": [{"kind": "company", "period_from": "2026-01-01", "period_to": "2026-01-31"}]}])  # fmt: skip
    post(*order(), *came(), storage, guess)
    january = booked("2026-01")
    assert january["services"] == {
        "service_cost": 900, "storage_cost": 2_800, "accrued_payables": -900, "payables": -2_800,
    }  # fmt: skip
    shares = [("cost_bill", "ST", 20_000), ("supplier_credit", "STC", -5_000)]
    settled = doc("payment", "PS", "2026-02-20", supplier="WARE", currency="CNY", amount=15_000, base_amount=2_000,
                  shares=[{"document": {"type": kind, "id": of}, "amount": amount} for kind, of, amount in shares])  # fmt: skip
    post(credit, settled)
    february = booked("2026-02")
    assert february["services"] == {"storage_cost": -750, "payables": 750}
    # 150.00 CNY cost 20.50 at the rates of their days and left the bank as 20.00.
    assert owed("2026-01", "2026-02") == {"MILL": -13_000}


def test_a_late_bill_for_services_of_a_closed_month_is_booked_when_it_became_known() -> None:
    period = {"kind": "place", "location": "LA", "period_from": "2026-01-01", "period_to": "2026-01-31"}
    storage = doc("cost_bill", "ST", "2026-01-31", supplier="WARE", currency="USD",
                  lines=[{"component": "storage", "amount": 700, "targets": [period]}])  # fmt: skip
    close = doc("period_close", "CL", "2026-02-01", company="US", period_from="2026-01-01", period_to="2026-01-31")
    post(*order(), *came())
    post(close, at=2 * DAY)
    post(storage, at=3 * DAY)
    assert "services" not in booked("2026-01")
    assert booked("2026-02")["services"] == {"storage_cost": 700, "payables": -700}


def own_money(number: str, on: str, amount: int) -> Any:
    """A deposit (or its refund) on the order in the company's currency."""
    return doc("payment", number, on, supplier="MILL", currency="USD", amount=amount,
               shares=[{"document": {"type": "purchase_order", "id": "PO"}, "amount": amount}])  # fmt: skip


def ageing(day: date) -> list[tuple[str, int, int]]:
    rows = payables.bills(models.Company.objects.get(code="US"), day)
    return [(row.number, row.settled, row.open) for row in rows]


def test_a_refund_gives_back_payments_of_its_own_currency_by_their_amount() -> None:
    """90.00 USD when a yuan was 0.15, 42.00 of them back when it is 0.14: 48.00 stand, 320.00 CNY then; the rest costs 95.20."""
    post(*order(), rate("2026-01-03", 15), rate("2026-01-08", 14), own_money("D", "2026-01-03", 9_000),
         own_money("BACK", "2026-01-10", -4_200), *came())  # fmt: skip
    assert ageing(date(2026, 1, 31)) == [("B", 32_000, 68_000)]
    post(paid("P", "2026-02-20", 68_000, "cost_bill", "B", 9_520))
    assert standing(*MONTHS) == {"inventory": 14_320, "bank": -14_320}
    assert check().residues == []


def test_a_refund_takes_payments_of_other_currencies_after_its_own() -> None:
    """42.00 USD and 300.00 CNY (for 42.00) stand for 600.00; 56.00 USD come back: all of the dollars and 100.00 CNY."""
    post(*order(), own_money("D", "2026-01-03", 4_200), paid("D2", "2026-01-04", 30_000, "purchase_order", "PO", 4_200),
         own_money("BACK", "2026-01-10", -5_600), *came())  # fmt: skip
    assert ageing(date(2026, 1, 31)) == [("B", 20_000, 80_000)]
    post(paid("P", "2026-02-20", 80_000, "cost_bill", "B", 11_200))
    assert standing(*MONTHS) == {"inventory": 14_000, "bank": -14_000}
    assert check().residues == []


def test_a_deposit_that_came_back_whole_after_the_goods_leaves_them_at_the_days_rate() -> None:
    receipt, _ = came()
    post(*order(), paid("D", "2026-01-03", 30_000, "purchase_order", "PO", 4_500), receipt)
    assert booked("2026-01")["accrual"] == {"inventory": 14_300, "accrued_payables": -14_300}
    post(paid("BACK", "2026-01-10", -30_000, "purchase_order", "PO", -4_200))
    assert booked("2026-01")["accrual"] == {"inventory": 14_000, "accrued_payables": -14_000}
    assert check().residues == []


def test_a_first_payment_of_a_cent_does_not_measure_the_others() -> None:
    post(*order(), paid("D0", "2026-01-02", 3, "purchase_order", "PO", 1), own_money("D", "2026-01-03", 4_200),
         own_money("BACK", "2026-01-10", -2_100), *came())  # fmt: skip
    assert ageing(date(2026, 1, 31)) == [("B", 15_003, 84_997)]
    post(paid("P", "2026-02-20", 84_997, "cost_bill", "B", 11_900))
    assert set(standing(*MONTHS)) <= {"inventory", "bank", "exchange"}


def test_a_deposit_that_pays_for_many_small_lines_pays_for_all_of_them() -> None:
    """30 lines of 0.33 CNY are 9.90, and worth 1.39 USD; each by itself would be worth 0.05."""
    deposit = own_money("D", "2026-01-03", 139)
    post(
        *masters(), rate("2026-01-01", 14), rate("2026-01-31", 15), rate("2026-02-28", 13),
        doc("purchase_order", "PO", "2026-01-02", supplier="MILL", currency="CNY",
            lines=[{"sku": "A", "quantity": 30, "price": {"amount": 33}}]),
        deposit,
        doc("receipt", "R", "2026-01-15", location="LA", order={"type": "purchase_order", "id": "PO"},
            lines=[{"sku": "A", "quantity": 1} for _ in range(30)]),
        bill("B", "2026-01-20", "goods", 990, ("receipt", "R"), currency="CNY", supplier="MILL"),
    )  # fmt: skip
    assert ageing(date(2026, 1, 31)) == [("B", 990, 0)]
    assert standing(*MONTHS) == {"inventory": 139, "bank": -139}


def test_a_rate_that_came_late_changes_no_month_that_was_reported() -> None:
    """42.00 USD paid at 0.14; after January was closed a rate of 0.16 comes for that day: January stays, February takes the
    difference, and together they owe what the ageing owes."""
    close = doc("period_close", "CL", "2026-02-01", company="US", period_from="2026-01-01", period_to="2026-01-31")
    post(*order(), own_money("D", "2026-01-03", 4_200), *came())
    post(close, at=2 * DAY)
    before = booked("2026-01")
    post(rate("2026-01-02", 16), at=3 * DAY)
    assert booked("2026-01") == before
    (row,) = payables.bills(models.Company.objects.get(code="US"), date(2026, 2, 28))
    assert (row.open, row.base) == (73_750, 9_588)
    assert owed("2026-01", "2026-02") == {"MILL": -9_588}


def test_a_credit_of_exactly_what_the_returned_goods_cost_balances() -> None:
    """In an open month nothing stays of the return, neither a cost nor a claim."""
    back = doc("supplier_return", "RET", "2026-02-10", cell={"location": "LA"}, lines=[{"sku": "A", "quantity": 10}])
    aim = {"kind": "issue", "document": {"type": "supplier_return", "id": "RET"}}
    credit = doc("supplier_credit", "C", "2026-02-27", supplier="MILL", currency="CNY", lines=[
        {"component": "goods", "amount": 10_000, "targets": [aim]}])  # fmt: skip
    post(*order(), *came(), back, rate("2026-02-01", 14), credit)
    february = booked("2026-02")
    assert february["purchases"] == {"payables": 1_400, "supplier_returns": -1_400}
    assert february["supplier_returns"] == {"supplier_returns": 1_400, "inventory": -1_400}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_was_paid_and_came_back_vouchers_owe_what_the_ageing_owes(seed: int) -> None:
    """Deposits and refunds in two currencies at moving rates, told in any order, and a bill in two parts: the checker agrees, the
    vouchers balance, and owe what is open at the closing rate, to the cent of each bill's rounding."""
    chance = random.Random(seed)
    days = [f"2026-01-{day:02d}" for day in range(3, 13)]
    rates = [rate(day, chance.randint(11, 18)) for day in days]
    papers: list[Any] = []
    for number, day in enumerate(sorted(chance.choices(days, k=chance.randint(2, 5)))):
        back = number > 0 and chance.random() < 0.4
        if chance.random() < 0.5:
            papers.append(own_money(f"D{number}", day, (-1 if back else 1) * chance.randint(100, 6_000)))
        else:
            amount = (-1 if back else 1) * chance.randint(100, 40_000)
            papers.append(
                paid(f"D{number}", day, amount, "purchase_order", "PO", round(amount * chance.randint(11, 18) / 100))
            )
    chance.shuffle(papers)
    first, second = (doc("receipt", f"R{n}", f"2026-01-1{4 + n}", location="LA", order={"type": "purchase_order", "id": "PO"},
                         lines=[{"sku": "A", "quantity": 50}]) for n in (1, 2))  # fmt: skip
    early = chance.randint(0, len(papers))
    post(*order(), *rates, *papers[:early], first)
    post(*papers[early:], second)
    for n, amount in ((1, 50_000), (2, chance.randint(45_000, 55_000))):
        post(bill(f"B{n}", f"2026-01-2{n}", "goods", amount, ("receipt", f"R{n}"), currency="CNY", supplier="MILL"))
    assert check().residues == []
    for month, day in (("2026-01", date(2026, 1, 31)), ("2026-02", date(2026, 2, 28))):
        rows = payables.bills(models.Company.objects.get(code="US"), day)
        months = MONTHS[: MONTHS.index(month) + 1]
        assert abs(owed(*months).get("MILL", 0) + sum(row.base or 0 for row in rows)) <= 2, (month, rows)
        booked(month)


def test_the_order_says_what_stands_of_its_deposits() -> None:
    """42.00 USD at 0.14 come back when a yuan is 0.12; the 300.00 CNY that were paid stand."""
    post(*order(), rate("2026-01-08", 12), own_money("D", "2026-01-03", 4_200), own_money("BACK", "2026-01-10", -4_200),
         paid("D2", "2026-01-11", 30_000, "purchase_order", "PO", 4_500), *came())  # fmt: skip
    assert gather(models.Company.objects.get(code="US"))["PO"].paid == 30_000
    assert booked("2026-01")["purchases"] == {"inventory": 4_500 + 8_400, "payables": -4_500 - 8_400}
    assert check().residues == []


def test_a_bill_takes_deposits_of_its_own_currency_before_others() -> None:
    """42.00 USD, then all 1,000.00 CNY for 150.00: the goods cost 150.00, the dollars stay to get back."""
    post(*order(), own_money("D", "2026-01-03", 4_200), paid("D2", "2026-01-04", 100_000, "purchase_order", "PO", 15_000),
         *came())  # fmt: skip
    assert standing(*MONTHS) == {"inventory": 15_000, "bank": -19_200, "prepayments": 4_200}
    assert check().residues == []


def test_half_cents_of_a_deposit_that_came_back_go_somewhere() -> None:
    post(*order(), paid("D", "2026-01-03", 30_000, "purchase_order", "PO", 4_501),
         paid("BACK", "2026-01-10", -15_000, "purchase_order", "PO", -2_100), *came(),
         paid("P", "2026-02-20", 85_000, "cost_bill", "B", 11_900))  # fmt: skip
    assert set(standing(*MONTHS)) <= {"inventory", "bank", "exchange"}


def test_a_payment_that_gives_an_order_nothing_says_nothing_of_it() -> None:
    shares = [("purchase_order", "PO", 0), ("cost_bill", "B", 100_000)]
    payment = doc("payment", "P", "2026-01-25", supplier="MILL", currency="CNY", amount=100_000, base_amount=14_000,
                  shares=[{"document": {"type": kind, "id": of}, "amount": amount} for kind, of, amount in shares])  # fmt: skip
    post(*order(), *came(), payment)
    assert standing("2026-01") == {"inventory": 14_000, "bank": -14_000}


def test_an_accrued_service_counts_again_when_its_bill_is_withdrawn() -> None:
    aim = {"kind": "order", "document": {"type": "sales_order", "id": "S"}}
    line = {"component": "last_mile", "amount": 500, "targets": [aim]}
    guess = doc("cost_bill", "ACC", "2026-01-26", supplier="POST", currency="USD", source="accrual",
                lines=[{**line, "estimate": True}])  # fmt: skip
    invoice = doc("cost_bill", "LM", "2026-01-27", supplier="POST", currency="USD", lines=[{**line, "amount": 620}])
    post(*order(), *came(), sale("S", "2026-01-25", 5, amount=9_900), guess)
    assert booked("2026-01")["services"] == {"service_cost": 500, "accrued_payables": -500}
    post(invoice, at=2 * DAY)
    assert booked("2026-01")["services"] == {"service_cost": 620, "payables": -620}
    post(doc("reversal", "V", "2026-01-28", documents=[{"type": "cost_bill", "id": "LM"}]), at=3 * DAY)
    assert booked("2026-01")["services"] == {"service_cost": 500, "accrued_payables": -500}
