"""An order from proposal to payment by the people who do it, and what they may not do: states, dues, payables, matching."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection

from entrepot.audit import check
from entrepot.books import models
from entrepot.books.access import Viewer, create_user, viewer_for
from entrepot.core.documents import parse
from entrepot.core.errors import ProblemError
from entrepot.workflows import (
    order_facts,
    order_match,
    order_pages,
    order_state,
    order_steps,
    order_trade,
    payables,
    purchasing,
)
from entrepot.workflows.order_figures import fresh, order_figures
from entrepot.workflows.revalue import revalue
from entrepot.workflows.vouchers import vouchers
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TERMS = [{"share_bp": 3000, "trigger": "order"}, {"share_bp": 7000, "trigger": "bl_copy", "days": 7}]
DAY = make.instant


@pytest.fixture(autouse=True)
def _shop() -> None:
    """A company in dollars, a supplier paid in yuan, three people."""
    ledger.post(
        *ledger.masters(), ledger.doc("supplier", "F1", "2026-01-01", name="Lamp works"),
        *(ledger.doc("fx_rate", f"FX-{day}", f"2026-0{month}-{day:02d}", base="USD", quote="CNY", numerator=rate, denominator=10,
                     date=f"2026-0{month}-{day:02d}") for month, day, rate in ((1, 1, 70), (2, 2, 80))),
    )  # fmt: skip
    for name, role in (("ann", "operations"), ("bob", "finance"), ("wes", "warehouse")):
        create_user(name, "a long enough phrase 7", role, check=False)


def who(name: str) -> Viewer:
    return viewer_for(models.Membership.objects.get(user__username=name).user)


def order(number: str = "PO-1", **more: Any) -> Any:
    """100 A at 7.00 and 40 B at 12.50 for ten, in yuan: 750.00."""
    lines = [
        {"sku": "A", "quantity": 100, "price": {"amount": 700}, "due": "2026-02-10"},
        {"sku": "B", "quantity": 40, "price": {"amount": 1250, "per": 10}},
    ]
    fields = {"supplier": "F1", "currency": "CNY", "lines": lines, "terms": TERMS, **more}
    return parse({"type": "purchase_order", "id": number, "effective_at": "2026-01-05T04:00:00Z", **fields})


def placed(**more: Any) -> None:
    purchasing.propose(who("ann"), order(**more), at=DAY(2026, 1, 5))
    purchasing.approve(who("bob"), "PO-1", at=DAY(2026, 1, 6))


def facts() -> order_facts.OrderFacts:
    return order_facts.gather(models.Company.objects.get())["PO-1"]


def stands(on: date) -> order_state.Standing:
    return order_state.standing(facts(), "UTC", on)


def code(act: Callable[[], Any]) -> str:
    documents = models.Document.objects.count()
    with pytest.raises(ProblemError) as caught:
        act()
    assert models.Document.objects.count() == documents
    assert models.Quarantine.objects.count() == 0
    return caught.value.problems[0].code


def test_nothing_is_ordered_before_a_second_person_approves() -> None:
    """A proposal commits nothing; its proposer may not approve it; approved by another it is an order with both names."""
    assert purchasing.propose(who("ann"), order(), at=DAY(2026, 1, 5)).state == "proposed"
    assert models.PurchaseLine.objects.count() == 0
    assert stands(date(2026, 1, 5)).next == "approve"
    assert code(lambda: purchasing.approve(who("ann"), "PO-1")) == "own_order"
    assert code(lambda: purchasing.approve(who("wes"), "PO-1")) == "not_allowed"
    assert code(lambda: purchasing.propose(who("wes"), order("PO-2"))) == "not_allowed"
    purchasing.approve(who("bob"), "PO-1", at=DAY(2026, 1, 6))
    assert models.PurchaseLine.objects.count() == 2
    assert code(lambda: purchasing.approve(who("bob"), "PO-1")) == "order_decided"
    steps = [(s.state, s.by, s.amount, s.currency) for s in facts().steps]
    assert steps == [("proposed", "ann", 75_000, "CNY"), ("approved", "bob", 10_714, "USD")]


def test_a_limit_holds_in_its_own_currency_at_the_days_rate() -> None:
    """107.14 dollars are beyond a limit of 107.13 and within one of 750.00 yuan."""
    purchasing.propose(who("ann"), order(), at=DAY(2026, 1, 5))
    bob = models.Membership.objects.filter(user__username="bob")
    bob.update(approval_limit=10_713, approval_currency="USD")
    assert code(lambda: purchasing.approve(who("bob"), "PO-1", at=DAY(2026, 1, 6))) == "over_limit"
    bob.update(approval_limit=75_000, approval_currency="CNY")
    purchasing.approve(who("bob"), "PO-1", at=DAY(2026, 1, 6))


def test_who_is_alone_orders_at_once_and_the_books_say_so() -> None:
    """Nobody else may approve: the order is placed with a decision marked as made alone."""
    models.Membership.objects.filter(user__username="bob").update(role="viewer")
    assert purchasing.propose(who("ann"), order(), at=DAY(2026, 1, 5)).state == "ordered"
    body = bytes(models.Document.objects.get(type="purchase_decision").body)
    assert b'"alone":true' in body


def test_a_decision_is_taken_back_while_nothing_happened() -> None:
    """Undone, the proposal waits again; after money was paid it cannot be undone."""
    placed()
    purchasing.take_back(who("bob"), "PO-1", at=DAY(2026, 1, 7))
    assert stands(date(2026, 1, 7)).state == "proposed"
    purchasing.approve(who("bob"), "PO-1", at=DAY(2026, 1, 8))
    order_trade.pay(who("bob"), "F1", "CNY", [share("purchase_order", "PO-1", 22_500)], at=DAY(2026, 1, 9))
    assert code(lambda: purchasing.take_back(who("bob"), "PO-1")) == "order_used"


def share(kind: str, number: str, amount: int) -> dict[str, Any]:
    return {"type": kind, "id": number, "amount": amount}


def test_a_life_from_deposit_to_last_payment() -> None:
    """State and next step at every stage; the deposit is costed at its own rate; nothing is left over in the books."""
    placed()
    ann, bob = who("ann"), who("bob")
    first = stands(date(2026, 1, 6))
    assert (first.state, first.next, first.next_due) == ("ordered", "pay_deposit", date(2026, 1, 5))
    assert [(due.trigger, due.open, due.estimate) for due in first.dues] == [
        ("order", 22_500, False),
        ("bl_copy", 52_500, True),
    ]
    assert code(lambda: order_trade.pay(ann, "F1", "CNY", [share("purchase_order", "PO-1", 22_500)])) == "not_allowed"
    order_trade.pay(bob, "F1", "CNY", [share("purchase_order", "PO-1", 22_500)], at=DAY(2026, 1, 9))
    assert stands(date(2026, 1, 9)).next == "send"
    order_steps.heard(ann, "PO-1", "sent", at=DAY(2026, 1, 9, 13))
    order_steps.confirm(
        ann, "PO-1", [{"order_line": 1, "quantity": 100, "due": "2026-02-15"}, {"order_line": 2, "quantity": 40}],
        at=DAY(2026, 1, 10),
    )  # fmt: skip
    assert (stands(date(2026, 1, 10)).state, stands(date(2026, 1, 10)).expected) == ("confirmed", date(2026, 2, 15))
    assert code(lambda: order_steps.heard(ann, "PO-1", "delayed", reason="moulds")) == "no_day"
    order_steps.heard(ann, "PO-1", "delayed", expected=date(2026, 2, 20), reason="moulds", at=DAY(2026, 1, 20))
    assert stands(date(2026, 2, 25)).late_days == 5
    inspected = {"order_line": 1, "lot": 100, "sample": 20, "major": 4, "accepted": 90, "rework": 10}
    order_steps.inspect(ann, "PO-1", "hold", [inspected], inspector="SGS", at=DAY(2026, 2, 21))
    assert (stands(date(2026, 2, 21)).state, facts().lines[0].accepted) == ("held", 90)
    order_steps.heard(ann, "PO-1", "released", at=DAY(2026, 2, 22))
    order_steps.heard(ann, "PO-1", "bl_copy", at=DAY(2026, 2, 24))
    stood = stands(date(2026, 2, 25))
    assert (stood.state, stood.next, stood.next_due) == ("inspected", "pay_deposit", date(2026, 3, 3))
    order_trade.receive(who("wes"), "PO-1", "LA", [{"order_line": 1, "quantity": 60}], at=DAY(2026, 3, 1))
    assert stands(date(2026, 3, 1)).state == "part_received"
    got = [{"order_line": 1, "quantity": 40}, {"order_line": 2, "quantity": 40}]
    order_trade.receive(who("wes"), "PO-1", "LA", got, at=DAY(2026, 3, 2))
    assert stands(date(2026, 3, 2)).state == "received"
    billed = [{"order_line": 1, "amount": 70_000}, {"order_line": 2, "amount": 5_000}]
    order_trade.bill(bob, "PO-1", "CNY", billed, name="F-77", due=date(2026, 3, 20), at=DAY(2026, 3, 4))
    (owed,) = payables.bills(models.Company.objects.get(), date(2026, 3, 4))
    assert (owed.amount, owed.settled, owed.open, owed.base) == (75_000, 22_500, 52_500, 6_563)
    paid = share("cost_bill", "F-77", 52_500)
    # the deposit has settled 22,500 of the bill, though no payment names it
    assert (
        code(lambda: order_trade.pay(bob, "F1", "CNY", [{**paid, "amount": 52_501}], at=DAY(2026, 3, 9))) == "over_bill"
    )
    order_trade.pay(bob, "F1", "CNY", [paid], at=DAY(2026, 3, 10))
    order_figures(at=DAY(2026, 3, 11))
    figure = models.OrderFigure.objects.get()
    assert (figure.state, figure.open, figure.to_pay, figure.received) == ("paid", False, 0, 140)
    assert not models.PayableFigure.objects.exists()
    assert [str(one) for one in check(connection).residues] == []
    # 70,000 goods of A: 30 % prepaid at 7.0 on the day of the payment, the rest at 8.0
    (goods,) = models.CostLine.objects.filter(document__external_id="F-77", line=1)
    assert goods.base_amount == round(70_000 * (0.3 / 7 + 0.7 / 8))


def test_refused_is_refused_whole() -> None:
    """Over tolerance, a day in the future, an unknown line, a supplier paid more than the order: nothing is kept."""
    placed()
    ann, bob = who("ann"), who("bob")
    too_many = [{"order_line": 2, "quantity": 40}, {"order_line": 1, "quantity": 106}]
    assert code(lambda: order_trade.receive(ann, "PO-1", "LA", too_many)) == "over_receipt"
    assert (
        code(lambda: order_trade.receive(ann, "PO-1", "LA", [{"order_line": 9, "quantity": 1}])) == "wrong_order_line"
    )
    assert code(lambda: order_trade.receive(ann, "PO-1", "LA", [])) == "nothing_received"
    late = date(2027, 1, 1)
    one = [{"order_line": 1, "quantity": 1}]
    assert code(lambda: order_trade.receive(ann, "PO-1", "LA", one, on=late, at=DAY(2026, 2, 1))) == "future_day"
    assert code(lambda: order_trade.pay(bob, "F1", "CNY", [share("purchase_order", "PO-1", 75_001)])) == "over_order"
    assert code(lambda: order_steps.confirm(ann, "PO-1", [{"order_line": 1, "quantity": -1}])) == "bad_value"
    assert code(lambda: order_steps.end(ann, "PO-1", "cancelled")) == "no_reason"


def test_who_works_at_one_place_receives_and_gives_back_there_alone() -> None:
    """Another place's name in a form or call is refused whole; his own is taken."""
    placed()
    ledger.post(parse({"type": "location", "id": "NY", "name": "NY", "kind": "warehouse", "country": "US",
                       "effective_at": "2026-01-01T00:00:00Z"}))  # fmt: skip
    membership = models.Membership.objects.get(user__username="wes")
    membership.locations.set([models.Location.objects.get(code="LA")])
    line = [{"order_line": 1, "quantity": 10}]
    assert code(lambda: order_trade.receive(who("wes"), "PO-1", "NY", line)) == "not_allowed"
    order_trade.receive(who("wes"), "PO-1", "LA", line, at=DAY(2026, 2, 12))
    assert code(lambda: order_trade.give_back(who("wes"), "PO-1", {"location": "NY"}, line)) == "not_allowed"
    order_trade.give_back(who("wes"), "PO-1", {"location": "LA"}, line, at=DAY(2026, 2, 13))


def test_a_cancelled_orders_deposit_is_owed_back() -> None:
    """Cancelled, it waits for its deposit; another deposit is refused; with the money back nothing is left to do."""
    placed()
    ann, bob = who("ann"), who("bob")
    order_trade.pay(bob, "F1", "CNY", [share("purchase_order", "PO-1", 22_500)], at=DAY(2026, 1, 9))
    order_steps.end(ann, "PO-1", "cancelled", "the market is gone", at=DAY(2026, 1, 10))
    assert (stands(date(2026, 1, 10)).state, stands(date(2026, 1, 10)).next) == ("cancelled", "refund")
    again = [share("purchase_order", "PO-1", 1)]
    assert code(lambda: order_trade.pay(bob, "F1", "CNY", again, at=DAY(2026, 1, 11))) == "order_cancelled"
    order_trade.pay(bob, "F1", "CNY", [share("purchase_order", "PO-1", -22_500)], at=DAY(2026, 1, 12))
    assert (stands(date(2026, 1, 12)).next, stands(date(2026, 1, 12)).open) == ("", False)


def test_a_closed_orders_deposit_beyond_what_came_is_owed_back() -> None:
    """500.00 paid ahead, 20 A for 140.00 received and billed, then closed: 360.00 are to come back, and no more than that."""
    placed()
    ann, bob = who("ann"), who("bob")
    order_trade.pay(bob, "F1", "CNY", [share("purchase_order", "PO-1", 50_000)], at=DAY(2026, 1, 9))
    order_trade.receive(ann, "PO-1", "LA", [{"order_line": 1, "quantity": 20}], at=DAY(2026, 2, 12))
    order_trade.bill(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 14_000}], name="F-1", at=DAY(2026, 2, 14))
    order_steps.end(ann, "PO-1", "closed", "no more is made", at=DAY(2026, 2, 16))
    stood = stands(date(2026, 2, 16))
    assert (stood.state, stood.next, stood.open, order_state.to_come_back(facts())) == (
        "closed",
        "refund",
        True,
        36_000,
    )
    much = [share("purchase_order", "PO-1", -50_001)]
    assert code(lambda: order_trade.pay(bob, "F1", "CNY", much, at=DAY(2026, 2, 17))) == "over_refund"
    order_trade.pay(bob, "F1", "CNY", [share("purchase_order", "PO-1", -36_000)], at=DAY(2026, 2, 17))
    stood = stands(date(2026, 2, 17))
    assert (stood.state, stood.next, stood.open) == ("closed", "", False)


def test_a_payment_beyond_what_is_open_is_refused_in_any_currency() -> None:
    """A bill of 700.00 yuan (87.50 dollars at 8.0): 92.00 dollars are a slip, 91.00 may be the bank's rate; a credit no more."""
    placed(lines=[{"sku": "A", "quantity": 100, "price": {"amount": 700}}])
    bob = who("bob")
    order_trade.receive(who("ann"), "PO-1", "LA", [{"order_line": 1, "quantity": 100}], at=DAY(2026, 2, 12))
    order_trade.bill(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 70_000}], name="F-1", at=DAY(2026, 2, 14))
    order_trade.credit(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 1_000}], name="C-1", at=DAY(2026, 2, 15))

    def pay(supplier: str, currency: str, *shares: dict[str, Any]) -> str:
        return order_trade.pay(bob, supplier, currency, shares, at=DAY(2026, 2, 16))

    assert code(lambda: pay("F1", "USD", share("cost_bill", "F-1", 9_200))) == "over_bill"
    assert code(lambda: pay("F1", "USD", share("purchase_order", "PO-1", 9_999_999))) == "over_order"
    taken = [share("cost_bill", "F-1", 5_000), share("supplier_credit", "C-1", -1_001)]
    assert code(lambda: pay("F1", "CNY", *taken)) == "over_credit"
    pay("F1", "USD", share("cost_bill", "F-1", 9_100))
    # paid by now, whoever's name a second payment bears
    ledger.post(ledger.doc("supplier", "F2", "2026-01-01", name="Another"))
    assert code(lambda: pay("F2", "CNY", share("cost_bill", "F-1", 70_000))) == "over_bill"


def test_what_no_bill_has_taken_stands_on_account() -> None:
    """50.00 paid on account, and 700.00 on a bill that is taken back: both stay in sight as money that the supplier has."""
    placed(lines=[{"sku": "A", "quantity": 100, "price": {"amount": 700}}])
    bob, company = who("bob"), models.Company.objects.get()
    order_trade.receive(who("ann"), "PO-1", "LA", [{"order_line": 1, "quantity": 100}], at=DAY(2026, 2, 12))
    order_trade.bill(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 70_000}], name="F-1", at=DAY(2026, 2, 14))
    order_trade.pay(bob, "F1", "CNY", [share("cost_bill", "F-1", 70_000)], name="PY-1", at=DAY(2026, 2, 16))
    ledger.post(ledger.doc("payment", "PY-2", "2026-02-17", supplier="F1", currency="CNY", amount=5_000))
    rows = payables.bills(company, date(2026, 2, 20))
    assert [(r.kind, r.number, r.open, r.base) for r in rows] == [
        ("bill", "F-1", 0, 0),
        ("account", "PY-2", -5_000, -625),
    ]
    bill = models.Document.objects.get(external_id="F-1")
    named = {"type": "cost_bill", "id": "F-1", "source": bill.source, "account": bill.account}
    ledger.post(ledger.doc("reversal", "RV-1", "2026-02-18", documents=[named]))
    rows = payables.bills(company, date(2026, 2, 20))
    assert [(r.kind, r.number, r.open) for r in rows] == [("account", "PY-1", -70_000), ("account", "PY-2", -5_000)]
    order_figures(at=DAY(2026, 2, 20))
    assert sorted(models.PayableFigure.objects.filter(kind="account").values_list("number", "open")) == [
        ("PY-1", -70_000), ("PY-2", -5_000),
    ]  # fmt: skip


def test_a_closed_month_takes_nothing_typed() -> None:
    """A receipt dated into closed January is refused with the first open day; nothing is posted."""
    from entrepot.workflows import close

    placed()
    close.close("US", "2026-01", actor="bob", at=DAY(2026, 2, 3))
    january = date(2026, 1, 20)
    one = [{"order_line": 1, "quantity": 1}]
    act = lambda: order_trade.receive(who("ann"), "PO-1", "LA", one, on=january, at=DAY(2026, 2, 10))  # noqa: E731
    assert code(act) == "closed_period"


def test_three_papers_are_matched() -> None:
    """A price too high is a difference until it is accepted, a larger one opens it again; within 0.5 % nothing is said."""
    placed()
    ann, bob = who("ann"), who("bob")
    got = [{"order_line": 1, "quantity": 100}, {"order_line": 2, "quantity": 40}]
    order_trade.receive(ann, "PO-1", "LA", got, at=DAY(2026, 2, 12))
    dear = [{"order_line": 1, "amount": 73_000}, {"order_line": 2, "amount": 5_020}]
    order_trade.bill(bob, "PO-1", "CNY", dear, name="F-1", at=DAY(2026, 2, 14))
    (found,) = order_match.open_differences(facts())
    assert (found.line, found.cause, found.difference) == (1, "price", 3_000)
    order_steps.settle(bob, "PO-1", "F-1", "price", "disputed", order_line=1, amount=3_000, currency="CNY", owner="ann",
                       at=DAY(2026, 2, 15))  # fmt: skip
    (still,) = order_match.open_differences(facts())
    assert (still.decision, still.owner) == ("disputed", "ann")
    order_trade.credit(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 3_000}], name="CN-1", at=DAY(2026, 2, 20))
    assert order_match.open_differences(facts()) == []
    rows = payables.bills(models.Company.objects.get(), date(2026, 2, 20))
    assert [(row.kind, row.open) for row in rows] == [("bill", 78_020), ("credit", -3_000)]
    page = order_pages.order_page(bob, "PO-1")
    assert [(bill.number, bill.open) for bill in page.bills] == [("F-1", 78_020), ("CN-1", -3_000)]
    assert page.to_pay.amount == 75_020
    both = [share("cost_bill", "F-1", 78_020), share("supplier_credit", "CN-1", -3_000)]
    order_trade.pay(bob, "F1", "CNY", both, at=DAY(2026, 2, 25))
    page = order_pages.order_page(bob, "PO-1")
    money = [(event.kind, event.reason or event.number, event.money) for event in page.events if event.kind in (
        "cost_bill", "supplier_credit", "payment")]  # fmt: skip
    assert [(kind, paper, told.amount) for kind, paper, told in money if told] == [
        ("cost_bill", "F-1", 78_020), ("supplier_credit", "CN-1", -3_000), ("payment", "F-1", 78_020),
        ("payment", "CN-1", -3_000),
    ]  # fmt: skip
    assert (page.to_pay.amount, page.standing.state) == (0, "paid")
    assert all(row.open == 0 for row in payables.bills(models.Company.objects.get(), date(2026, 2, 25)))
    assert [row.open for row in payables.bills(models.Company.objects.get(), date(2026, 2, 24))] == [78_020, -3_000]


def test_what_is_open_of_one_orders_bills_is_what_all_bills_tell() -> None:
    """Three orders in a chain: each shares a bill with the next, so that one's deposit settles what another asks about."""
    company, day = models.Company.objects.get(), date(2026, 3, 1)
    for number in ("PO-1", "PO-2", "PO-3", "PO-4"):
        purchasing.propose(who("ann"), order(number), at=DAY(2026, 1, 5))
        purchasing.approve(who("bob"), number, at=DAY(2026, 1, 6))
        order_trade.pay(who("bob"), "F1", "CNY", [share("purchase_order", number, 22_500)], at=DAY(2026, 1, 7))
        got = [{"order_line": 1, "quantity": 100}, {"order_line": 2, "quantity": 40}]
        order_trade.receive(who("ann"), number, "LA", got, at=DAY(2026, 2, 12))
    receipts = list(models.Document.objects.filter(type="receipt").order_by("pk").values_list("external_id", flat=True))
    for n, on in enumerate(("2026-02-14", "2026-02-13", "2026-02-15")):
        chosen = receipts[n : n + 2] if n < 2 else receipts[3:]
        targets = [{"kind": "births", "document": {"type": "receipt", "id": one, "source": "entrepot", "account": company.code}}
                   for one in chosen]  # fmt: skip
        ledger.post(
            ledger.doc("cost_bill", f"F-{n}", on, company=company.code, supplier="F1", currency="CNY",
                       lines=[{"component": "goods", "amount": 40_000 + n, "targets": targets, "basis": "quantity"}])
        )  # fmt: skip
    every = payables.bills(company, day)
    assert [len(bill.orders) for bill in every] == [2, 2, 1]
    # of the oldest, PO-2 and PO-3 pay half each, so that of PO-2's deposit 2,499.5 are left for its second bill
    assert [bill.settled for bill in every] == [40_001, 22_500, 22_500]
    for number in ("PO-1", "PO-2", "PO-3", "PO-4"):
        one = [bill for bill in payables.bills(company, day, number) if number in bill.orders]
        assert one == [bill for bill in every if number in bill.orders] != []
        alone, among = order_facts.gather(company, {number})[number], order_facts.gather(company)[number]
        assert [line.billed for line in alone.lines] == [line.billed for line in among.lines]
    # of PO-2: half of the first bill and half of the second, 100 of its 140 units being A
    assert order_facts.gather(company, {"PO-2"})["PO-2"].lines[0].billed == Fraction(100 * 80_001, 280)


def billed_with_others() -> payables.Payable:
    """100 units of the order and 50 of none are received, and one bill asks 900.00 for all: the bill."""
    order_trade.receive(who("ann"), "PO-1", "LA", [{"order_line": 1, "quantity": 100}], at=DAY(2026, 2, 12))
    company = models.Company.objects.get()
    ordered = models.Document.objects.get(type="receipt").external_id
    refs = [
        {"type": "receipt", "id": ordered, "source": "entrepot", "account": company.code},
        {"type": "receipt", "id": "R-X"},
    ]
    ledger.post(
        ledger.doc("receipt", "R-X", "2026-02-12", location="LA", lines=[{"sku": "A", "quantity": 50}]),
        ledger.doc("cost_bill", "F-1", "2026-02-14", company=company.code, supplier="F1", currency="CNY",
                   lines=[{"component": "goods", "amount": 90_000, "basis": "quantity",
                           "targets": [{"kind": "births", "document": ref} for ref in refs]}]),
    )  # fmt: skip
    (bill,) = payables.bills(company, date(2026, 3, 1))
    return bill


def test_a_bill_for_goods_of_an_order_and_of_none_is_the_orders_by_its_share() -> None:
    """50 of 150 units came without an order: a deposit settles no more of the bill than the order's two thirds."""
    placed(lines=[{"sku": "A", "quantity": 100, "price": {"amount": 700}}])
    order_trade.pay(who("bob"), "F1", "CNY", [share("purchase_order", "PO-1", 70_000)], at=DAY(2026, 1, 7))
    bill = billed_with_others()
    assert (bill.orders, bill.settled, bill.open) == ({"PO-1": Fraction(60_000)}, 60_000, 30_000)
    # what is open is the goods' of none: the order has paid its share
    assert order_pages.order_page(who("bob"), "PO-1").to_pay.amount == 0
    order_figures(at=DAY(2026, 3, 1))
    assert models.OrderFigure.objects.get().to_pay == 0
    assert (
        facts().lines[0].billed
        == order_facts.gather(models.Company.objects.get(), {"PO-1"})["PO-1"].lines[0].billed
        == 60_000
    )


def test_without_a_deposit_the_order_owes_its_share() -> None:
    """300.00 paid on that bill: two thirds of the open 600.00 are the order's."""
    terms = [{"share_bp": 10_000, "trigger": "bill"}]
    placed(lines=[{"sku": "A", "quantity": 100, "price": {"amount": 700}}], terms=terms)
    billed_with_others()
    order_trade.pay(who("bob"), "F1", "CNY", [share("cost_bill", "F-1", 30_000)], at=DAY(2026, 2, 20))
    (bill,) = payables.bills(models.Company.objects.get(), date(2026, 3, 1))
    assert (bill.open, payables.of_order(bill, "PO-1"), payables.of_order(bill, "PO-9")) == (60_000, 40_000, 0)


def test_a_credit_in_another_currency_takes_nothing_off_the_order() -> None:
    """5.00 dollars credited on a bill of 700.00 yuan: 700.00 yuan are to pay, and the credit stands by itself."""
    placed(
        lines=[{"sku": "A", "quantity": 100, "price": {"amount": 700}}], terms=[{"share_bp": 10_000, "trigger": "bill"}]
    )
    order_trade.receive(who("ann"), "PO-1", "LA", [{"order_line": 1, "quantity": 100}], at=DAY(2026, 2, 12))
    order_trade.bill(who("bob"), "PO-1", "CNY", [{"order_line": 1, "amount": 70_000}], name="F-1", at=DAY(2026, 2, 14))
    before = order_pages.order_page(who("bob"), "PO-1").to_pay.amount
    order_trade.credit(who("bob"), "PO-1", "USD", [{"order_line": 1, "amount": 500}], name="C-1", at=DAY(2026, 2, 18))
    page = order_pages.order_page(who("bob"), "PO-1")
    assert [(bill.number, bill.currency, bill.open) for bill in page.bills] == [
        ("F-1", "CNY", 70_000),
        ("C-1", "USD", -500),
    ]
    assert page.to_pay.amount == before == 70_000
    order_figures(at=DAY(2026, 3, 1))
    assert models.OrderFigure.objects.get().to_pay == 70_000


def test_a_credit_is_set_off_against_its_bill_without_money() -> None:
    """A credit of the whole bill and a payment of nothing close both; no entry touches the bank; half a set-off is refused."""
    placed(lines=[{"sku": "A", "quantity": 100, "price": {"amount": 700}}])
    bob = who("bob")
    order_trade.receive(who("ann"), "PO-1", "LA", [{"order_line": 1, "quantity": 100}], at=DAY(2026, 2, 12))
    order_trade.bill(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 70_000}], name="F-1", at=DAY(2026, 2, 14))
    order_trade.credit(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 70_000}], name="C-1", at=DAY(2026, 2, 18))
    both = [share("cost_bill", "F-1", 70_000), share("supplier_credit", "C-1", -70_000)]
    assert code(lambda: order_trade.pay(bob, "F1", "CNY", both, base_amount=1, at=DAY(2026, 2, 20))) == "empty_payment"
    assert code(lambda: order_trade.pay(bob, "F1", "CNY", [share("cost_bill", "F-1", 0)])) == "empty_payment"
    before = [v for v in vouchers("US", "2026-02").vouchers if v.kind == "payments"]
    order_trade.pay(bob, "F1", "CNY", both, at=DAY(2026, 2, 20))
    assert [row.open for row in payables.bills(models.Company.objects.get(), date(2026, 3, 1))] == [0, 0]
    lines = models.PaymentLine.objects.order_by("line").values_list("amount", "base_amount")
    assert list(lines) == [(70_000, 8_750), (-70_000, -8_750)]
    assert [v for v in vouchers("US", "2026-02").vouchers if v.kind == "payments"] == before == []
    assert [str(one) for one in check(connection).residues] == []


def test_goods_given_back_of_a_corrected_receipt_stand_on_the_page() -> None:
    """The receipt was stated anew after ten units had gone back: order and page still tell of them."""
    placed()
    ann = who("ann")
    name = order_trade.receive(ann, "PO-1", "LA", [{"order_line": 1, "quantity": 100}], at=DAY(2026, 2, 12))
    order_trade.give_back(ann, "PO-1", {"location": "LA"}, [{"order_line": 1, "quantity": 10}], at=DAY(2026, 2, 16))
    told = json.loads(bytes(models.Document.objects.get(external_id=name).body))
    told["lines"][0]["quantity"] = 98
    ledger.post(parse({**told, "type": "receipt"}), at=DAY(2026, 2, 20))
    events = [(e.kind, e.units) for e in order_pages.order_page(who("bob"), "PO-1").events if e.units]
    assert events == [("receipt", 98), ("supplier_return", 10)]


def test_goods_given_back_are_credited() -> None:
    """10 of 100 go back: agreed is what stayed, the credit of the return settles the bill's difference."""
    placed()
    ann, bob = who("ann"), who("bob")
    order_trade.receive(ann, "PO-1", "LA", [{"order_line": 1, "quantity": 100}], at=DAY(2026, 2, 12))
    order_trade.bill(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 70_000}], name="F-1", at=DAY(2026, 2, 14))
    back = order_trade.give_back(
        ann, "PO-1", {"location": "LA"}, [{"order_line": 1, "quantity": 10}], at=DAY(2026, 2, 16)
    )
    assert order_match.open_differences(facts())[0].difference == 7_000
    order_trade.credit(bob, "PO-1", "CNY", [{"order_line": 1, "amount": 7_000}], returned=back, at=DAY(2026, 2, 18))
    assert order_match.open_differences(facts()) == []
    much = [{"order_line": 1, "quantity": 91}]
    assert (
        code(lambda: order_trade.give_back(ann, "PO-1", {"location": "LA"}, much, at=DAY(2026, 2, 19)))
        == "units_absent"
    )
    assert [str(one) for one in check(connection).residues] == []


def test_figures_are_made_anew_only_for_news() -> None:
    """Fresh figures are left alone until a document of purchasing comes or the day changes."""
    placed()
    company = models.Company.objects.get()
    assert fresh(company, at=DAY(2026, 1, 7))
    assert not fresh(company, at=DAY(2026, 1, 7, 14))
    order_steps.heard(who("ann"), "PO-1", "sent", at=DAY(2026, 1, 7, 15))
    assert fresh(company, at=DAY(2026, 1, 7, 16))
    assert fresh(company, at=DAY(2026, 1, 8))


def test_steps_are_taken_back_by_who_told_them() -> None:
    """The teller or an approver takes a step back, a bystander does not; the order stands as before."""
    placed()
    order_steps.heard(who("ann"), "PO-1", "sent", at=DAY(2026, 1, 9))
    step = models.PurchaseStep.objects.get(state="sent").document_id
    assert code(lambda: order_steps.undo(who("wes"), step)) == "not_allowed"
    order_steps.undo(who("ann"), step, at=DAY(2026, 1, 10))
    assert stands(date(2026, 1, 10)).next == "pay_deposit"
    assert facts().last("sent") is None


def test_a_delay_reaches_the_lead_times_of_the_plan() -> None:
    """A late order that has not come counts with the day that was heard last; once it has come its receipt counts instead."""
    from entrepot.workflows.plan_sources import delays

    placed(destination="LA")
    assert delays() == []
    for day in (20, 25):
        order_steps.heard(who("ann"), "PO-1", "delayed", expected=date(2026, 2, day), at=DAY(2026, 1, day))
    ((supplier, place, _heard, days),) = delays()
    assert (supplier, place, round(days)) == ("F1", models.Location.objects.get(code="LA").pk, 51)
    order_trade.receive(who("ann"), "PO-1", "LA", [{"order_line": 1, "quantity": 1}], at=DAY(2026, 2, 25))
    assert delays() == []


def test_a_new_day_shifts_what_is_expected_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inventory, Receiving, the plan's inbound and the payment that waits for the goods follow the day heard last; an order
    that has ended is expected nowhere, and units that the supplier did not confirm are not expected either."""
    from entrepot.books.selectors import paging
    from entrepot.books.selectors.arriving import arrivals
    from entrepot.books.selectors.expected import expected
    from entrepot.workflows.positions import inbound

    def seen() -> tuple[set[Any], set[Any], set[Any]]:
        places = dict(models.Location.objects.values_list("code", "pk"))
        rows = expected(who("ann"), places).values()
        coming = inbound(models.Company.objects.get(), date(2026, 1, 20))
        return (
            {(one.units, one.eta.date() if one.eta else None) for row in rows for one in row},
            {(one.due, one.open) for one in arrivals(who("ann"))},
            {(units, on) for units, on in coming.select("quantity", "expected_on").iter_rows()},
        )

    def last_due(on: date) -> date | None:
        return max(one.day for one in stands(on).dues if one.day)

    monkeypatch.setattr(paging, "clock", lambda: DAY(2026, 1, 20) * 1000)
    placed(destination="LA")
    arrives = {(100, date(2026, 2, 10)), (40, None)}
    assert seen()[0] == arrives
    assert seen()[2] == {(100, date(2026, 2, 10)), (40, date(2026, 3, 9))}
    first = last_due(date(2026, 1, 20))
    order_steps.heard(who("ann"), "PO-1", "delayed", expected=date(2026, 3, 20), at=DAY(2026, 1, 20))
    both = {(100, date(2026, 3, 20)), (40, date(2026, 3, 20))}
    assert seen() == (both, {(date(2026, 3, 20), 140)}, both)
    later = last_due(date(2026, 1, 21))
    assert first is not None
    assert later is not None
    assert (later - first).days == (date(2026, 3, 20) - date(2026, 2, 10)).days
    order_steps.confirm(who("ann"), "PO-1", [{"order_line": 2, "quantity": 30}], at=DAY(2026, 1, 22))
    assert {units for units, _ in seen()[0]} == {100, 30}
    order_steps.end(who("ann"), "PO-1", "cancelled", "no moulds", at=DAY(2026, 1, 25))
    assert seen() == (set(), set(), set())


def came(quantity: int, on: int) -> None:
    order_trade.receive(who("ann"), "PO-1", "LA", [{"order_line": 1, "quantity": quantity}], at=DAY(2026, 1, on))


def billed(name: str, amount: int, on: int) -> None:
    order_trade.bill(who("bob"), "PO-1", "USD", [{"order_line": 1, "amount": amount}], name=name, at=DAY(2026, 1, on))


def in_parts(first: int, second: int) -> tuple[int, int]:
    """Of 100 A at 3.00: 60 come, are billed and sold, then 40 come and are billed; cost of sales and stock, in cents."""
    placed(currency="USD", lines=[{"sku": "A", "quantity": 100, "price": {"amount": 300}}], terms=[])
    came(60, 10)
    billed("F-1", first, 11)
    ledger.post(ledger.sale("S-1", "2026-01-15", 60, amount=60_000), at=DAY(2026, 1, 15))
    came(40, 20)
    billed("F-2", second, 21)
    revalue()
    assert not check(connection).residues
    return ledger.sold("S-1")["purchase"], ledger.held("LA")["purchase"]


def test_the_second_part_bill_is_for_what_came_since_the_first() -> None:
    """180.00 for the 60 that were sold, 120.00 for the 40 that are there."""
    assert in_parts(18_000, 12_000) == (18_000, 12_000)
    aimed = json.loads(bytes(models.Document.objects.get(external_id="F-2").body))["lines"][0]["targets"]
    assert [target["document"]["type"] for target in aimed] == ["receipt"]


def test_the_last_part_bill_at_a_higher_price_is_for_its_own_part() -> None:
    """All has come, so that 132.00 for 40 at 3.00 can be for nothing else: they cost 3.30."""
    assert in_parts(18_000, 13_200) == (18_000, 13_200)


def test_a_bill_of_more_when_all_is_billed_corrects_the_price_of_the_line() -> None:
    """300.00 for 100, and 10.00 more: 6.00 of it for the 60."""
    assert in_parts(18_000, 12_000) == (18_000, 12_000)
    billed("F-3", 1_000, 25)
    revalue()
    assert (ledger.sold("S-1")["purchase"], ledger.held("LA")["purchase"]) == (18_600, 12_400)


def test_after_a_part_bill_is_withdrawn_its_units_are_billed_again() -> None:
    """180.00 taken back, told anew with the right amount: for the same 60."""
    assert in_parts(17_000, 12_000) == (17_000, 12_000)
    account = models.Document.objects.get(external_id="F-1").account
    ledger.post(
        ledger.doc("reversal", "RV-1", "2026-01-26", documents=[{"type": "cost_bill", "id": "F-1", "account": account}]),
        at=DAY(2026, 1, 26),
    )  # fmt: skip
    billed("F-1A", 18_000, 27)
    revalue()
    assert (ledger.sold("S-1")["purchase"], ledger.held("LA")["purchase"]) == (18_000, 12_000)
    assert not check(connection).residues


def whole(amount: int, last: int = 40) -> tuple[int, int]:
    """Of 100 A at 3.00: 60 come, the line is billed, ``last`` come; stock and what is accrued for goods not billed."""
    placed(currency="USD", lines=[{"sku": "A", "quantity": 100, "price": {"amount": 300}}], terms=[])
    came(60, 10)
    billed("F-1", amount, 11)
    came(last, 20)
    return standing_at()


def standing_at() -> tuple[int, int]:
    revalue()
    assert not check(connection).residues
    month = vouchers("US", "2026-01")
    assert month.residue == 0
    owed = sum(e.amount for v in month.vouchers for e in v.entries if e.account == "accrued_payables")
    return ledger.held("LA")["purchase"], owed


def test_a_bill_of_the_whole_order_reaches_what_comes_after_it() -> None:
    """300.00 for 100: 3.00 for each of the 60 and the 40, nothing is accrued any more."""
    assert whole(30_000) == (30_000, 0)


def test_a_bill_of_the_whole_order_reaches_every_later_part() -> None:
    """60, then 20, then 20: 300.00 and nothing accrued."""
    assert whole(30_000, last=20) == (30_000, 0)
    came(20, 22)
    assert standing_at() == (30_000, 0)


def test_a_price_that_differs_is_no_bill_of_what_comes_later() -> None:
    """185.00 for the 60 that cost 180.00; the 40 wait for their bill at 3.00."""
    assert whole(18_500) == (30_500, -12_000)


def test_when_the_bill_of_the_whole_is_withdrawn_all_its_units_are_estimates_again() -> None:
    assert whole(30_000) == (30_000, 0)
    account = models.Document.objects.filter(external_id="F-1").first().account  # type: ignore[union-attr]
    ledger.post(
        ledger.doc("reversal", "RV-1", "2026-01-26", documents=[{"type": "cost_bill", "id": "F-1", "account": account}]),
        at=DAY(2026, 1, 26),
    )  # fmt: skip
    assert standing_at() == (30_000, -30_000)


def test_what_a_bill_of_the_whole_gives_back_to_a_closed_month_is_the_open_months_adjustment() -> None:
    """January: 60 come, 300.00 are billed, the 60 are sold at 5.00. February: 40 come; the 60 cost 3.00, 120.00 less."""
    from entrepot.workflows import close

    placed(currency="USD", lines=[{"sku": "A", "quantity": 100, "price": {"amount": 300}}], terms=[])
    came(60, 10)
    billed("F-1", 30_000, 11)
    ledger.post(ledger.sale("S-1", "2026-01-15", 60, amount=60_000), at=DAY(2026, 1, 15))
    close.close("US", "2026-01", actor="bob", at=DAY(2026, 2, 2))
    order_trade.receive(who("wes"), "PO-1", "LA", [{"order_line": 1, "quantity": 40}], at=DAY(2026, 2, 10))
    revalue()
    assert not check(connection).residues
    assert ledger.held("LA")["purchase"] == 12_000
    january, february = vouchers("US", "2026-01"), vouchers("US", "2026-02")
    sums = {
        (month, e.account): sum(x.amount for v in told.vouchers for x in v.entries if x.account == e.account)
        for month, told in ((1, january), (2, february)) for voucher in told.vouchers for e in voucher.entries
    }  # fmt: skip
    assert (january.residue, february.residue) == (0, 0)
    assert sums[1, "cost_of_sales"] == 30_000
    assert (sums[2, "prior_period"], sums[2, "inventory"]) == (-12_000, 12_000)
    assert not sums.get((2, "accrued_payables"))
