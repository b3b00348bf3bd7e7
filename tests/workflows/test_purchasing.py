"""An order from proposal to payment by the people who do it, and what they may not do: states, dues, payables, matching."""

from __future__ import annotations

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
    assert code(lambda: order_trade.pay(bob, "F1", "CNY", [{**paid, "amount": 75_001}])) == "over_bill"
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


def test_a_bill_for_goods_of_an_order_and_of_none_is_the_orders_by_its_share() -> None:
    """50 of 150 units came without an order: a deposit settles no more of the bill than the order's two thirds."""
    placed(lines=[{"sku": "A", "quantity": 100, "price": {"amount": 700}}])
    order_trade.pay(who("bob"), "F1", "CNY", [share("purchase_order", "PO-1", 70_000)], at=DAY(2026, 1, 7))
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
    assert (bill.orders, bill.settled, bill.open) == ({"PO-1": Fraction(60_000)}, 60_000, 30_000)
    assert facts().lines[0].billed == order_facts.gather(company, {"PO-1"})["PO-1"].lines[0].billed == 60_000


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
